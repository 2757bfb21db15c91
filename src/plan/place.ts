import { type Failure, RelevoError } from '../domain/failure.ts';
import { lastSlot, slotOf } from '../domain/slots.ts';
import type { Seen } from './seen.ts';

export interface Slot {
  readonly name: string;
  readonly machine: string;
  readonly slot: number;
}

export interface Wanted {
  readonly name: string;
  /** Where one must move for balance, it is a primary: two of them on one machine go down together. */
  readonly role?: 'primary' | 'backup';
  /** Machines that it may be on, in the file's order; never empty. */
  readonly place: readonly string[];
}

/**
 * Gives everything that is wanted a machine and a slot, group after group (the balancers, each service). What exists stays where
 * it is unless it may not, and what can't be read stays whatever it may; a new one goes to the emptiest allowed machine (its own
 * group first, then all instances, then the file's order); one moves only where that evens out a difference of two or more.
 * `published`: ports of the machines that lead to balancers. `before`: what has its place already.
 */
export function place(
  groups: readonly (readonly Wanted[])[],
  seen: Seen,
  published: readonly number[],
  before: readonly Slot[] = [],
): ReadonlyMap<string, Slot> {
  const load = new Counts();
  for (const { machine } of before) load.add(machine, 1);
  const slots = new Slots(seen, published, before);
  const placed = new Map<string, Slot>();
  for (const group of groups) {
    const machines = spread(group, seen, load);
    for (const { name } of group) {
      const machine = machines.get(name) as string;
      load.add(machine, 1);
      placed.set(name, { name, machine, slot: slots.of(name, seen.homes.get(name)?.slot) });
    }
  }
  return placed;
}

/** The machine of each one of a group. */
function spread(group: readonly Wanted[], { homes, unknown }: Seen, load: Counts): Map<string, string> {
  const chosen = new Map<string, string>();
  const own = new Counts();
  const choose = (name: string, machine: string) => {
    chosen.set(name, machine);
    own.add(machine, 1);
  };
  for (const { name, place } of group) {
    const home = homes.get(name)?.machine;
    if (home !== undefined && (unknown.names.has(name) || place.includes(home))) choose(name, home);
  }
  for (const { name, place } of group) {
    if (chosen.has(name)) continue;
    const lit = place.filter((machine) => !unknown.machines.has(machine));
    choose(
      name,
      leastOf(lit.length > 0 ? lit : place, (a, b) => own.of(a) - own.of(b) || load.of(a) - load.of(b)),
    );
  }
  evenOut(group, chosen, own, { unknown });
  return chosen;
}

function evenOut(
  group: readonly Wanted[],
  chosen: Map<string, string>,
  own: Counts,
  { unknown }: Pick<Seen, 'unknown'>,
): void {
  // where one of them was not cured no other one need be for the balance's sake
  const [first = [], ...others] = new Set(group.map(({ place }) => place));
  const good = first.filter((each) => !unknown.machines.has(each) && others.every((place) => place.includes(each)));
  const backups = group.filter(({ role }) => role === 'backup').toReversed();
  const primaries = group.filter(({ role }) => role !== 'backup').toReversed();
  for (const { name } of [...primaries, ...backups]) {
    const current = chosen.get(name) as string;
    if (unknown.names.has(name) || good.length === 0) continue;
    const target = leastOf(good, (a, b) => own.of(a) - own.of(b));
    if (own.of(current) - own.of(target) < 2) continue;
    chosen.set(name, target);
    own.add(current, -1);
    own.add(target, 1);
  }
}

/** The first one of the least. */
function leastOf<T>(all: readonly T[], compare: (a: T, b: T) => number): T {
  return all.reduce((least, each) => (compare(each, least) < 0 ? each : least));
}

class Counts {
  readonly #counts = new Map<string, number>();

  of(key: string): number {
    return this.#counts.get(key) ?? 0;
  }

  add(key: string, more: number): void {
    this.#counts.set(key, this.of(key) + more);
  }
}

/** Which slots are taken. */
class Slots {
  readonly #published: ReadonlySet<number>;
  readonly #owners: ReadonlyMap<number, string>;
  readonly #taken: Set<number>;
  #next: number;

  constructor({ instances, unread }: Seen, published: readonly number[], before: readonly Slot[]) {
    const placed = [...instances, ...unread].flatMap(({ name, slot }) => (slot === undefined ? [] : [{ name, slot }]));
    this.#published = new Set(published.map(slotOf));
    this.#owners = new Map(placed.toReversed().map(({ name, slot }) => [slot, name]));
    this.#taken = new Set([...this.#published, ...this.#owners.keys(), ...before.map(({ slot }) => slot)]);
    // of whose slot nobody can tell it is most likely one of the next
    const strangers = unread.filter(({ slot }) => slot === undefined).length;
    this.#next = strangers === 0 ? 1 : Math.max(0, ...this.#owners.keys()) + strangers + 1;
  }

  /** The one that it has, unless one of its ports on the machines is published, or another instance has it too. */
  of(name: string, current: number | undefined): number {
    const owner = current === undefined ? undefined : this.#owners.get(current);
    if (current !== undefined && !this.#published.has(current) && (owner ?? name) === name) return current;
    while (this.#taken.has(this.#next)) this.#next += 1;
    if (this.#next > lastSlot) throw new RelevoError(noSlotLeft(name));
    this.#taken.add(this.#next);
    return this.#next;
  }
}

function noSlotLeft(name: string): Failure {
  const message = `${name} gets no address: all ${lastSlot} are taken`;
  return { code: 'refused', message, hint: 'ask for fewer replicas' };
}
