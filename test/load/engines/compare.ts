import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LoadEngine, LoadNews } from '../../../src/load/load-engine.ts';
import { readJtl } from '../../../src/load/results/jtl.ts';
import type { Sample } from '../../../src/load/sample.ts';
import type { Arrived, Site } from '../../rig/load-site.ts';
import { testPlan } from '../../rig/plan.ts';
import type { Case } from './case.ts';

/** What one engine made of one case. */
export interface Outcome {
  /** A text each: all that must be alike. */
  readonly samples: readonly string[];
  readonly requests: readonly string[];
  /** Labels of all samples. */
  readonly labels: readonly string[];
}

export interface Round {
  readonly outcomes: ReadonlyMap<string, Outcome>;
  readonly notes: readonly string[];
}

const files = join(import.meta.dirname, 'files');

/** Runs all cases in one go. */
export async function runCases(engine: LoadEngine, cases: readonly Case[], site: Site): Promise<Round> {
  const directory = mkdtempSync(join(tmpdir(), 'relevo-engines-'));
  const path = join(directory, 'results.xml');
  const notes: string[] = [];
  const tell = (news: LoadNews) => void (news.is === 'note' && notes.push(news.text));
  site.take();
  try {
    await engine.run(
      {
        plan: { name: 'cases', root: testPlan(cases.flatMap(({ groups }) => groups)), directory: files },
        target: new URL(`http://127.0.0.1:${site.port}`),
        properties: new Map([['given', 'by -J']]),
        ...{ workers: 1, share: { index: 0, of: 1 }, anyFile: false, askServer: false },
        jtl: { path, format: 'xml' },
      },
      tell,
      AbortSignal.timeout(280_000),
    );
    const samples = new Map<string, { label: string; text: string }[]>();
    await readJtl(path, (sample) => {
      const name = sample.thread.split(' ')[0] ?? '';
      const list = samples.get(name) ?? [];
      samples.set(name, list);
      list.push({ label: sample.label, text: shown(sample, site.port) });
    });
    const arrived = site.take();
    const outcomes = cases.map(({ name, anyOrder }): [string, Outcome] => {
      const made = samples.get(name) ?? [];
      const order = (texts: string[]) => (anyOrder ? texts.sort() : texts);
      return [
        name,
        {
          samples: order(made.map(({ text }) => text)),
          requests: order((arrived.get(name) ?? []).map(shownRequest)),
          labels: made.map(({ label }) => label).sort(),
        },
      ];
    });
    return { outcomes: new Map(outcomes), notes };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** All that is the same whenever and wherever it runs; ports differ from round to round. */
function shown(sample: Sample, port: number, indent = ''): string {
  const { label, code, message, success, received, sent, type, thread } = sample;
  const head = [label, code, message, success ? 'ok' : 'failed', `${received}/${sent}`, type, thread].join(' | ');
  const assertions = sample.assertions.map(
    (each) => `${indent}  assertion ${[each.name, each.failure, each.error, each.message].join(' | ')}`,
  );
  const children = sample.children.map((child) => shown(child, port, `${indent}  `));
  return [`${indent}${head}`, ...assertions, ...children].join('\n').replaceAll(String(port), 'PORT');
}

/** Of no matter: who each engine says it is. */
const ownAffair = /^user-agent: (Apache-HttpClient|relevo)/i;

function shownRequest({ method, path, headers, body, connection }: Arrived): string {
  const boundary = headers.map(([, value]) => /boundary=(\S+)/.exec(value)?.[1]).find((found) => found !== undefined);
  const lines = headers.map(([name, value]) => `${name}: ${value}`).filter((line) => !ownAffair.test(line));
  const text = [`${method} ${path} (connection ${connection})`, ...lines.sort(), '', body].join('\n');
  return (boundary === undefined ? text : text.replaceAll(boundary, 'BOUNDARY')).replace(
    /(?<=host: (127\.0\.0\.1|localhost):)\d+/i,
    'PORT',
  );
}
