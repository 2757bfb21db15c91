import type { Element } from '../../jmx/element.ts';
import type { EngineTimer } from '../leaf.ts';
import { toInt, toLong } from '../numbers.ts';
import type { Refusal, Scope, Supported } from '../support.ts';
import type { Run } from '../user.ts';
import type { VirtualUser } from '../virtual-user.ts';

/** Lets users through together: so many at a time, or all of the group. */
export const synchronizingTimer: Supported = {
  role: 'timer',
  title: 'Synchronizing Timer',
  limits: ['With several generators, each waits for its own users only.'],
  refuses: ['A negative time to wait.'],
  inspect,
  compile,
};

function inspect(element: Element): readonly Refusal[] {
  const text = element.properties.get('timeoutInMs');
  if (typeof text !== 'string' || !text.startsWith('-')) return [];
  return [{ what: 'a negative time to wait', consequence: 'JMeter fails each sample of it' }];
}

function compile(element: Element, scope: Scope): EngineTimer {
  const size = scope.text(element, 'groupSize', '0');
  const timeout = scope.text(element, 'timeoutInMs', '0');
  const barriers = new WeakMap<Run, Barrier>();
  return {
    delay: () => 0,
    hold: (user) => {
      const barrier = barriers.get(user.run) ?? new Barrier();
      barriers.set(user.run, barrier);
      const parties = toInt(size.of(user)) || user.crew.size;
      return parties < 0 ? undefined : barrier.wait(user, parties, toLong(timeout.of(user)));
    },
  };
}

interface Waiting {
  readonly go: () => void;
}

class Barrier {
  #waiting: Waiting[] = [];

  /** Until so many wait, or for so many milliseconds (0: for ever): then all who wait go. */
  wait(user: VirtualUser, parties: number, timeout: number): Promise<void> | undefined {
    if (this.#waiting.length + 1 >= parties) {
      this.#open();
      return undefined;
    }
    const left = user.end > 0 ? user.end - user.run.clock.now() : Number.POSITIVE_INFINITY;
    const longest = Math.min(timeout > 0 ? timeout : Number.POSITIVE_INFINITY, Math.max(0, left));
    return this.#sleep(user, longest);
  }

  async #sleep(user: VirtualUser, milliseconds: number): Promise<void> {
    const awake = new AbortController();
    const waiting = { go: () => awake.abort() };
    const { halt } = user.control;
    this.#waiting.push(waiting);
    halt.addEventListener('abort', waiting.go, { once: true });
    await user.run.clock.sleep(milliseconds, awake.signal);
    halt.removeEventListener('abort', waiting.go);
    // Whose time is up breaks the barrier: all others go as well.
    if (this.#waiting.includes(waiting)) this.#open();
  }

  #open(): void {
    const all = this.#waiting;
    this.#waiting = [];
    for (const { go } of all) go();
  }
}
