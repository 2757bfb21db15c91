import { expect, it } from 'vitest';
import { haltMachines } from '../../src/app/halt.ts';
import { RelevoError } from '../../src/domain/failure.ts';
import type { ClusterAccess } from '../../src/ports/cluster.ts';
import type { Lxd } from '../../src/ports/lxd.ts';
import type { Provider } from '../../src/ports/provider.ts';

it('switches off no machine while an instance still has time to end, also where another one can’t be stopped', async () => {
  const did: string[] = [];
  const slow = Promise.withResolvers<void>();
  const instances = {
    list: async () => ['web-1', 'web-2'].map((name) => ({ name, status: 'Running' })),
    get: async () => ({ status: 'Running', config: {} }),
    stop: async (name: string) => {
      if (name === 'web-1') throw new RelevoError({ code: 'unreachable', message: 'no answer' });
      await slow.promise;
      did.push(`${name} ended`);
    },
  };
  const lxd = { instances, guardedBy: () => lxd, project: () => lxd, [Symbol.asyncDispose]: async () => {} };
  const provider = {
    observe: async () => ({ machines: [{ name: 'm1', state: 'running', joined: true, address: '' }] }),
    publish: async () => {},
    haltMachine: async (name: string) => void did.push(`${name} off`),
  };
  const session = { open: async () => true, mayWrite: () => true, [Symbol.asyncDispose]: async () => {} };
  const access = { connect: async () => lxd as unknown as Lxd };
  const halted = haltMachines(provider as unknown as Provider, access as unknown as ClusterAccess, 'shop', session);
  await new Promise((resolve) => setImmediate(resolve));
  slow.resolve();
  await halted;
  expect(did).toEqual(['web-2 ended', 'm1 off']);
});
