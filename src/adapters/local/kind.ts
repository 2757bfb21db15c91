import type { Spec } from '../../domain/spec.ts';
import type { ConnectLxd } from '../../ports/lxd.ts';
import type { Obstacle, ProviderKind } from '../../ports/provider.ts';
import type { System } from '../../ports/system.ts';
import { lxdSocket } from './daemon.ts';
import { localHost } from './host.ts';
import { localProvider } from './provider.ts';

/** `provider: local`: machines are system containers of this host's LXD, which speaks with root only. */
export function localMachines(system: System, connect: ConnectLxd): ProviderKind {
  const askLxd = async () => {
    await using lxd = connect({ socket: await lxdSocket(system) });
    return await lxd.server(); // the connection is closed at the end of this block
  };
  return {
    needsRoot: true,
    host: localHost(system, askLxd),
    directories: { state: '/var/lib/relevo', cache: '/var/cache/relevo', locks: '/run/relevo' },
    refuses,
    lockKey: async (project) => `${await lxdSocket(system)}:${project}`,
    async open(spec) {
      const socket = await lxdSocket(system);
      const lxd = connect({ socket });
      return { provider: localProvider(spec, socket, lxd, system), close: () => lxd.close() };
    },
  };
}

/** The machines have a network of their own, and the address that balancers share must be in it. */
function refuses({ machines, balancer }: Spec): Obstacle | undefined {
  if (machines.ways !== undefined) {
    const message = 'machines of the provider `local` are made, and get their addresses then';
    const hint = 'write a list of names; for hosts that are there already: `provider: ssh`';
    return { code: 'invalid-file', path: ['machines', 'hosts'], message, hint };
  }
  if (balancer.addresses !== undefined) {
    const message = 'balancers of the provider `local` have addresses in a network of its own';
    return { code: 'invalid-file', path: ['balancer', 'addresses'], message, hint: 'delete the line' };
  }
  if (balancer.link === 'routed') {
    const message = 'machines of the provider `local` have a network of their own, where balancers are by macvlan';
    return { code: 'invalid-file', path: ['balancer', 'link'], message, hint: 'delete the line' };
  }
  if (balancer.vip === undefined) return undefined;
  const message = 'machines of the provider `local` have a network of their own, and their balancers an address in it';
  const hint = 'leave `vip` out; `relevo status` shows the address';
  return { code: 'invalid-file', path: ['balancer', 'vip'], message, hint };
}
