import type { Observed, ObservedInstance } from '../domain/observed.ts';
import type { Spec } from '../domain/spec.ts';
import type { Status } from '../domain/status.ts';
import { slotAddress } from '../plan/addresses.ts';

/** The world in the words of `relevo status`. What can't be read is `unknown`, never `absent`. */
export function statusOf(spec: Spec, observed: Observed): Status {
  const instances = observed.cluster?.instances ?? [];
  const states = observed.cluster?.servers ?? {};
  const seen = new Map(observed.machines.map((machine) => [machine.name, machine]));
  return {
    name: spec.name,
    url: observed.published === null ? null : urlOf(spec.balancer),
    address: observed.published?.address ?? null,
    machines: [...new Set([...spec.machines.hosts, ...seen.keys()])].map((name) => ({
      name,
      address: seen.get(name)?.address ?? null,
      state: seen.get(name)?.state ?? 'absent',
    })),
    members: observed.cluster?.members ?? [],
    instances: [
      ...instances.filter(isService).map(({ name, service, role, machine, slot, state }) => ({
        ...{ name, service, role, machine, state },
        address: slotAddress(slot),
        server: states[name] ?? null,
      })),
      ...unreadInstances(observed, states),
    ],
    balancers: instances
      .filter((each) => !isService(each))
      .map(({ name, machine, slot, state }) => ({
        ...{ name, machine, state },
        address: slotAddress(slot),
        holder: observed.cluster?.holders.includes(name) ?? false,
      })),
  };
}

/** Names are `SERVICE-NUMBER`; whose member does not answer tells no more. */
function unreadInstances({ cluster }: Observed, states: Readonly<Record<string, string>>): Status['instances'] {
  const services = (cluster?.unread ?? []).filter(({ name }) => !name.startsWith('balancer-'));
  return services.map(({ name, machine }) => ({
    ...{ name, machine },
    service: name.replace(/-\d+$/, ''),
    role: 'unknown',
    state: 'unknown',
    address: null,
    server: states[name] ?? null,
  }));
}

function urlOf({ publish, tls }: Spec['balancer']): string {
  return tls === undefined ? `http://127.0.0.1:${publish}/` : `https://127.0.0.1:${tls.publish}/`;
}

function isService(instance: ObservedInstance): boolean {
  return instance.kind === 'service';
}
