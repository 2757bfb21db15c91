import type { Desired } from '../domain/desired.ts';
import type { ObservedCluster } from '../domain/observed.ts';
import type { Unknown } from './unknown.ts';

/** The cluster, as those see it who plan. */
export type Seen = ObservedCluster & {
  /** Steps wait for servers that are DOWN; who repairs does not. */
  readonly patience: boolean;
  readonly unknown: Unknown;
};

export function isUp(name: string, { servers }: ObservedCluster): boolean {
  return servers?.[name]?.startsWith('UP') === true;
}

/** Whether a server that is UP could be drained by all: by a balancer that can't be read it could not. */
export function mayDrain({ unknown }: Seen): boolean {
  return !unknown.places && ![...unknown.names].some((name) => name.startsWith('balancer-'));
}

/**
 * Whether this instance may be taken away, for a while or for good. Who waits inside of its steps sees to it there that the
 * others of the service are UP; who does not must see them UP before.
 */
export function mayYield(desired: Desired, cluster: Seen, service: string, name: string): boolean {
  if (!mayDrain(cluster)) return false;
  if (cluster.servers !== null && !isUp(name, cluster)) return true;
  const own = desired.instances.filter((each) => each.service === service);
  if (own.some((each) => cluster.unknown.names.has(each.name))) return false;
  return cluster.patience || own.every((each) => each.cold || each.name === name || isUp(each.name, cluster));
}
