import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Element } from '../../../src/load/jmx/element.ts';
import type { LoadOrder } from '../../../src/load/load-engine.ts';
import { headerWith, intendedColumn, rowWith, serverColumn } from '../../../src/load/results/csv.ts';
import { readJtl } from '../../../src/load/results/jtl.ts';
import { Totals } from '../../../src/load/stats/totals.ts';
import { jmeterForTests, jmeterHomeForTests } from '../../rig/jmeter.ts';
import { element, group, http, testPlan, timer } from '../../rig/plan.ts';
import { sampleOf } from '../samples.ts';

let server: Server;
let directory: string;
const asked: string[] = [];

beforeAll(async () => {
  await jmeterHomeForTests(); // fetched on a bare machine, which takes longer than a test may
  directory = mkdtempSync(join(tmpdir(), 'relevo-jmeter-test-'));
  process.env['TMPDIR'] = directory;
  server = createServer(({ url = '', headers }, response) => {
    asked.push(url);
    if (headers['x-relevo-ask'] === 'server') response.setHeader('X-Relevo-Server', `web-${(asked.length % 2) + 1}`);
    response.writeHead(url.startsWith('/bad') ? 500 : 200).end('hello');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
  rmSync(directory, { recursive: true });
});

/** Runs it, and sums up what was told. */
async function run(
  groups: readonly Element[],
  more: Partial<LoadOrder> = {},
  onNews: (users: number) => void = () => {},
  signal = new AbortController().signal,
) {
  asked.length = 0;
  const totals = new Totals();
  const notes: string[] = [];
  const told: { samples: number; busy: number }[] = [];
  await jmeterForTests().run(
    {
      plan: { name: 'plan', root: testPlan(groups), directory },
      target: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
      ...{ properties: new Map(), workers: 1, share: { index: 0, of: 1 }, anyFile: false, askServer: false },
      ...more,
    },
    (news) => {
      if (news.is === 'note') return void notes.push(news.text);
      if (news.is === 'log') return;
      totals.add(news.delta);
      const samples = news.delta.labels.reduce((sum, { ok, failed }) => sum + ok + failed, 0);
      told.push({ samples, busy: news.delta.busy });
      onNews(news.delta.users);
    },
    signal,
  );
  return { totals, notes, told };
}

const failureOf = async (groups: readonly Element[], more?: Partial<LoadOrder>) => {
  const error = await run(groups, more).catch((thrown) => thrown);
  return error.failure;
};

/** Others may run JMeter beside this test: it has a directory for temporary files of its own. */
const leftovers = () => readdirSync(tmpdir()).filter((name) => name.startsWith('relevo-jmeter-'));

describe('the real JMeter', () => {
  test('is told about while it runs, with the instances that answered, and leaves its log where it is wanted', async () => {
    const path = join(directory, 'out.jtl');
    writeFileSync(path, 'of an earlier run\n');
    const { totals, notes, told } = await run(
      [group('users', { users: 2, loops: 20 }, timer(100), http('/ok')), group('others', {}, http('/bad'))],
      {
        ...{ askServer: true, jtl: { path, format: 'csv' } },
      },
    );
    expect(notes).toEqual([expect.stringMatching(/^JMeter 5\.6\.3 in .*, Java \d+$/)]);
    expect(told.filter(({ samples }) => samples > 0).length).toBeGreaterThan(1);
    expect(Math.max(...told.map(({ busy }) => busy))).toBeGreaterThan(0.01);
    const result = totals.measured(0);
    expect(result.labels.map(({ name, samples, failed }) => [name, samples, failed])).toEqual([
      ['GET /ok', 40, 0],
      ['GET /bad', 1, 1],
    ]);
    expect(result.servers.map(({ name }) => name)).toEqual(['web-1', 'web-2']);
    expect(result.servers.reduce((sum, { samples }) => sum + samples, 0)).toBe(41);
    let rows = 0;
    expect((await readJtl(path, () => (rows += 1))).unreadable).toBe(0);
    expect([rows, readFileSync(path, 'utf8').slice(0, 17)]).toEqual([41, 'timeStamp,elapsed']);
    expect(leftovers()).toEqual([]);
  });

  test('writes XML as well, reads files beside the plan, and gets properties', async () => {
    mkdirSync(join(directory, 'data'), { recursive: true });
    writeFileSync(join(directory, 'data/rows.csv'), 'one\ntwo\n');
    const rows = element('CSVDataSet', 'TestBeanGUI', 'Rows', {
      ...{
        delimiter: ',',
        fileEncoding: 'UTF-8',
        filename: 'data/rows.csv',
        ignoreFirstLine: 'false',
        quotedData: 'false',
      },
      ...{ recycle: 'true', shareMode: 'shareMode.all', stopThread: 'false', variableNames: 'row' },
    });
    const path = join(directory, 'out.xml');
    const properties = new Map([['greeting', 'a=b c']]);
    await run([group('users', { loops: 2 }, rows, http('/ok?${row}-${__urlencode(${__P(greeting)})}'))], {
      ...{ properties, jtl: { path, format: 'xml' }, askServer: true },
    });
    expect(asked).toEqual(['/ok?one-a%3Db+c', '/ok?two-a%3Db+c']);
    const servers: string[] = [];
    await readJtl(path, ({ server }) => servers.push(server));
    expect(servers).toEqual(['web-2', 'web-1']);
  });

  test('makes its report of our log, with our columns', async () => {
    const [log, out] = [join(directory, 'ours.jtl'), join(directory, 'report')];
    const own = [serverColumn, intendedColumn] as const;
    const samples = [sampleOf({ server: 'web-1', intended: 999_000 }), sampleOf({ success: false, code: '500' })];
    writeFileSync(log, headerWith(own) + samples.map(rowWith(own)).join(''));
    const { directory: home } = await jmeterHomeForTests();
    const words = ['-g', log, '-o', out, '-j', join(directory, 'report.log')];
    const { status, stderr } = spawnSync('java', ['-jar', join(home, 'bin', 'ApacheJMeter.jar'), ...words], {
      ...{ cwd: directory, encoding: 'utf8', timeout: 120_000 },
    });
    expect({ status, stderr }).toMatchObject({ status: 0 });
    const { Total } = JSON.parse(readFileSync(join(out, 'statistics.json'), 'utf8'));
    expect(Total).toMatchObject({ sampleCount: 2, errorCount: 1 });
  });

  test('ends in order when it is told so', async () => {
    const ending = new AbortController();
    const forever = group('users', { users: 3, loops: -1 }, timer(50), http('/ok'));
    const { totals } = await run([forever], {}, (users) => users > 0 && ending.abort(), ending.signal);
    const { total } = totals.measured(0);
    expect([total.failed, total.samples]).toEqual([0, asked.length]);
  });

  test('that makes no sample says so, with its own complaints', async () => {
    const lasting = { 'ThreadGroup.scheduler': 'true', 'ThreadGroup.duration': '0' };
    const { totals, notes } = await run([group('users', { more: lasting }, http('/ok'))]);
    expect(totals.measured(0).total.samples).toBe(0);
    expect(notes.join('\n')).toMatch(/Invalid duration 0 set in Thread Group:users[\s\S]*JMeter made no sample/);
  });

  test('names the plugin that a plan needs', async () => {
    expect(
      await failureOf([group('users', {}, element('kg.apc.jmeter.samplers.DummySampler', 'Gui', 'Dummy', {}))]),
    ).toMatchObject({
      code: 'invalid-file',
      message: expect.stringContaining('no jar has kg.apc.jmeter.samplers.DummySampler'),
      evidence: { lines: expect.arrayContaining([expect.stringContaining('DummySampler')]) },
    });
  });

  test('makes no part of a load', async () => {
    expect(await failureOf([], { share: { index: 0, of: 2 } })).toMatchObject({ code: 'usage' });
  });
});
