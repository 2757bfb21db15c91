import type { Sample } from '../sample.ts';
import type { Report } from './report.ts';
import type { Run, User } from './user.ts';

/** What the next step of a user is, where it is not simply the next one. */
export type LogicalAction = 'continue' | 'next thread loop' | 'next loop' | 'break loop';

export type OnSampleError = 'continue' | 'startnextloop' | 'stopthread' | 'stoptest' | 'stoptestnow';

/** Ends the users of a phase: in order (nothing new begins), or now (what is under way is broken off as well). */
export interface Control {
  readonly halted: boolean;
  /** Aborted with `halted`: whoever only waits need not. */
  readonly halt: AbortSignal;
  /** Aborted to end everything now. */
  readonly now: AbortSignal;
  stop(now: boolean): void;
}

export interface UserContext {
  readonly run: Run;
  readonly crew: Crew;
  readonly control: Control;
  readonly report: Report;
}

/** What the users of one group have in common. */
export interface Crew {
  readonly name: string;
  /** Within its phase, from 1 on. */
  readonly number: number;
  /** Within the plan, from 0 on. */
  readonly index: number;
  readonly onError: OnSampleError;
  readonly newEachIteration: boolean;
  /** Some text of the plan reads a user's last answer. */
  readonly keepsAnswers: boolean;
  /** Its users are dealt to so many processes and workers together. */
  readonly share: { readonly index: number; readonly of: number };
  /** How many users it says it has, for a timer that waits for all of them. */
  readonly size: number;
  readonly active: { group(): number; all(): number };
  began(): void;
  ended(): void;
}

export class VirtualUser implements User {
  readonly run: Run;
  readonly crew: Crew;
  readonly control: Control;
  readonly report: Report;
  readonly number: number;
  readonly variables: Map<string, string>;
  readonly active: { group(): number; all(): number };
  readonly name: string;
  readonly group: string;
  readonly newEachIteration: boolean;
  readonly signal: AbortSignal;
  previous: Sample | undefined;
  sampler: User['sampler'];
  iteration = 0;
  /** It has come to a sampler. */
  begun = false;
  /** False from the moment on at which it shall end after what it is at. */
  running = true;
  /** JMeter's end time: pauses last no longer. 0 where there is none. */
  end = 0;
  /** It ends itself at its end, and does not begin to wait for longer. */
  scheduled = false;
  /** When its next sample should begin, where that is known: its own start, the end of its timers. */
  due = 0;
  /** Of an open model: when its next sample should begin if nothing of the generator's were late; that of its first is the arrival's. */
  intended: number | undefined;
  action: LogicalAction = 'continue';
  readonly #slots = new Map<object, unknown>();

  constructor({ run, crew, control, report }: UserContext, number: number, variables: ReadonlyMap<string, string>) {
    this.run = run;
    this.crew = crew;
    this.control = control;
    this.report = report;
    this.number = number;
    this.variables = new Map(variables);
    this.active = crew.active;
    this.name = `${crew.name} ${crew.number}-${number + 1}`;
    this.group = crew.name;
    this.newEachIteration = crew.newEachIteration;
    this.signal = control.now;
  }

  get alive(): boolean {
    return this.running && !this.control.halted;
  }

  slot<T>(owner: object, make: () => T): T {
    let value = this.#slots.get(owner) as T | undefined;
    if (value === undefined) {
      value = make();
      this.#slots.set(owner, value);
    }
    return value;
  }

  /** Gives back what its elements kept for it. */
  dispose(): void {
    for (const value of this.#slots.values()) (value as Partial<Disposable> | null)?.[Symbol.dispose]?.();
    this.#slots.clear();
  }
}
