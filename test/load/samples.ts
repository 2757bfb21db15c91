import type { Sample } from '../../src/load/sample.ts';

/** A good sample that began at 1,000,000 and took 12 ms, unless said otherwise. */
export function sampleOf(change: Partial<Sample> = {}): Sample {
  return {
    ...{ label: 'GET /', start: 1_000_000, elapsed: 12, latency: 11, connect: 1, idle: 0 },
    ...{ code: '200', message: 'OK', success: true, unknown: false, failure: '', assertions: [] },
    ...{ received: 300, sent: 120, url: 'http://shop.test/', type: 'text', encoding: 'utf-8' },
    ...{ thread: 'Users 1-1', groupThreads: 2, allThreads: 3, server: '', children: [], response: undefined },
    ...change,
  };
}
