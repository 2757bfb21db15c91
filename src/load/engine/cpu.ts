import { type EventLoopUtilization, performance } from 'node:perf_hooks';

/**
 * How busy this thread was since it was last asked, 0 to 1: the part of the time in which its event loop had something to do.
 * A loop that waits for a core counts as busy; the generator is short of one then, whoever has it.
 */
export class Busy {
  #last: EventLoopUtilization = performance.eventLoopUtilization();

  take(): number {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, this.#last);
    this.#last = now;
    return Number.isFinite(utilization) ? Math.min(1, utilization) : 0;
  }
}
