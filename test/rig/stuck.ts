/**
 * The whole command line on a world in which the first step waits for a program that never ends: for tests of signals
 * and of the lock, as a process of its own.
 */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { networkAt } from '../../src/adapters/local/addresses.ts';
import { takeLock } from '../../src/adapters/node/lock.ts';
import { nodeProcess } from '../../src/adapters/node/process.ts';
import type { Doors } from '../../src/app/project.ts';
import { runProgram } from '../../src/cli/program.ts';
import { endWithReader } from '../../src/cli/signals.ts';
import type { ClusterAccess } from '../../src/ports/cluster.ts';
import type { Lxd } from '../../src/ports/lxd.ts';
import type { Provider, ProviderKind } from '../../src/ports/provider.ts';
import { openGround, quietCache } from './open-ground.ts';

const system = nodeProcess();
const absent = () => Promise.reject(new Error('this world has no such thing'));

/** What steps look at before they turn to the program. */
const emptyLxd = {
  settled: async () => {},
  server: async () => ({ product: 'lxd' }),
  images: { getAlias: async () => undefined },
  instances: { list: async () => [] },
} as unknown as Lxd;

const provider: Provider = {
  observe: async () => ({
    ...{ network: networkAt('198.18.0.1/24', ['m1', 'm2', 'm3'], []), machines: [] },
    ...{ prepared: true, empty: false, published: null },
  }),
  builder: async () => ({ ...openGround, lxd: emptyLxd }),
  ...{ prepare: absent, createMachine: absent, startMachine: absent, haltMachine: absent },
  ...{ deleteMachine: absent, markJoined: absent, exec: absent, publish: absent, destroy: absent },
  preflight: async () => undefined,
};

const access: ClusterAccess = {
  ...{ certificate: absent, secret: absent, keepSecrets: absent, trust: absent, connect: absent, forget: absent },
  ...{ controllerKeys: absent, clusterCertificate: absent },
};

const host = { check: async () => [], mend: absent, isThere: async () => true, missingControllers: async () => [] };

async function openDoors(): Promise<Doors> {
  return {
    ...{ system, provider, access },
    bases: {
      ...{ file: () => '', isCached: async () => false, server: async () => undefined },
      completion: { packages: [], run: [] },
      buildAt: absent,
      async build(_base, onLine) {
        const { code } = await system.run(['sh', '-c', 'echo $$; exec sleep 300'], { onLine });
        throw new Error(`sleep ended with ${code}`);
      },
    },
    controller: {
      ...{ node: '', platform: 'linux', processor: 'x64' },
      assets: async () => ({ node: '24', program: '' }),
      program: absent,
    },
    cache: { ...quietCache, file: () => '' },
    close: async () => {},
  };
}

const kind: ProviderKind = {
  ...{ needsRoot: false, host, directories: { state: '', cache: '', locks: '' }, refuses: () => undefined },
  ...{ lockKey: absent, open: absent },
};

endWithReader(system);
await runProgram({
  loadTools: { engine: absent, check: absent },
  exported: absent,
  ...{ version: '0.0.0', process: system, openDoors },
  providers: async () => ({ local: kind, ssh: kind, vagrant: kind }),
  lock: ({ name }, holder) => takeLock(join(tmpdir(), `relevo-locks-${system.uid}`), name, holder),
});
