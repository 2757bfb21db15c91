import { type Element, type Item, itemsOf } from '../../jmx/element.ts';
import type { Text } from '../../text/template.ts';
import type { StarterCrew } from '../compiled.ts';
import { type again, type Branch, Controller, type Step } from '../controllers/controller.ts';
import { toDouble, toLong } from '../numbers.ts';
import type { Scope } from '../support.ts';
import type { VirtualUser } from '../virtual-user.ts';
import { type DynamicSettings, dynamicSettings, dynamicTexts } from './dynamic.ts';
import type { GroupKind, GroupParts } from './group.ts';
import { Arrivals, until } from './starts.ts';

const limits = [
  'A linear ramp-up rises from its beginning, as the form draws it; the plugin itself sends nothing before its end.',
];

/** bzm: an open model. So many iterations begin per second or minute, each by a user that is free, or a new one. */
export const arrivalsThreadGroup: GroupKind = {
  role: 'group',
  title: 'bzm - Arrivals Thread Group',
  phase: 'main',
  limits,
  parts: (element, scope) => {
    const texts = dynamicTexts(element, scope);
    return arrivalParts(element, scope, (read) => {
      const settings = dynamicSettings(texts, read);
      return { all: arrivals(settings), seconds: settings.rampUp + settings.hold };
    });
  },
};

/** bzm: the same, by a table of rates and durations. */
export const freeFormArrivalsThreadGroup: GroupKind = {
  role: 'group',
  title: 'bzm - Free-Form Arrivals Thread Group',
  phase: 'main',
  parts: (element, scope) => {
    const table = itemsOf(element, 'Schedule').map(({ value }) =>
      (Array.isArray(value) ? (value as readonly Item[]) : []).map((cell) =>
        scope.template(typeof cell.value === 'string' ? cell.value : ''),
      ),
    );
    const unit = scope.text(element, 'Unit');
    return arrivalParts(element, scope, (read) => {
      const seconds = read(unit) === 'M' ? 60 : 1;
      const rows = table.map((row) => row.map((cell) => toDouble(read(cell))));
      return {
        all: freeForm(rows, seconds),
        seconds: rows.reduce((sum, [, , length = 0]) => sum + length * seconds, 0),
      };
    });
  },
};

/** When arrivals come, in seconds after the first one, in order; and how long this goes on. */
interface Moments {
  readonly all: Iterable<number>;
  readonly seconds: number;
}

function* arrivals({ target, unit, rampUp, hold, steps }: DynamicSettings): Iterable<number> {
  const rate = target / unit;
  if (rate <= 0) return;
  let at = 0;
  if (rampUp > 0 && steps === 0) {
    // A rate that rises evenly has its nth arrival where half of slope times the square of the time is n.
    let count = 0;
    for (; at <= rampUp; count += 1, at = Math.sqrt((2 * count * rampUp) / rate)) yield at;
    at = rampUp + count / rate - rampUp / 2;
  } else {
    for (; at < rampUp; at += 1 / stepRate(rate, rampUp, steps, at)) yield at;
  }
  for (; at < rampUp + hold; at += 1 / rate) yield at;
}

function stepRate(rate: number, rampUp: number, steps: number, at: number): number {
  return (rate / steps) * (Math.floor(at / (rampUp / steps)) + 1);
}

/** While the rate is 0, the plugin looks again after 200 ms. */
function* freeForm(rows: readonly (readonly number[])[], unit: number): Iterable<number> {
  let at = 0;
  for (;;) {
    const rate = freeFormRate(rows, unit, at);
    if (rate === undefined) return;
    if (rate > 0) yield at;
    at += rate > 0 ? 1 / rate : 0.2;
  }
}

function freeFormRate(rows: readonly (readonly number[])[], unit: number, at: number): number | undefined {
  let from = 0;
  for (const [start = 0, end = 0, length = 0] of rows) {
    const progress = (at - from) / (length * unit);
    from = Math.trunc(from + length * unit);
    if (at <= from) return (start + progress * (end - start)) / unit;
  }
  return undefined;
}

interface State {
  /** Users of this worker that wait for an arrival. */
  readonly pool: Idle[];
  arrived: number;
  /** So many arrivals are all. */
  limit: number;
  iterations: number;
  crew: StarterCrew | undefined;
  /** Nobody arrives any more. */
  over: boolean;
}

interface Idle {
  readonly user: VirtualUser;
  readonly wake: (arrival: boolean) => void;
}

function arrivalParts(element: Element, scope: Scope, moments: (read: (text: Text) => string) => Moments): GroupParts {
  const concurrency = scope.text(element, 'ConcurrencyLimit');
  const most = scope.text(element, 'ArrivalsLimit', '0');
  const iterations = scope.text(element, 'Iterations');
  const state: State = {
    pool: [],
    arrived: 0,
    limit: Number.POSITIVE_INFINITY,
    iterations: 0,
    crew: undefined,
    over: false,
  };
  return {
    start: async (crew) => {
      state.crew = crew;
      state.iterations = toLong(crew.read(iterations));
      const all = toLong(crew.read(most)) || Number.POSITIVE_INFINITY;
      await supply(crew, state, moments(crew.read), toLong(crew.read(concurrency)), all);
    },
    size: () => 0,
    root: (user, branch, parent) => new ArrivalsRoot(user, branch, parent, state),
  };
}

async function supply(crew: StarterCrew, state: State, moments: Moments, concurrency: number, all: number) {
  const from = crew.clock.now();
  const punctual = new Arrivals();
  let [count, own, made] = [0, 0, 0];
  for (const at of moments.all) {
    if (count >= all) break;
    count += 1;
    if (!crew.mine(count - 1)) continue;
    own += 1;
    const intended = from + at * 1000;
    await punctual.until(crew, intended);
    if (crew.halted) break;
    if (release(state, intended)) continue;
    if (concurrency > 0 && crew.active() >= concurrency) crew.dropped();
    else {
      crew.begin(made * crew.share.of + crew.share.index, { due: intended, intended });
      made += 1;
    }
  }
  if (count < all) await until(crew, from + moments.seconds * 1000);
  state.limit = own;
  state.over = true;
  for (const { wake } of state.pool.splice(0)) wake(false);
  await crew.ended();
}

function release({ pool }: State, intended: number): boolean {
  const free = pool.pop();
  if (!free) return false;
  free.user.intended = intended;
  free.user.due = intended;
  free.wake(true);
  return true;
}

class ArrivalsRoot extends Controller {
  readonly #state: State;
  #arrived = false;
  #broken = false;
  #rests = false;
  #iterations = 0;

  constructor(user: VirtualUser, branch: Branch, parent: Controller | undefined, state: State) {
    super(user, branch, parent);
    this.#state = state;
  }

  override attempt(): Step | undefined | typeof again {
    const state = this.#state;
    if (this.#broken || state.arrived >= state.limit) this.setDone();
    else if (!this.#arrived) {
      this.#arrived = true;
      this.#iterations += 1;
      state.arrived += 1;
    }
    this.tellIndex(this.#iterations - 1);
    return super.attempt();
  }

  override afterLast(): undefined {
    const { arrived, limit, iterations } = this.#state;
    if (arrived >= limit || (iterations > 0 && this.#iterations >= iterations)) this.setDone();
    else this.#leave();
    return undefined;
  }

  #leave(): void {
    this.reinitialize();
    this.#arrived = false;
    this.#rests = true;
  }

  /** Waits for the next arrival; meanwhile the user is not at work. */
  override rest(): Promise<void> | undefined {
    const { pool, crew, over } = this.#state;
    if (!this.#rests || !crew) return undefined;
    this.#rests = false;
    if (over) {
      this.setDone();
      return undefined;
    }
    const { crew: group } = this.user;
    group.ended();
    return new Promise((resolve) => {
      const wake = (arrival: boolean) => {
        group.began();
        if (!arrival) this.setDone();
        resolve();
      };
      pool.push({ user: this.user, wake });
    });
  }

  override count(): number {
    return this.#iterations;
  }

  override continueLoop(): void {
    if (this.#state.arrived >= this.#state.limit) this.setDone();
    else this.#leave();
  }

  override breakLoop(): void {
    this.#broken = true;
  }
}
