import type { Control } from './virtual-user.ts';

/** Set-up, the groups themselves, or tear-down: what is stopped together. */
export class Phase {
  halted = false;
  /** Somebody wants everything to end now. */
  broken = false;
  readonly #groups = new Set<GroupControl>();
  readonly #told: (now: boolean) => void;

  /** @param told of what a user or a group of this process stopped, so that other processes stop too. */
  constructor(told: (now: boolean) => void) {
    this.#told = told;
  }

  group(): GroupControl {
    const control = new GroupControl((now) => {
      this.stop(now);
      this.#told(now);
    });
    if (this.halted) control.end(this.broken);
    this.#groups.add(control);
    return control;
  }

  stop(now: boolean): void {
    this.halted = true;
    this.broken ||= now;
    for (const group of this.#groups) group.end(now);
  }
}

/** Of one group: its users, and whatever waits for them. */
export class GroupControl implements Control {
  halted = false;
  readonly #halt = new AbortController();
  readonly #now = new AbortController();
  readonly stop: (now: boolean) => void;

  constructor(stop: (now: boolean) => void) {
    this.stop = stop;
  }

  get halt(): AbortSignal {
    return this.#halt.signal;
  }

  get now(): AbortSignal {
    return this.#now.signal;
  }

  end(now: boolean): void {
    this.halted = true;
    this.#halt.abort();
    if (now) this.#now.abort();
  }
}
