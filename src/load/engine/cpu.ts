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

/** Milliseconds. */
const tick = 20;

/**
 * For how long what this thread has to do waits for its turn, on average since it was last asked, in milliseconds: by so much a timer
 * is late. Requests that have no time of their own, since they follow an answer, begin late by as much, and answers are noticed so late.
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
    // The mean of none is no number: the thread did not come to its timer at all.
    const { count, mean } = this.#delays;
    this.#delays.reset();
    return Math.max(0, (count === 0 ? passed : mean / 1e6) - tick);
  }

  close(): void {
    this.#delays.disable();
  }
}
