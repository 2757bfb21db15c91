import type { Element } from '../../jmx/element.ts';
import type { StarterCrew } from '../compiled.ts';
import { again, type Branch, Controller, type Step } from '../controllers/controller.ts';
import { toInt } from '../numbers.ts';
import type { Scope } from '../support.ts';
import type { VirtualUser } from '../virtual-user.ts';
import { type DynamicSettings, dynamicSettings, dynamicTexts } from './dynamic.ts';
import type { GroupKind, GroupParts } from './group.ts';

/** How often the plugin looks whether users are missing: while there are none, and while there are some. Milliseconds. */
const looks = { without: 10, with: 1000 };

/** bzm: keeps so many users at work; one that ends is replaced. */
export const concurrencyThreadGroup: GroupKind = {
  role: 'group',
  title: 'bzm - Concurrency Thread Group',
  phase: 'main',
  parts,
};

/** What its users and its starter know of one another. */
interface State {
  over: boolean;
  /** Of each user; 0 where there is no limit. */
  iterations: number;
}

function parts(element: Element, scope: Scope): GroupParts {
  const texts = dynamicTexts(element, scope);
  const state: State = { over: false, iterations: 0 };
  return {
    start: (crew) => keep(crew, dynamicSettings(texts, crew.read), state),
    size: (read) => toInt(read(texts.target)),
    root: (user, branch, parent) => new ConcurrencyRoot(user, branch, parent, state),
  };
}

async function keep(crew: StarterCrew, settings: DynamicSettings, state: State): Promise<void> {
  state.iterations = settings.iterations;
  const from = crew.clock.now();
  let made = 0;
  for (;;) {
    const planned = settings.target > 0 ? plannedAt(settings, (crew.clock.now() - from) / 1000) : -1;
    if (planned < 0 || crew.halted) break;
    for (let missing = shareOf(planned, crew) - crew.working; missing > 0; missing -= 1, made += 1) {
      crew.begin(made * crew.share.of + crew.share.index);
    }
    await crew.sleepUntilEnd(crew.working > 0 ? looks.with : looks.without);
  }
  state.over = true;
  await crew.ended();
}

/** How many users there shall be; -1 behind the end. */
function plannedAt({ target, rampUp, hold, steps }: DynamicSettings, seconds: number): number {
  if (seconds >= rampUp + hold) return -1;
  if (rampUp === 0 || seconds > rampUp) return target;
  // At the very end of the ramp-up there would be a step too many.
  if (steps > 0) return Math.min(target, Math.round((target / steps) * (Math.floor(seconds / (rampUp / steps)) + 1)));
  return Math.round((target / rampUp) * seconds);
}

/** How many of so many users are this worker's. */
function shareOf(users: number, { share: { index, of } }: StarterCrew): number {
  return Math.max(0, Math.ceil((users - index) / of));
}

class ConcurrencyRoot extends Controller {
  readonly #state: State;
  #arrived = false;
  #broken = false;
  #iterations = 0;

  constructor(user: VirtualUser, branch: Branch, parent: Controller | undefined, state: State) {
    super(user, branch, parent);
    this.#state = state;
  }

  override attempt(): Step | undefined | typeof again {
    if (this.#broken || this.#state.over) this.setDone();
    else if (!this.#arrived) {
      this.#arrived = true;
      this.#iterations += 1;
    }
    this.tellIndex(this.#iterations - 1);
    return super.attempt();
  }

  override afterLast(): Step | undefined | typeof again {
    const { over, iterations } = this.#state;
    if (over || (iterations > 0 && this.#iterations >= iterations)) {
      this.setDone();
      return undefined;
    }
    this.reinitialize();
    return again;
  }

  override reinitialize(): void {
    super.reinitialize();
    this.#arrived = false;
  }

  override count(): number {
    return this.#iterations;
  }

  override continueLoop(): void {
    this.reinitialize();
  }

  override breakLoop(): void {
    this.#broken = true;
  }
}
