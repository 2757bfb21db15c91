import type { Observed, ObservedCluster } from '../domain/observed.ts';
import { lowestFree, slotsAt } from './addresses.ts';
import { unknownOf, unreadIn } from './unknown.ts';

export interface Slot {
  readonly name: string;
  readonly machine: string;
  readonly slot: number;
}

/** Where something is already; of what can't be read the slot may be unknown. */
export interface Placed {
  readonly name: string;
  readonly machine: string;
  readonly slot?: number;
}

export interface Wanted {
  readonly name: string;
  /** Where one must move for balance, it is a primary: two of them on one machine go down together. */
  readonly role?: 'primary' | 'backup';
  readonly place: readonly string[];
}

/**
 * Gives each wanted instance of one group (a service, the balancers) a machine and a slot.
 * What exists stays where it is unless it may not, and what can't be read stays whatever it may; a new one goes to the emptiest allowed machine (its own group first,
 * then all instances, then the file's order); one moves only where that evens out a difference of two or more.
 */
export function place(wanted: readonly Wanted[], group: readonly Placed[], world: World): Slot[] {
  const existing = new Map(group.map((instance) => [instance.name, instance]));
  const chosen = new Map<string, string>();
  for (const { name, place: allowed } of wanted) {
    const current = existing.get(name)?.machine;
    if (current !== undefined && (world.unread.has(name) || allowed.includes(current))) chosen.set(name, current);
  }
  for (const { name, place: allowed } of wanted) {
    if (chosen.has(name)) continue;
    const lit = allowed.filter((machine) => !world.dark.has(machine));
    chosen.set(name, emptiest(lit.length > 0 ? lit : allowed, chosen, world));
  }
  evenOut(wanted, chosen, world);
  return wanted.map(({ name }) => {
    const machine = chosen.get(name) as string;
    world.load.set(machine, (world.load.get(machine) ?? 0) + 1);
    const current = existing.get(name)?.slot;
    return { name, machine, slot: current === undefined || world.collides(name, current) ? world.takeSlot() : current };
  });
}

/** What the groups of one plan share: how full each machine is, and which slots are taken. */
export interface World {
  readonly load: Map<string, number>;
  /** Machines of which not all is known: nothing new is put there while another one may have it. */
  readonly dark: ReadonlySet<string>;
  /** Names of what can't be read, and stays where it is. */
  readonly unread: ReadonlySet<string>;
  takeSlot(): number;
  /** One of the slot's ports on the machines is published, or another instance has it too. */
  collides(name: string, slot: number): boolean;
}

/** `published`: ports of the machines that lead to balancers. */
export function worldOf(observed: Observed, published: readonly number[]): World {
  const unusable = new Set(published.flatMap(slotsAt));
  const { instances = [], unread = [] } = observed.cluster ?? {};
  const placed = [...instances, ...unread.filter(hasSlot)];
  const owners = new Map(placed.toReversed().map(({ name, slot }) => [slot, name]));
  const taken = new Set([...unusable, ...owners.keys()]);
  // of whose slot nobody can tell it is most likely one of the next
  const strangers = unread.length - unread.filter(hasSlot).length;
  const first = strangers === 0 ? 1 : Math.max(0, ...owners.keys()) + strangers + 1;
  const { machines, names } = unknownOf(observed);
  return {
    load: new Map(),
    dark: machines,
    unread: names,
    collides: (name, slot) => unusable.has(slot) || (owners.has(slot) && owners.get(slot) !== name),
    takeSlot() {
      const slot = lowestFree(taken, first);
      taken.add(slot);
      return slot;
    },
  };
}

function hasSlot<T extends Placed>(placed: T): placed is T & { slot: number } {
  return placed.slot !== undefined;
}

/** What there is of a group, read or not, by the pattern of its names. */
export function groupOf(cluster: ObservedCluster | null, names: RegExp): readonly Placed[] {
  return [...(cluster?.instances ?? []), ...unreadIn(cluster)].filter(({ name }) => names.test(name));
}

/** Without the machine where a restart was no cure, as long as there is another one. */
export function curable(name: string, machines: readonly string[], cluster: ObservedCluster | null): readonly string[] {
  const failed = (cluster?.failed ?? []).filter((each) => each.name === name).map(({ machine }) => machine);
  const others = machines.filter((machine) => !failed.includes(machine));
  return others.length > 0 ? others : machines;
}

/** Of these machines, those that may carry something now; drained ones only where there is no other. */
export function available(allowed: readonly string[], cluster: ObservedCluster | null): readonly string[] {
  const alive = allowed.filter((machine) => cluster?.lost.includes(machine) !== true);
  const open = alive.filter((machine) => cluster?.drained.includes(machine) !== true);
  return open.length > 0 ? open : alive;
}

/** Names that nobody may use: what lies on a machine that is taken for dead bears them, and may come back. */
export function namesOfTheLost(cluster: ObservedCluster | null): ReadonlySet<string> {
  const lost = cluster?.unread.filter(({ machine }) => cluster.lost.includes(machine)) ?? [];
  return new Set(lost.map(({ name }) => name));
}

function emptiest(allowed: readonly string[], chosen: ReadonlyMap<string, string>, world: World): string {
  const own = countByMachine(chosen);
  const ranked = allowed.map((machine, index) => ({
    machine,
    rank: [own.get(machine) ?? 0, world.load.get(machine) ?? 0, index] as const,
  }));
  ranked.sort((a, b) => a.rank[0] - b.rank[0] || a.rank[1] - b.rank[1] || a.rank[2] - b.rank[2]);
  return (ranked[0] as { machine: string }).machine;
}

function evenOut(wanted: readonly Wanted[], chosen: Map<string, string>, { dark, unread }: World): void {
  const rank = ({ role }: Wanted) => (role === 'backup' ? 1 : 0);
  for (const { name, place: allowed } of wanted.toReversed().sort((a, b) => rank(a) - rank(b))) {
    if (unread.has(name)) continue;
    const own = countByMachine(chosen);
    const current = chosen.get(name) as string;
    // where one of them was not cured no other one need be for the balance's sake
    const good = allowed.filter(
      (machine) => !dark.has(machine) && wanted.every((each) => each.place.includes(machine)),
    );
    const target = good.reduce(
      (best, machine) => ((own.get(machine) ?? 0) < (own.get(best) ?? 0) ? machine : best),
      current,
    );
    if ((own.get(current) ?? 0) - (own.get(target) ?? 0) >= 2) chosen.set(name, target);
  }
}

function countByMachine(chosen: ReadonlyMap<string, string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const machine of chosen.values()) counts.set(machine, (counts.get(machine) ?? 0) + 1);
  return counts;
}
