import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { debianBaseImages } from '../adapters/debian/base-images.ts';
import { clusterAccess } from '../adapters/local/access.ts';
import { imageCache } from '../adapters/local/cache.ts';
import { lxdSocket } from '../adapters/local/daemon.ts';
import { localHost } from '../adapters/local/host.ts';
import { localProvider } from '../adapters/local/provider.ts';
import { connectLxd } from '../adapters/lxd/client.ts';
import { controllerSource } from '../adapters/node/controller.ts';
import { takeLock } from '../adapters/node/lock.ts';
import { nodeProcess } from '../adapters/node/process.ts';
import type { Doors } from '../app/project.ts';
import type { Spec } from '../domain/spec.ts';
import { runProgram } from './program.ts';
import { endWithReader } from './signals.ts';

const system = nodeProcess();
const stateDirectory = system.env['RELEVO_HOME'] ?? '/var/lib/relevo';
const cacheDirectory = system.env['RELEVO_CACHE'] ?? '/var/cache/relevo';

async function openDoors(spec: Spec): Promise<Doors> {
  const socket = await lxdSocket(system);
  const lxd = connectLxd({ socket });
  await system.files.makeDirectory(cacheDirectory, 0o755);
  return {
    system,
    provider: localProvider(spec.name, socket, lxd, system),
    access: clusterAccess(spec.name, join(stateDirectory, spec.name), system, connectLxd),
    bases: debianBaseImages(system, cacheDirectory),
    cache: imageCache(system, cacheDirectory),
    controller: controllerSource(),
    close: () => lxd.close(),
  };
}

async function askLxd() {
  await using lxd = connectLxd({ socket: await lxdSocket(system) });
  return await lxd.server(); // the connection is closed at the end of this block
}

function version(): string {
  const file = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

endWithReader(system);
await runProgram({
  ...{ version: version(), process: system, openDoors },
  host: localHost(system, askLxd),
  lock: async (project, holder) => takeLock('/run/relevo', `${await lxdSocket(system)}:${project}`, holder),
});
