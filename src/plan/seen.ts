import type { Desired } from '../domain/desired.ts';
import { isBalancerName, type ObservedInstance, type UnreadInstance } from '../domain/observed.ts';
import { serverState } from '../domain/server.ts';
import type { View } from '../domain/view.ts';
import { type Unknown, unknownOf, unreadIn } from './unknown.ts';

/** A view, looked up by names. */
export interface Seen extends View {
  readonly there: ReadonlyMap<string, ObservedInstance>;
  /** Also what can't be read, but for what lies on machines that are taken for dead. */
  readonly homes: ReadonlyMap<string, ObservedInstance | UnreadInstance>;
  /** Names that nobody may use: what lies on a machine that is taken for dead bears them, and may come back. */
  readonly lostNames: ReadonlySet<string>;
  readonly unknown: Unknown;
  /** Whether a server that is UP could be drained by all: by a balancer that can't be read it could not. */
  readonly mayDrain: boolean;
}

export function seenIn(view: View): Seen {
  const { instances, unread, lost } = view;
  const unknown = unknownOf(view);
  return {
    ...view,
    there: byName(instances),
    homes: byName<ObservedInstance | UnreadInstance>([...instances, ...unreadIn(view)]),
    lostNames: new Set(unread.filter(({ machine }) => lost.includes(machine)).map(({ name }) => name)),
    unknown,
    mayDrain: !unknown.places && ![...unknown.names].some(isBalancerName),
  };
}

export function byName<T extends { readonly name: string }>(all: readonly T[]): Map<string, T> {
  return new Map(all.map((each) => [each.name, each]));
}

/** Whether HAProxy sees it so. */
export function isUp(name: string, { servers }: Pick<View, 'servers'>): boolean {
  return serverState(servers?.[name]) === 'up';
}

/**
 * Tells whether an instance may be taken away, for a while or for good. `patience`: steps wait inside for the others of its
 * service to be UP; who repairs waits for nobody, and must see them UP before.
 */
export function yielding({ instances }: Desired, seen: Seen, patience: boolean) {
  const services = Map.groupBy(instances, ({ service }) => service);
  const needed = new Map(
    [...services].map(([service, own]) => {
      const isUnread = own.some(({ name }) => seen.unknown.names.has(name));
      return [service, { isUnread, down: own.filter(({ cold, name }) => !cold && !isUp(name, seen)) }] as const;
    }),
  );
  return ({ service, name }: { readonly service: string; readonly name: string }): boolean => {
    if (!seen.mayDrain) return false;
    if (seen.servers !== null && !isUp(name, seen)) return true;
    const { isUnread, down } = needed.get(service) ?? { isUnread: false, down: [] };
    return !isUnread && (patience || down.every((each) => each.name === name));
  };
}
