import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { nodeProcess } from '../adapters/node/process.ts';
import type { LoadTools } from '../app/load.ts';
import type { Doors } from '../app/project.ts';
import type { Spec } from '../domain/spec.ts';
import type { LoadEngine } from '../load/load-engine.ts';
import type { ProviderKind, Providers } from '../ports/provider.ts';
import { runProgram } from './program.ts';
import { endWithReader } from './signals.ts';

/** Adapters are imported by whoever opens something: most of what commands print needs none. */

const system = nodeProcess();

let known: Promise<Providers> | undefined;

function providers(): Promise<Providers> {
  known ??= Promise.all([
    import('../adapters/local/kind.ts'),
    import('../adapters/lxd/client.ts'),
    import('../adapters/ssh/kind.ts'),
    import('../adapters/vagrant/kind.ts'),
  ]).then(([{ localMachines }, { connectLxd }, { sshMachines }, { vagrantMachines }]) => ({
    ...{ local: localMachines(system, connectLxd), ssh: sshMachines(system) },
    vagrant: vagrantMachines(system, (config) => sshMachines(system, config)),
  }));
  return known;
}

async function kindOf({ machines }: Spec): Promise<ProviderKind> {
  return (await providers())[machines.provider];
}

async function openDoors(spec: Spec, from: string): Promise<Doors> {
  const [{ debianBaseImages }, { connectLxd }, { clusterAccess }, { imageCache }, { controllerSource }] =
    await Promise.all([
      import('../adapters/debian/base-images.ts'),
      import('../adapters/lxd/client.ts'),
      import('../adapters/node/access.ts'),
      import('../adapters/node/cache.ts'),
      import('../adapters/node/controller.ts'),
    ]);
  const { directories, open } = await kindOf(spec);
  const state = system.env['RELEVO_HOME'] ?? directories.state;
  const cache = system.env['RELEVO_CACHE'] ?? directories.cache;
  const access = clusterAccess(spec.name, join(state, spec.name), system, connectLxd);
  return {
    ...{ system, access, ...(await open(spec, access, from)) }, // the provider's own access, where it has one
    bases: debianBaseImages(system, cache),
    cache: imageCache(system, cache),
    controller: controllerSource(),
  };
}

async function lock(spec: Spec, holder: string): Promise<AsyncDisposable> {
  const { directories, lockKey } = await kindOf(spec);
  const { takeLock } = await import('../adapters/node/lock.ts');
  return takeLock(directories.locks, await lockKey(spec.name), holder);
}

const loadTools: LoadTools = {
  async engine(name): Promise<LoadEngine> {
    if (name === 'embedded') return new (await import('../load/engine/embedded.ts')).EmbeddedEngine();
    const { jmeterEngine } = await import('../adapters/jmeter/engine.ts');
    return jmeterEngine({ cache: await ownCache(), env: system.env });
  },
  check: async (...given) => (await import('../load/engine/check.ts')).checkPlan(...given),
};

/** Of whoever runs this: load needs no root. */
async function ownCache(): Promise<string> {
  const { uid, env } = system;
  if (env['RELEVO_CACHE'] !== undefined) return env['RELEVO_CACHE'];
  if (uid !== 0) return join(env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'relevo');
  const { local } = await providers();
  return local.directories.cache;
}

async function exported() {
  return (await import('../adapters/node/exported.ts')).exportedProgram(version());
}

function version(): string {
  const file = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

endWithReader(system);
await runProgram({ version: version(), process: system, providers, openDoors, lock, loadTools, exported });
