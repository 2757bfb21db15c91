import { RelevoError } from '../../domain/failure.ts';
import type { Text } from '../text/template.ts';
import type { Begin, CompiledGroup, StarterCrew } from './compiled.ts';
import type { Counts } from './counts.ts';
import type { GroupControl } from './phase.ts';
import type { Report } from './report.ts';
import { live } from './thread.ts';
import type { LoadClock, Run, User } from './user.ts';
import { type Crew, type UserContext, VirtualUser } from './virtual-user.ts';

/** Users of a group at most; each is some kilobytes, and a plan is nobody's to trust. */
const mostOfGroup = 1_000_000;

/** So many users of open models may be at work in one process. */
export const mostOfOpenModel = 10_000;

/** What all groups of one worker have. */
export interface Station {
  readonly run: Run;
  readonly report: Report;
  readonly counts: Counts;
  /** Which of the plan's users are this worker's, of those of all processes. */
  readonly share: { readonly index: number; readonly of: number };
  /** So many users of an open model may be at work here. */
  readonly most: number;
  readonly variables: ReadonlyMap<string, string>;
  /** With the plan's variables, but nobody in particular. */
  readonly reader: User;
}

/** One group at work: begins users for its starter, and knows when they have ended. */
export class GroupAtWork implements StarterCrew {
  readonly #group: CompiledGroup;
  readonly #station: Station;
  readonly #control: GroupControl;
  readonly #surroundings: UserContext;
  readonly #onEnd = new Set<() => void>();
  readonly #fail: (error: unknown) => void;
  #working = 0;

  constructor(group: CompiledGroup, station: Station, control: GroupControl, fail: (error: unknown) => void) {
    this.#group = group;
    this.#station = station;
    this.#control = control;
    this.#fail = fail;
    this.#surroundings = { run: station.run, report: station.report, control, crew: this.#crew() };
  }

  #crew(): Crew {
    const { index, name, number, onError, newEachIteration, keepsAnswers } = this.#group;
    const { counts, share } = this.#station;
    const size = this.#group.size(this.read);
    if (size > mostOfGroup) throw tooMany(name, size);
    return {
      ...{ name, number, index, onError, newEachIteration, keepsAnswers, size, share },
      active: { group: () => counts.of(index), all: () => counts.all() },
      began: () => counts.add(index, 1),
      ended: () => counts.add(index, -1),
    };
  }

  get clock(): LoadClock {
    return this.#station.run.clock;
  }

  get share(): StarterCrew['share'] {
    return this.#station.share;
  }

  get halted(): boolean {
    return this.#control.halted;
  }

  mine(number: number): boolean {
    const { index, of } = this.#station.share;
    return number % of === index;
  }

  sleep(milliseconds: number): Promise<void> {
    return this.clock.sleep(milliseconds, this.#control.halt);
  }

  async sleepUntilEnd(milliseconds: number): Promise<void> {
    const { halt } = this.#control;
    if (halt.aborted) return;
    const awake = new AbortController();
    const wake = () => awake.abort();
    this.#onEnd.add(wake);
    halt.addEventListener('abort', wake, { once: true });
    await this.clock.sleep(milliseconds, awake.signal);
    this.#onEnd.delete(wake);
    halt.removeEventListener('abort', wake);
  }

  get working(): number {
    return this.#working;
  }

  active(): number {
    return this.#station.counts.of(this.#group.index);
  }

  begin(number: number, options: Begin = {}): Promise<void> | undefined {
    if (options.intended !== undefined && this.#working >= this.#station.most) {
      this.dropped();
      return undefined;
    }
    this.#working += 1;
    const user = new VirtualUser(this.#surroundings, number, this.#station.variables);
    user.due = options.due ?? 0;
    user.end = options.end ?? 0;
    user.scheduled = options.scheduled ?? false;
    user.intended = options.intended;
    return this.#live(user)
      .catch(this.#fail)
      .finally(() => this.#gone());
  }

  async #live(user: VirtualUser): Promise<void> {
    const { tree, configs } = this.#group;
    const root = tree.make(user, tree, undefined);
    root.initialize();
    user.crew.began();
    try {
      for (const config of configs) config.begin?.(user);
      await live(user, root);
      for (const config of configs) config.end?.(user);
    } finally {
      user.crew.ended();
      user.dispose();
    }
  }

  #gone(): void {
    this.#working -= 1;
    for (const wake of this.#onEnd) wake();
  }

  dropped(): void {
    this.#station.report.dropped();
  }

  async ended(): Promise<void> {
    while (this.#working > 0) await this.#anyEnd();
  }

  #anyEnd(): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.#onEnd.delete(wake);
        resolve();
      };
      this.#onEnd.add(wake);
    });
  }

  async endedBy(moment: number): Promise<void> {
    for (let left = moment - this.clock.now(); this.#working > 0 && left > 0 && !this.halted; ) {
      await this.sleepUntilEnd(left);
      left = moment - this.clock.now();
    }
  }

  interrupt(): void {
    this.#control.end(true);
  }

  random(): number {
    return this.#station.run.random();
  }

  readonly read = (text: Text): string => text.constant ?? text.of(this.#station.reader);

  note(text: string): void {
    this.#station.run.note(`${this.#group.name}: ${text}`);
  }
}

function tooMany(group: string, size: number): RelevoError {
  return new RelevoError({
    code: 'invalid-file',
    message: `${group} has ${size} users, more than the ${mostOfGroup} that a group may have`,
  });
}
