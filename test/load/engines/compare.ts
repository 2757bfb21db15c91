import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { LoadEngine, LoadNews } from '../../../src/load/load-engine.ts';
import { readJtl } from '../../../src/load/results/jtl.ts';
import type { Sample } from '../../../src/load/sample.ts';
import type { Arrived, Site } from '../../rig/load-site.ts';
import { group, headers, http, testPlan } from '../../rig/plan.ts';
import type { Case } from './case.ts';

/** What one engine made of one case. */
export interface Outcome {
  /** A text each: all that must be alike. */
  readonly samples: readonly string[];
  readonly requests: readonly string[];
  /** Labels of all samples. */
  readonly labels: readonly string[];
  /** Milliseconds from the first sample on, and lasting so long, in the order of their beginnings. */
  readonly times: readonly { readonly start: number; readonly elapsed: number }[];
}

export interface Round {
  readonly outcomes: ReadonlyMap<string, Outcome>;
  readonly notes: readonly string[];
  /** Milliseconds for which this process got no processor, at most: what others take from us, they take from the engines. */
  readonly stall: number;
}

/** Beside the plans. */
export const files = join(import.meta.dirname, 'files');

/** Each engine calls itself by its own name else, and what is sent has another length. */
const whoAsks = headers(['User-Agent', 'test']);

/** JMeter's first requests take it hundreds of milliseconds. */
const warmUp = group('warm-up', { kind: 'SetupThreadGroup', users: 2, loops: 20 }, http('/warm-up/ok'));

/** Runs all cases in one go. */
export async function runCases(engine: LoadEngine, cases: readonly Case[], site: Site): Promise<Round> {
  const directory = mkdtempSync(join(tmpdir(), 'relevo-engines-'));
  const path = join(directory, 'results.xml');
  const notes: string[] = [];
  const tell = (news: LoadNews) => void (news.is === 'note' && notes.push(news.text));
  site.take();
  const delays = monitorEventLoopDelay({ resolution: 10 });
  delays.enable();
  try {
    await engine.run(
      {
        plan: {
          name: 'cases',
          root: testPlan([warmUp, ...cases.flatMap(({ groups }) => groups), whoAsks]),
          directory: files,
        },
        target: new URL(`http://127.0.0.1:${site.port}`),
        properties: new Map([
          ['given', 'by -J'],
          ['port', String(site.port)],
        ]),
        ...{ workers: 1, share: { index: 0, of: 1 }, anyFile: false, askServer: false },
        jtl: { path, format: 'xml' },
      },
      tell,
      AbortSignal.timeout(280_000),
    );
    const samples = new Map<string, { label: string; text: string; start: number; elapsed: number }[]>();
    await readJtl(path, (sample) => {
      const name = sample.thread.split(' ')[0] ?? '';
      const list = samples.get(name) ?? [];
      samples.set(name, list);
      const { label, start, elapsed } = sample;
      list.push({ label, start, elapsed, text: shown(sample, site.port) });
    });
    const arrived = site.take();
    const outcomes = cases.map(({ name, anyOrder }): [string, Outcome] => {
      const made = samples.get(name) ?? [];
      const order = (texts: string[]) => (anyOrder ? texts.sort() : texts);
      return [
        name,
        {
          samples: order(made.map(({ text }) => text)),
          requests: order((arrived.get(name) ?? []).map((each) => shownRequest(each, site.port, anyOrder === true))),
          labels: made.map(({ label }) => label).sort(),
          times: timesOf(made),
        },
      ];
    });
    return { outcomes: new Map(outcomes), notes, stall: delays.max / 1e6 };
  } finally {
    delays.disable();
    rmSync(directory, { recursive: true });
  }
}

function timesOf(made: readonly { readonly start: number; readonly elapsed: number }[]): Outcome['times'] {
  const first = Math.min(...made.map(({ start }) => start));
  return made.map(({ start, elapsed }) => ({ start: start - first, elapsed })).sort((a, b) => a.start - b.start);
}

/** All that is the same whenever and wherever it runs; ports differ from round to round. */
function shown(sample: Sample, port: number, indent = ''): string {
  const { label, code, message, success, received, sent, type } = sample;
  const size = hasOwnSize(sample) ? `${received}/${sent}` : '';
  const who = indent === '' ? sample.thread : '';
  const head = [label, code, message, success ? 'ok' : 'failed', size, type, who].join(' | ');
  const assertions = sample.assertions.map(
    (each) => `${indent}  assertion ${[each.name, each.failure, each.error, each.message].join(' | ')}`,
  );
  const children = sample.children.map((child) => shown(child, port, `${indent}  `));
  return [`${indent}${head}`, ...assertions, ...children]
    .join('\n')
    .replaceAll(String(port), 'PORT')
    .replaceAll(/It took [\d,]+ milli/g, 'It took N milli');
}

/**
 * Where there is no answer, JMeter counts the letters of a Java exception's stack as received, and nothing as sent. The boundary of
 * a multipart body is as long as chance has it.
 */
function hasOwnSize({ code, url, children }: Sample): boolean {
  return !code.startsWith('Non HTTP') && !/multipart|upload/.test(url) && children.every(hasOwnSize);
}

function shownRequest({ method, path, headers, body, connection }: Arrived, port: number, anyOrder: boolean): string {
  const boundary = headers
    .map(([, value]) => /boundary=([^\s;]+)/.exec(value)?.[1])
    .find((found) => found !== undefined);
  const lines = headers.map(([name, value]) => `${name}: ${value}`).sort();
  const where = anyOrder ? '' : ` on connection ${connection}`;
  const text = [`${method} ${path}${where}`, ...lines, '', body].join('\n').replaceAll(String(port), 'PORT');
  return boundary === undefined ? text : text.replaceAll(boundary, 'BOUNDARY').replace(/(?<=Content-Length: )\d+/, 'N');
}
