import type { Network } from '../../src/domain/network.ts';
import type { Provider } from '../../src/ports/provider.ts';
import type { FakeHost } from './fake-lxd/host.ts';
import type { VirtualProcess } from './virtual-clock.ts';

/** Addresses that somebody else chose, in no order. */
export const otherNetwork: Network = {
  ...{ prefixLength: 21, gateway: '192.168.63.254', interface: 'enp0s8', shared: '192.168.58.77', link: 'macvlan' },
  machines: [
    { name: 'm1', address: '192.168.56.200' },
    { name: 'm2', address: '192.168.61.3' },
    { name: 'm3', address: '192.168.57.41' },
  ],
  balancers: ['192.168.60.5', '192.168.57.9', '192.168.62.66', '192.168.56.2'],
};

/**
 * Machines that are there already, as a provider over SSH has them: in somebody else's network, reached by a user who is not
 * root here. It makes none, builds nothing, publishes nothing, and can't cut their power.
 */
export function otherMachines(host: FakeHost, process: VirtualProcess): Provider {
  return machinesOn(otherNetwork)(host, process);
}

/** `network`: of the same machines. */
export const machinesOn =
  (network: Network) =>
  (host: FakeHost, process: VirtualProcess): Provider => {
    const { startMachine, haltMachine, markJoined, exec: asMember } = host.provider(process, []);
    const exec: Provider['exec'] = async (machine, argv, options) =>
      argv[0] === 'uname' ? { code: 0, stdout: 'x86_64\n', stderr: '', whole: true } : asMember(machine, argv, options);
    for (const { name, address } of network.machines)
      if (!host.machines.has(name)) host.machines.set(name, { name, address, joined: false });
    const joined = () => [...host.machines.values()].filter((machine) => machine.joined);
    return {
      ...{ startMachine, haltMachine, markJoined, exec },
      async observe() {
        const machines = [...host.machines.values()].map((machine) => ({
          ...machine,
          state: host.world.members.get(machine.name)?.power === false ? ('stopped' as const) : ('running' as const),
        }));
        return { network, prepared: true, empty: joined().length === 0, machines, published: null };
      },
      preflight: async () => undefined,
      prepare: async () => {},
      deleteMachine: async (name) => void host.machines.delete(name),
      async destroy(onLine) {
        for (const machine of joined()) {
          onLine(`LXD on ${machine.name}`);
          host.world.members.delete(machine.name);
          machine.joined = false;
        }
      },
    };
  };
