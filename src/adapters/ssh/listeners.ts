import { lastSlot, slotAgentPort, slotOf, slotPort } from '../../domain/slots.ts';
import type { Spec } from '../../domain/spec.ts';
import type { Obstacle } from '../../ports/provider.ts';
import type { HostRecord } from './record.ts';

/** Somebody's, who takes TCP connections from other hosts. */
export interface Listener {
  readonly port: number;
  /** As `ss` calls it; empty where it does not tell. */
  readonly program: string;
}

/** Of a host that was looked at. */
interface Heard {
  readonly name: string;
  readonly sight: { readonly listeners: readonly Listener[]; readonly record?: HostRecord };
}

/** `LISTEN 0 511 0.0.0.0:10050 0.0.0.0:* users:(("zabbix_agentd",pid=7,fd=4))`; nobody leads away what is for loopback. Source: ss(8). Pure. */
export function listenerIn(line: string): Listener[] {
  const [, address = '', port = ''] = /^\S+ +\d+ +\d+ +(\S+):(\d+) /.exec(line) ?? [];
  if (port === '' || /^(127\.|\[::1\]|\[::ffff:127\.)/.test(address)) return [];
  return [{ port: Number(port), program: /users:\(\("([^"]*)"/.exec(line)?.[1] ?? '' }];
}

/** On ports that lead to an instance where one of these slots is its. Further ports may be anybody's: they are ephemeral ones. */
function within({ sight }: Heard, mostSlots: number): Listener[] {
  return sight.listeners.filter(({ port }) => {
    const slot = slotOf(port);
    return slot > 0 && slot <= mostSlots && port < slotPort(0, 1);
  });
}

/** The lowest that are free are given out; twice as many stand while all are replaced. */
function slotsOf({ services, balancer }: Spec): number {
  return 2 * services.reduce((sum, { replicas, backups }) => sum + replicas + backups.count, balancer.replicas);
}

/** What an instance of this file would take away from somebody on a host that is no member yet. Pure. */
export function listenerObstacle(spec: Spec, hosts: readonly Heard[]): Obstacle | undefined {
  const most = slotsOf(spec);
  const newcomers = hosts.filter(({ name, sight }) => sight.record?.members.includes(name) !== true);
  const [first] = newcomers.flatMap((host) => within(host, most).map((each) => ({ ...each, name: host.name })));
  if (first === undefined) return undefined;
  return {
    ...{ code: 'conflict', path: ['machines', 'hosts', first.name] },
    message: `port ${first.port} of ${first.name} is in use by ${first.program || 'another program'}, and would lead to an instance`,
    hint: `let it listen elsewhere, or on 127.0.0.1 alone: instances of this file take ${slotAgentPort(1)}-${slotAgentPort(most)} and ${slotPort(1)}-${slotPort(most)}`,
  };
}

/** `10050 (zabbix_agentd)`: those that a later instance may take something away from. */
export function listenersInTheWay(host: Heard): string[] {
  return within(host, lastSlot).map(({ port, program }) => `${port} (${program || 'another program'})`);
}
