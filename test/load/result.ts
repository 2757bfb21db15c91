import type { LoadFigures, LoadResult } from '../../src/domain/load.ts';

const service = { min: 0.71, mean: 4.31, median: 4.1, p90: 6.02, p95: 9.8, p99: 14.2, p999: 96.4, max: 212.3 };

export function figuresOf(name: string, change: Partial<LoadFigures> = {}): LoadFigures {
  return {
    ...{ name, samples: 118_200, ok: 118_200, failed: 0, unknown: 0, errorPercent: 0, rate: 1970.1 },
    ...{ receivedPerSecond: 2_155_000, sentPerSecond: 240_000, averageBytes: 1094, apdex: 1, service },
    ...change,
  };
}

/** A good one, unless said otherwise. */
export function resultOf(change: Partial<LoadResult> = {}): LoadResult {
  return {
    ...{ engine: 'embedded', plan: 'stress', target: 'http://127.0.0.1:8080/', seconds: 60.02 },
    startedAt: '2026-01-01T12:00:00.000Z',
    total: figuresOf('', { samples: 236_400, ok: 236_400, rate: 3940.2, receivedPerSecond: 4_310_000 }),
    labels: [figuresOf('GET /'), figuresOf('POST /orders')],
    servers: [],
    errors: [],
    codes: { '200': 236_400 },
    generator: { workers: 2, machines: 1, busiest: 0.61, lag: 0.4, late: 0, dropped: 0 },
    findings: [],
    expectations: [{ text: 'errors == 0', holds: true, measured: '0', byDefault: true }],
    verdict: { is: 'pass' },
    ...change,
  };
}

/** One with everything in it. */
export function worstResult(): LoadResult {
  const bad = { ok: 118_150, failed: 41, unknown: 9, errorPercent: 0.0423, apdex: 0.97 };
  const response = { min: 0.9, mean: 812, median: 41.5, p90: 2100, p95: 4012, p99: 9120, p999: 12_000, max: 15_200 };
  const label = 'POST /orders/with/a/name/that/is/longer/than/anybody/wants/to/read';
  return resultOf({
    plan: 'plans/shop.jmx',
    labels: [figuresOf('GET /', { response: figuresOf('').service }), figuresOf(label, { ...bad, response })],
    total: figuresOf('', { ...bad, samples: 236_400, ok: 236_350, errorPercent: 0.0212, rate: 3940.2, response }),
    servers: [figuresOf('web-1', { samples: 79_000 }), figuresOf('web-2', { ...bad, samples: 157_400 })],
    errors: [
      { code: '503', message: 'Service Unavailable', count: 41 },
      {
        code: 'Non HTTP response code: java.net.SocketException',
        message: 'Non HTTP response message: Connection reset\u001b[31m',
        count: 9,
      },
    ],
    codes: { '200': 236_350, '503': 41, 'Non HTTP response code: java.net.SocketException': 9 },
    generator: { workers: 2, machines: 3, busiest: 0.991, lag: 14.2, late: 4012, dropped: 118 },
    findings: [
      {
        ...{ kind: 'unsupported', path: 'Test Plan > Users > Orders', line: 41, what: 'JDBC Request' },
        consequence: 'its statements are not sent',
      },
      {
        ...{ kind: 'skipped', path: 'Test Plan > View Results Tree', line: 88, what: 'View Results Tree' },
        consequence: 'results are in --jtl',
      },
    ],
    expectations: [
      { text: 'error% < 0.1%', holds: true, measured: '0.021%' },
      { text: 'p99 < 400ms', holds: false, measured: '9120 ms from the intended start' },
    ],
    verdict: { is: 'fail', why: ['p99 < 400ms: it was 9120 ms from the intended start'] },
  });
}
