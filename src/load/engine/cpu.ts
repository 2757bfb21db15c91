import { type EventLoopUtilization, monitorEventLoopDelay, performance } from 'node:perf_hooks';
// biome-ignore lint/style/noRestrictedImports: nothing else tells what CPU time this very thread has used.
import process from 'node:process';

/**
 * How busy this thread was since it was last asked, 0 to 1: its CPU time per time that has passed. Where others take the cores
 * away it is not busy, but late. Node.js 22 can't tell a thread's CPU time; there it is the part of the time in which the event
 * loop had something to do.
 */
export class Busy {
  readonly #measure = 'threadCpuUsage' in process ? new CpuTime() : new LoopTime();

  take(): number {
    const share = this.#measure.take();
    return Number.isFinite(share) ? Math.min(1, Math.max(0, share)) : 0;
  }
}

class CpuTime {
  #used = process.threadCpuUsage();
  #at = performance.now();

  take(): number {
    const { user, system } = process.threadCpuUsage(this.#used);
    const passed = performance.now() - this.#at;
    this.#used = process.threadCpuUsage();
    this.#at += passed;
    return (user + system) / 1000 / passed;
  }
}

class LoopTime {
  #last: EventLoopUtilization = performance.eventLoopUtilization();

  take(): number {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, this.#last);
    this.#last = now;
    return utilization;
  }
}

/** Milliseconds. Turns that are longer are measured as they are: a longer tick would come due in the midst of one, and tell of the next. */
const tick = 2;

/**
 * For how long what this thread has to do waits for its turn, in milliseconds: how long the turns of the event loop last, averaged over
 * the time since it was last asked, not over the turns. Requests that have no time of their own, since they follow an answer, begin late
 * by as much, and answers are noticed so late.
 */
export class Lag {
  readonly #delays = monitorEventLoopDelay({ resolution: tick });
  #at = performance.now();

  constructor() {
    this.#delays.enable();
  }

  take(): number {
    const passed = performance.now() - this.#at;
    this.#at += passed;
    const { count, mean, stddev } = this.#delays;
    this.#delays.reset();
    // Where there was none, the thread did not come to its timer at all. Of turns t, the average over time is Σt² / Σt.
    const turn = count === 0 ? passed : (mean + stddev ** 2 / mean) / 1e6;
    return Math.max(0, turn - tick);
  }

  close(): void {
    this.#delays.disable();
  }
}
