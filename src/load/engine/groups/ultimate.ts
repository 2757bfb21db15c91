import { type Element, type Item, itemsOf, type Property } from '../../jmx/element.ts';
import type { Text } from '../../text/template.ts';
import { toInt } from '../numbers.ts';
import type { Refusal, Scope } from '../support.ts';
import { type GroupKind, type GroupParts, inspectMainLoop, mainLoop, noSuchLoop } from './group.ts';
import { type Start, startAll } from './starts.ts';

/** Seconds. */
interface Row {
  readonly users: number;
  readonly delay: number;
  readonly startUp: number;
  readonly hold: number;
  readonly shutDown: number;
}

/** `threads_schedule` is the name that old plans have. */
const data = ['ultimatethreadgroupdata', 'threads_schedule'];

/** jp@gc: rows of users that come, stay and go. */
export const ultimateThreadGroup: GroupKind = {
  role: 'group',
  title: 'jp@gc - Ultimate Thread Group',
  phase: 'main',
  refuses: [noSuchLoop],
  inspect,
  parts,
};

function inspect(element: Element): readonly Refusal[] {
  return inspectMainLoop(element);
}

function rowsOf(element: Element): readonly (readonly string[])[] {
  const items = data.map((name) => itemsOf(element, name)).find((each) => each.length > 0) ?? [];
  return items.map(({ value }) => cellsOf(value));
}

function cellsOf(row: Property): readonly string[] {
  return Array.isArray(row)
    ? (row as readonly Item[]).map(({ value }) => (typeof value === 'string' ? value : ''))
    : [];
}

function parts(element: Element, scope: Scope): GroupParts {
  const table = rowsOf(element).map((cells) => cells.map((cell) => scope.template(cell)));
  const rows = (read: (text: Text) => string): Row[] =>
    table.map((cells) => {
      const [users = 0, delay = 0, startUp = 0, hold = 0, shutDown = 0] = cells.map((cell) => toInt(read(cell)));
      return { users, delay, startUp, hold, shutDown };
    });
  return {
    start: (crew) => startAll(crew, startsOf(rows(crew.read), crew.clock.now())),
    size: (read) => rows(read).reduce((sum, { users }) => sum + users, 0),
    root: mainLoop(element, scope),
  };
}

function startsOf(rows: readonly Row[], now: number): Start[] {
  const starts: Start[] = [];
  for (const row of rows) {
    // The plugin counts down: the first user of a row begins and ends last.
    for (let left = row.users; left > 0; left -= 1) starts.push(startOf(row, left, now, starts.length));
  }
  return starts;
}

function startOf({ users, delay, startUp, hold, shutDown }: Row, left: number, now: number, number: number): Start {
  const rampUp = Math.floor((1000 * startUp * left) / users);
  const due = now + 1000 * delay + rampUp;
  const descent = due + 1000 * hold + 1000 * startUp - rampUp;
  return { number, due, end: descent + Math.floor((1000 * shutDown * left) / users) };
}
