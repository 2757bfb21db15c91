import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Lag } from '../../../src/load/engine/cpu.ts';
import { EmbeddedEngine } from '../../../src/load/engine/embedded.ts';
import { Recorder } from '../../../src/load/engine/recorder.ts';
import type { Element } from '../../../src/load/jmx/element.ts';
import type { LoadNews, LoadOrder } from '../../../src/load/load-engine.ts';
import { csvHeader } from '../../../src/load/results/csv.ts';
import { Totals } from '../../../src/load/stats/totals.ts';
import { sampleOf } from '../samples.ts';
import { el, type Part, plan, users } from './rig.ts';

/** Runs of plans on the real clock, in this process and in workers; their samples are those of Debug Samplers. */

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'relevo-run-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

const debug = (name: string, ...children: Part[]) => el('DebugSampler', { name }, ...children);
const timer = (delay: string) => el('ConstantTimer', { 'ConstantTimer.delay': delay });

interface Told {
  readonly totals: Totals;
  readonly notes: string[];
  /** What the log was when it was told of. */
  readonly begun: readonly string[];
}

async function load(
  root: Element,
  order: Partial<LoadOrder> = {},
  signal = new AbortController().signal,
  engine = new EmbeddedEngine(),
  told = () => {},
  totals = new Totals(),
): Promise<Told> {
  const notes: string[] = [];
  const begun: string[] = [];
  const tell = (news: LoadNews) => {
    if (news.is === 'accounts') {
      totals.add(structuredClone(news.delta));
      told();
    } else if (news.is === 'note') notes.push(news.text);
    else begun.push(readFileSync(order.jtl?.path ?? '', 'utf8'));
  };
  const all: LoadOrder = {
    plan: { name: 'plan', root, directory },
    properties: new Map(),
    workers: 1,
    share: { index: 0, of: 1 },
    ...{ anyFile: false, askServer: false },
    ...order,
  };
  await engine.run(all, tell, signal);
  return { totals, notes, begun };
}

describe.each([1, 2])('a run with %i workers', (workers) => {
  it('tells of every sample', async () => {
    const root = plan(
      {},
      users({ kind: 'SetupThreadGroup', name: 'up' }, debug('up')),
      users({ number: '5', loops: '10' }, timer('10'), debug('a'), debug('b')),
      users({ kind: 'PostThreadGroup', name: 'down' }, debug('down')),
    );
    const jtl = { path: join(directory, `${workers}.jtl`), format: 'csv' as const };
    writeFileSync(jtl.path, 'of an earlier run');
    const { totals, notes, begun } = await load(root, { workers, jtl });
    expect(begun).toEqual([csvHeader]);
    const labels = totals.measured(0).labels.map(({ name, samples, ok }) => [name, samples, ok]);
    expect(labels.toSorted()).toEqual([
      ['a', 50, 50],
      ['b', 50, 50],
      ['down', 1, 1],
      ['up', 1, 1],
    ]);
    expect(notes).toEqual([]);
    const rows = readFileSync(jtl.path, 'utf8').trimEnd().split('\n');
    expect(rows).toHaveLength(103);
    // Workers write whole rows, each when it has gathered some.
    expect(rows.filter((row) => row.includes(',up,200,OK,up 1-1,text,true,'))).toHaveLength(1);
    expect(rows.filter((row) => row.includes(',down,200,'))).toHaveLength(1);
  });

  it('ends in order when it is told to', async () => {
    const abort = new AbortController();
    const root = plan(
      { 'TestPlan.tearDown_on_shutdown': 'true' },
      users({ number: '4', loops: '-1' }, timer('5'), debug('a')),
      users({ loops: '-1' }, timer('60000'), debug('never')),
      users({ kind: 'PostThreadGroup' }, debug('down')),
    );
    const { totals } = await load(root, { workers }, abort.signal, new EmbeddedEngine(), () => abort.abort());
    const names = totals.measured(0).labels.map(({ name }) => name);
    expect(names.toSorted()).toEqual(['a', 'down']);
  });

  it('rejects where a file is missing', async () => {
    const root = plan({}, users({ number: '2' }, el('CSVDataSet', { filename: 'gone.csv' }), debug('a')));
    await expect(load(root, { workers })).rejects.toThrow(/gone\.csv can't be read/);
  });

  it('tells what there was before a file that is missing in the end', async () => {
    const late = el('CSVDataSet', { filename: '${gone}.csv' });
    const root = plan(
      {},
      users({ number: '4', loops: '5' }, debug('a')),
      users({ kind: 'PostThreadGroup' }, late, debug('b')),
    );
    const totals = new Totals();
    await expect(load(root, { workers }, undefined, undefined, undefined, totals)).rejects.toThrow(/can't be read/);
    expect(totals.samples).toBe(20);
  });

  it('shares rows among all users', async () => {
    writeFileSync(join(directory, 'rows.csv'), Array.from({ length: 40 }, (_, row) => `r${row}\n`).join(''));
    const csv = el('CSVDataSet', { filename: 'rows.csv', variableNames: 'row', recycle: 'false', stopThread: 'true' });
    const { totals } = await load(plan({}, users({ number: '4', loops: '-1' }, csv, timer('1'), debug('${row}'))), {
      workers,
    });
    const labels = totals.measured(0).labels;
    expect(labels.map(({ name }) => name).toSorted()).toEqual(
      Array.from({ length: 40 }, (_, row) => `r${row}`).toSorted(),
    );
    expect(labels.every(({ samples }) => samples === 1)).toBe(true);
  });

  it('stops all users where one stops the test', async () => {
    const stopping = users(
      {},
      timer('300'),
      el('TestAction', { 'ActionProcessor.action': '0', 'ActionProcessor.target': '2' }),
    );
    const { totals } = await load(plan({}, stopping, users({ number: '3', loops: '-1' }, timer('10'), debug('a'))), {
      workers,
    });
    expect(totals.measured(0).labels[0]?.samples).toBeLessThan(200);
  });
});

describe('a log that can’t be written any more', () => {
  it('ends the run, and what there was is told', async () => {
    const jtl = { path: join(directory, 'full.jtl'), format: 'csv' as const };
    const root = plan({}, users({ number: '4', loops: '-1' }, timer('50'), debug('a')));
    const totals = new Totals();
    const running = load(root, { workers: 2, jtl }, undefined, undefined, undefined, totals);
    rmSync(jtl.path); // it is begun, and workers open it in a moment
    symlinkSync('/dev/full', jtl.path);
    await expect(running).rejects.toThrow(/full\.jtl can't be written/);
    expect(totals.samples).toBeGreaterThan(20);
  });

  it('is told once, and costs no sample', () => {
    const recorder = new Recorder({ path: '/dev/full', format: 'csv', own: [] });
    recorder.sample(sampleOf());
    expect(() => recorder.flush()).toThrow("/dev/full can't be written");
    recorder.sample(sampleOf());
    recorder.close();
    expect(recorder.take(0).labels[0]?.ok).toBe(2);
  });
});

describe('late starts', () => {
  it('are counted from the second start on: with the first one, the program is being loaded', () => {
    const recorder = new Recorder(undefined);
    for (const late of [true, true, false]) recorder.began(late);
    expect(recorder.take(0).late).toBe(1);
    recorder.close();
  });
});

/** Turns of the event loop of so many milliseconds, as if many answers came at once. */
async function turns(length: number, count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) {
    for (const until = performance.now() + length; performance.now() < until; );
    await new Promise(setImmediate);
  }
}

describe('a thread that has no time', () => {
  it('shows in how long things wait for their turn, also where nothing is ever due', async () => {
    const lag = new Lag();
    let calm = Number.POSITIVE_INFINITY; // the least: others may have the processor in any one window
    for (let window = 0; window < 5; window += 1) {
      await sleep(300);
      calm = Math.min(calm, lag.take());
    }
    await turns(80, 6);
    const busy = lag.take();
    lag.close();
    expect(busy).toBeGreaterThan(10);
    expect(calm).toBeLessThan(busy / 2);
  });

  it.each([17, 22, 60])('shows in turns of any length: %i ms', async (length) => {
    const lag = new Lag();
    await turns(length, 3);
    lag.take();
    await turns(length, 12);
    expect(lag.take()).toBeGreaterThan(length - 3);
    lag.close();
  });

  it('shows in one long turn as in many, however many short ones there are besides', async () => {
    const lag = new Lag();
    await turns(5, 20);
    lag.take();
    await turns(5, 20);
    await turns(100, 1);
    expect(lag.take()).toBeGreaterThan(30);
    lag.close();
  });
});

describe('a run', () => {
  it('has one worker where its users need one another, and says so', async () => {
    const root = plan({}, users({ number: '2' }, el('SyncTimer', { name: 'S', groupSize: '2' }), debug('a')));
    const { totals, notes } = await load(root, { workers: 2 });
    expect(totals.measured(0).labels[0]?.samples).toBe(2);
    expect(notes).toEqual(['The plan runs on one core: S (SyncTimer) lets users wait for one another.']);
  });

  it('says once what its users note', async () => {
    const empty = el(
      'WhileController',
      { name: 'W', 'WhileController.condition': 'true' },
      el('IfController', { 'IfController.condition': 'false', 'IfController.useExpression': 'true' }, debug('a')),
    );
    const { notes } = await load(plan({}, users({ number: '4' }, empty)), { workers: 2 });
    expect(notes).toEqual(['"W" runs in circles without any sampler: its users end.']);
  });

  it('writes XML that is complete', async () => {
    const jtl = { path: join(directory, 'log.xml'), format: 'xml' as const };
    await load(plan({}, users({}, debug('a'))), { jtl });
    expect(readFileSync(jtl.path, 'utf8')).toMatch(
      /^<\?xml[\s\S]*<testResults[\s\S]*<sample [\s\S]*lb="a"[\s\S]*<\/testResults>\n$/,
    );
  });

  it('hears of a stop while arrivals are far behind their time', async () => {
    const schedule = { 'OpenModelThreadGroup.schedule': 'rate(1000000/s) even_arrivals(20 s)' };
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 100);
    const { totals } = await load(plan({}, el('OpenModelThreadGroup', schedule, debug('a'))), {}, abort.signal);
    expect(totals.samples + totals.dropped).toBeLessThan(10_000_000);
  });

  it('refuses a group of more users than can be', async () => {
    await expect(load(plan({}, users({ number: '2147483647' }, debug('a'))))).rejects.toThrow(
      'Users has 2147483647 users, more than the 1000000',
    );
  });

  it('refuses to write its log into a pipe, which would make users wait for whoever reads it', async () => {
    const path = join(directory, 'pipe');
    execFileSync('mkfifo', [path]);
    await expect(load(plan({}), { jtl: { path, format: 'csv' } })).rejects.toThrow('it is a pipe');
  });

  it('ends where what it tells can’t be taken', async () => {
    const full = () => {
      throw new Error('no space left');
    };
    const endless = users({ loops: '-1' }, timer('10'), debug('a'));
    await expect(load(plan({}, endless), {}, undefined, undefined, full)).rejects.toThrow('no space left');
  });

  it('gives itself up where users do not end', async () => {
    const abort = new AbortController();
    const waiting = users({ loops: '-1' }, debug('a'));
    setTimeout(() => abort.abort(), 100);
    // Users without any timer breathe often enough to hear of a stop.
    const { totals } = await load(plan({}, waiting), {}, abort.signal, new EmbeddedEngine({ grace: 50, last: 50 }));
    expect(totals.measured(0).labels[0]?.samples).toBeGreaterThan(100);
  });
});
