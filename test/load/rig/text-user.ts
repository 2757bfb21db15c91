import { RelevoError } from '../../../src/domain/failure.ts';
import type { Run, User } from '../../../src/load/engine/user.ts';

export interface Given {
  readonly variables?: Readonly<Record<string, string>>;
  readonly properties?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
  readonly now?: number;
  readonly random?: () => number;
  readonly number?: number;
}

/** What all users of a test share. */
export function aRun(given: Given = {}): Run & { readonly notes: string[] } {
  const counts = new Map<string, number>();
  const notes: string[] = [];
  return {
    clock: { now: () => given.now ?? 1_767_225_845_678.25, sleep: () => Promise.resolve() },
    random: given.random ?? (() => 0.5),
    properties: new Map(Object.entries(given.properties ?? {})),
    files: {
      resolve: (path) => path,
      read: (path) => {
        const content = given.files?.[path];
        if (content === undefined) throw new RelevoError({ code: 'not-found', message: `There is no ${path}.` });
        return Buffer.from(content);
      },
    },
    shared: {
      next: (name) => {
        const before = counts.get(name) ?? 0;
        counts.set(name, before + 1);
        return before;
      },
      update: (name, change) => {
        const before = counts.get(name) ?? 0;
        counts.set(name, change(before));
        return before;
      },
    },
    share: { index: 0, of: 1 },
    notes,
    note: (text) => notes.push(text),
  };
}

/** A user of a test: `Users 1-1` unless its number is said. */
export function aUser(given: Given = {}, run: Run = aRun(given)): User {
  const slots = new Map<object, unknown>();
  const number = given.number ?? 0;
  return {
    number,
    name: `Users 1-${number + 1}`,
    group: 'Users',
    variables: new Map(Object.entries(given.variables ?? {})),
    run,
    previous: undefined,
    iteration: 1,
    active: { group: () => 1, all: () => 1 },
    slot: <T>(owner: object, make: () => T): T => {
      if (!slots.has(owner)) slots.set(owner, make());
      return slots.get(owner) as T;
    },
    signal: new AbortController().signal,
  };
}
