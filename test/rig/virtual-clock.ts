import { random } from './random.ts';

interface Due {
  readonly at: number;
  /** Decides between events of one moment: chance, so that seeds try other orders. */
  readonly rank: number;
  readonly act: () => void;
}

/**
 * Discrete events on a clock that jumps from one to the next: minutes pass in milliseconds, and the same seed gives the
 * same run. Between two events every microtask is run. What is awaited must come from this clock: real timers and files
 * would be overtaken.
 */
export class VirtualClock {
  readonly chance: () => number;
  #now = 0;
  readonly #queue: Due[] = [];

  constructor(seed = 1) {
    this.chance = random(seed);
  }

  /** Milliseconds since the beginning. */
  readonly elapsed = (): number => this.#now;

  readonly now = (): Date => new Date(Date.UTC(2026, 0, 1) + this.#now);

  readonly sleep = (milliseconds: number): Promise<void> =>
    new Promise((resolve) => this.after(milliseconds, () => resolve()));

  after(milliseconds: number, act: () => void): void {
    const due = { at: this.#now + Math.max(0, milliseconds), rank: this.chance(), act };
    const later = ({ at, rank }: Due) => at > due.at || (at === due.at && rank > due.rank);
    let [low, high] = [0, this.#queue.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (later(this.#queue[middle] as Due)) high = middle;
      else low = middle + 1;
    }
    this.#queue.splice(low, 0, due);
  }

  /** Again and again, until what it returns is called. */
  every(milliseconds: number, act: () => void): () => void {
    let going = true;
    const turn = () => {
      if (!going) return;
      act();
      this.after(milliseconds, turn);
    };
    this.after(milliseconds, turn);
    return () => {
      going = false;
    };
  }

  /** Lets so much time pass. */
  async run(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    await this.#events(() => (this.#queue[0]?.at ?? Number.POSITIVE_INFINITY) > end);
    this.#now = end;
  }

  /** Lets time pass until the promise is settled; throws where that takes longer than `limit` milliseconds. */
  async until<T>(promise: Promise<T>, limit = 3_600_000): Promise<T> {
    let settled = false;
    const done = () => {
      settled = true;
    };
    promise.then(done, done);
    const end = this.#now + limit;
    await this.#events(() => {
      if (settled) return true;
      if (this.#queue.length === 0) throw new Error('it waits for something that no event brings');
      if ((this.#queue[0] as Due).at > end) throw new Error(`not done within ${limit / 1000} s`);
      return false;
    });
    return promise;
  }

  async #events(isOver: () => boolean): Promise<void> {
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve)); // all microtasks run before
      if (isOver()) return;
      const due = this.#queue.shift();
      if (due === undefined) return;
      this.#now = due.at;
      due.act();
    }
  }
}

/**
 * A process on the clock: what it waits for reaches it only while it lives and runs. What others do for it meanwhile (LXD,
 * a command in a container) goes on.
 */
export class VirtualProcess {
  readonly #clock: VirtualClock;
  readonly #kept: (() => void)[] = [];
  #state: 'running' | 'paused' | 'dead' = 'running';
  #missed = 0;
  #stoppedAt: number | undefined;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  get alive(): boolean {
    return this.#state !== 'dead';
  }

  readonly now = (): Date => this.#clock.now();

  /** Its monotonic clock, milliseconds. */
  readonly elapsed = (): number => (this.#stoppedAt ?? this.#clock.elapsed()) - this.#missed;

  readonly sleep = (milliseconds: number): Promise<void> => this.deliver(this.#clock.sleep(milliseconds));

  /** The same promise as this process sees it. */
  deliver<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      promise.then(
        (value) => this.#whenRunning(() => resolve(value)),
        (error) => this.#whenRunning(() => reject(error)),
      );
    });
  }

  kill(): void {
    this.#state = 'dead';
    this.#kept.length = 0;
  }

  /** `clockStops`: as in a virtual machine that is suspended; else as by SIGSTOP. */
  pause(clockStops = false): void {
    if (this.#state !== 'running') return;
    this.#state = 'paused';
    if (clockStops) this.#stoppedAt = this.#clock.elapsed();
  }

  resume(): void {
    if (this.#state !== 'paused') return;
    this.#state = 'running';
    if (this.#stoppedAt !== undefined) this.#missed += this.#clock.elapsed() - this.#stoppedAt;
    this.#stoppedAt = undefined;
    for (const act of this.#kept.splice(0)) act();
  }

  #whenRunning(act: () => void): void {
    if (this.#state === 'running') act();
    else if (this.#state === 'paused') this.#kept.push(act);
  }
}
