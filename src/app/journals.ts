import { RelevoError } from '../domain/failure.ts';
import type { LxdInstances } from '../ports/lxd.ts';
import type { Clock } from '../ports/system.ts';

export interface Following {
  readonly instances: Pick<LxdInstances, 'exec'>;
  readonly clock: Pick<Clock, 'elapsed' | 'sleep'>;
  readonly signal: AbortSignal;
  print(instance: string, line: string): void;
  note(text: string): void;
}

/** Milliseconds. */
const patience = 60_000;
const again = 1000;

/**
 * The journal of an instance as it grows, until the signal: over lost connections and restarts of the instance, each line
 * once. Throws where it can't be read for a minute, or the instance is gone.
 */
export async function followJournal(following: Following, name: string, lines: number): Promise<void> {
  const { instances, clock, signal } = following;
  const cursor = new Cursor();
  let brokenSince: number | undefined;
  for (;;) {
    const began = clock.elapsed();
    cursor.resume();
    const onLine = (line: string) => {
      if (cursor.isNew(line)) following.print(name, line);
    };
    const options = { onLine, signal, timeout: Infinity, onlyLooks: true };
    const cause = await instances
      .exec(name, journalctl(['-f', ...(cursor.since ?? ['-n', String(lines)])]), options)
      .catch(asLost);
    if (signal.aborted) return;
    const now = clock.elapsed();
    if (brokenSince === undefined || now - began > again * 5) {
      brokenSince = now;
      following.note(`! the journal of ${name} broke off; it goes on as soon as it can be read`);
    }
    if (now - brokenSince > patience) throw cause instanceof RelevoError ? cause : unreadable(name);
    await clock.sleep(again);
  }
}

/** The last lines of an instance's journal. */
export async function showJournal(following: Following, name: string, lines: number): Promise<void> {
  const argv = journalctl(['-n', String(lines)]);
  const { stdout } = await following.instances.exec(name, argv, { signal: following.signal, onlyLooks: true });
  for (const line of stdout.split('\n').slice(0, -1)) following.print(name, line);
}

function journalctl(which: readonly string[]): string[] {
  return ['journalctl', '--no-pager', '-o', 'short-iso', ...which];
}

/** An instance that stops, starts and is restarted comes back; one that is deleted does not. */
function asLost(error: unknown): RelevoError {
  if (error instanceof RelevoError && error.failure.code !== 'not-found') return error;
  throw error;
}

function unreadable(name: string): RelevoError {
  return new RelevoError({ code: 'unreachable', message: `the journal of ${name} can't be read` });
}

/** How far a journal was shown. Its times are whole seconds, so lines of the last one are remembered. */
class Cursor {
  #second: number | undefined;
  #shown = new Set<string>();
  #catchingUp = false;
  #passes = true;

  /** Arguments of journalctl that begin where it was left; undefined where nothing was shown. */
  get since(): readonly string[] | undefined {
    return this.#second === undefined ? undefined : ['-n', 'all', '--since', `@${this.#second}`];
  }

  resume(): void {
    this.#catchingUp = this.#second !== undefined;
  }

  isNew(line: string): boolean {
    const second = Date.parse(line.split(' ', 1)[0] ?? '') / 1000;
    if (Number.isNaN(second)) return this.#passes; // a further line of an entry, or one of journalctl's own
    const known = second < (this.#second ?? 0) || (second === this.#second && this.#shown.has(line));
    this.#passes = !(this.#catchingUp && known);
    if (!this.#passes) return false;
    if (second > (this.#second ?? 0)) this.#catchingUp = false;
    if (second !== this.#second) this.#shown.clear();
    this.#second = second;
    this.#shown.add(line);
    return true;
  }
}
