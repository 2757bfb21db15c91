import { isOffline } from '../domain/member.ts';
import { isBalancerName, type Observed, type ObservedInstance } from '../domain/observed.ts';
import { slotAddress } from '../domain/slots.ts';
import type { Spec } from '../domain/spec.ts';
import type { Answering, BalancerStatus, RunState, Status } from '../domain/status.ts';
import type { Space } from '../domain/storage.ts';

/** The world in the words of `relevo status`. What can't be read is `unknown`, never `absent`. */
export function statusOf(spec: Spec, observed: Observed, spaces: ReadonlyMap<string, Space> = new Map()): Status {
  const instances = observed.cluster?.instances ?? [];
  const states = observed.cluster?.servers ?? {};
  const seen = new Map(observed.machines.map((machine) => [machine.name, machine]));
  const address = servedAt(observed);
  return {
    name: spec.name,
    url: urlOf(spec.balancer, entryOf(observed, address)),
    address,
    link: observed.network.shared === undefined ? null : observed.network.link,
    unreadable: observed.unreadable?.message ?? null,
    machines: [...new Set([...spec.machines.hosts, ...seen.keys()])].map((name) => ({
      name,
      address: seen.get(name)?.address ?? null,
      state: seen.get(name)?.state ?? 'absent',
      lxd: lxdOn(name, observed),
      disk: spaces.get(name) ?? null,
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
    balancers: [
      ...instances
        .filter((each) => !isService(each))
        .map(({ name, machine, slot, state }) => ({
          ...{ name, machine, state },
          address: slotAddress(slot),
          url: urlOf(spec.balancer, seen.get(machine)?.address),
          ...seenOf(name, state, observed),
        })),
      ...unreadBalancers(observed).map((each) => ({
        ...each,
        url: urlOf(spec.balancer, seen.get(each.machine)?.address),
      })),
    ],
  };
}

function lxdOn(machine: string, { machines, cluster }: Observed): Answering {
  const known = machines.find(({ name }) => name === machine);
  if (cluster === null || known?.joined !== true) return 'unknown';
  const offline = cluster.members.some(({ name, state }) => name === machine && isOffline(state));
  return offline || cluster.unread.some((each) => each.machine === machine) ? 'silent' : 'answers';
}

function seenOf(name: string, state: RunState, { cluster }: Observed): Pick<BalancerStatus, 'haproxy' | 'holder'> {
  if (cluster?.mute.includes(name)) return { haproxy: 'silent', holder: cluster.holders.includes(name) || null };
  const haproxy = state === 'running' ? 'answers' : state === 'stopped' ? 'silent' : 'unknown';
  return { haproxy, holder: haproxy === 'unknown' ? null : (cluster?.holders.includes(name) ?? null) };
}

function unreadBalancers({ cluster }: Observed): Omit<BalancerStatus, 'url'>[] {
  const own = (cluster?.unread ?? []).filter(({ name }) => isBalancerName(name));
  return own.map(({ name, machine, slot }) => ({
    ...{ name, machine, state: 'unknown', haproxy: 'unknown', holder: null },
    address: slot === undefined ? null : slotAddress(slot),
  }));
}

/** Names are `SERVICE-NUMBER`; whose member does not answer tells no more. */
function unreadInstances({ cluster }: Observed, states: Readonly<Record<string, string>>): Status['instances'] {
  const services = (cluster?.unread ?? []).filter(({ name }) => !isBalancerName(name));
  return services.map(({ name, machine, slot }) => ({
    ...{ name, machine },
    service: name.replace(/-\d+$/, ''),
    role: 'unknown',
    state: 'unknown',
    address: slot === undefined ? null : slotAddress(slot),
    server: states[name] ?? null,
  }));
}

/** Null where users reach nobody there yet. What needs no publishing is reached as soon as there is a balancer. */
function servedAt({ network, published, cluster }: Observed): string | null {
  if (network.entry !== undefined) return published?.address ?? null;
  return cluster?.instances.some((each) => !isService(each)) ? (network.shared ?? null) : null;
}

/** Where users come in; undefined where they reach nobody yet. */
function entryOf({ network, cluster, machines }: Observed, address: string | null): string | undefined {
  if (network.shared !== undefined) return address === null ? undefined : (network.entry ?? address);
  const balancers = cluster?.instances.filter((each) => !isService(each)) ?? [];
  const [first] = balancers.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return machines.find(({ name }) => name === first?.machine)?.address;
}

function urlOf({ publish, tls }: Spec['balancer'], host: string | undefined): string | null {
  if (host === undefined) return null;
  return tls === undefined ? `http://${host}:${publish}/` : `https://${host}:${tls.publish}/`;
}

function isService(instance: ObservedInstance): boolean {
  return instance.kind === 'service';
}
