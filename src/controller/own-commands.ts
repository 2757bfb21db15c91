import { RelevoError } from '../domain/failure.ts';
import type { ExecOptions, Lxd } from '../ports/lxd.ts';
import type { System } from '../ports/system.ts';

/**
 * The same client, but commands in the controller's own balancer are run right here: through LXD each of them opens five TLS
 * connections, and as many between members. Its service manager is spoken to from outside: what restarts the controller must
 * not end with it. `mayWrite` is asked right before each, as LXD's client asks it.
 */
export function withOwnCommands(lxd: Lxd, self: string, system: Pick<System, 'run'>, mayWrite: () => boolean): Lxd {
  const exec = async (name: string, argv: readonly string[], options: ExecOptions = {}) => {
    const { stdin, timeout = 60 } = options;
    const plain = stdin === undefined || typeof stdin === 'string';
    if (name !== self || !plain || argv[0] === 'systemctl') return lxd.instances.exec(name, argv, options);
    if (!mayWrite()) throw new RelevoError({ code: 'interrupted', message: 'the lease is lost' });
    return { ...(await system.run(argv, { timeout, ...(stdin !== undefined && { stdin }) })), whole: true };
  };
  return { ...lxd, instances: { ...lxd.instances, exec } };
}
