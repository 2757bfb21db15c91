import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { debianBaseImages } from '../adapters/debian/base-images.ts';
import { localMachines } from '../adapters/local/kind.ts';
import { connectLxd } from '../adapters/lxd/client.ts';
import { clusterAccess } from '../adapters/node/access.ts';
import { imageCache } from '../adapters/node/cache.ts';
import { controllerSource } from '../adapters/node/controller.ts';
import { takeLock } from '../adapters/node/lock.ts';
import { nodeProcess } from '../adapters/node/process.ts';
import { sshMachines } from '../adapters/ssh/kind.ts';
import type { LoadTools } from '../app/load.ts';
import type { Doors } from '../app/project.ts';
import type { Spec } from '../domain/spec.ts';
import type { Providers } from '../ports/provider.ts';
import { runProgram } from './program.ts';
import { endWithReader } from './signals.ts';

const system = nodeProcess();
const local = localMachines(system, connectLxd);
const providers: Providers = { local, ssh: sshMachines(system) };
const kindOf = ({ machines }: Spec) => providers[machines.provider];

async function openDoors(spec: Spec): Promise<Doors> {
  const { directories, open } = kindOf(spec);
  const state = system.env['RELEVO_HOME'] ?? directories.state;
  const cache = system.env['RELEVO_CACHE'] ?? directories.cache;
  await system.files.makeDirectory(cache, 0o755);
  const access = clusterAccess(spec.name, join(state, spec.name), system, connectLxd);
  return {
    ...{ system, access, ...(await open(spec, access)) },
    bases: debianBaseImages(system, cache),
    cache: imageCache(system, cache),
    controller: controllerSource(),
  };
}

async function lock(spec: Spec, holder: string): Promise<AsyncDisposable> {
  const { directories, lockKey } = kindOf(spec);
  return takeLock(directories.locks, await lockKey(spec.name), holder);
}

async function loadTools(): Promise<LoadTools> {
  const [{ EmbeddedEngine }, { checkPlan }, { jmeterEngine }] = await Promise.all([
    import('../load/engine/embedded.ts'),
    import('../load/engine/check.ts'),
    import('../adapters/jmeter/engine.ts'),
  ]);
  return {
    engines: { embedded: new EmbeddedEngine(), jmeter: jmeterEngine({ cache: ownCache(), env: system.env }) },
    check: async (plan, anyFile) => checkPlan(plan, anyFile),
  };
}

/** Of whoever runs this: load needs no root. */
function ownCache(): string {
  const { uid, env } = system;
  const own = env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  return env['RELEVO_CACHE'] ?? (uid === 0 ? local.directories.cache : join(own, 'relevo'));
}

function version(): string {
  const file = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

endWithReader(system);
await runProgram({ version: version(), process: system, providers, openDoors, lock, loadTools });
