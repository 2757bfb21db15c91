import { describe, expect, it } from 'vitest';
import { RelevoError } from '../../src/domain/failure.ts';
import type { LoadResult } from '../../src/domain/load.ts';
import type { Script } from '../rig/fake-engine.ts';
import { desk, home, left } from '../rig/load-desk.ts';

describe('load', () => {
  it('runs a plan of the file against the project’s address, and tells what it brought', async () => {
    const { relevo, embedded } = await desk({}, 'up');
    const { code, stdout, stderr } = await relevo('load stress');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^stress {2}http:\/\/127\.0\.0\.1:8080\/ /);
    for (const words of ['GET /', 'total', '✓  p99 < 400ms  it was 12 ms', '✓ Pass']) expect(stdout).toContain(words);
    const [order] = embedded.orders;
    expect(order).toMatchObject({
      plan: { name: 'stress', directory: home },
      ...{ askServer: true, anyFile: false, share: { index: 0, of: 1 } },
    });
    expect(order?.target?.href).toBe('http://127.0.0.1:8080/');
  });

  it('needs the project to be up for that, or a target', async () => {
    const { relevo, embedded } = await desk();
    const { code, stderr } = await relevo('load stress');
    expect(code).toBe(10);
    expect(stderr).toContain('shop is not published, so there is nothing to send requests to');
    expect(await relevo('load stress --target https://shop.test/')).toMatchObject({ code: 0 });
    expect(embedded.orders.map(({ target, askServer }) => [target?.href, askServer])).toEqual([
      ['https://shop.test/', false],
    ]);
  });

  it('runs a .jmx without a project, where it has its hosts or a target is named', async () => {
    const { relevo, files, embedded } = await desk();
    files.delete(`${home}/relevo.yaml`);
    expect(await relevo('load plans/housed.jmx')).toMatchObject({ code: 0 });
    expect(await relevo('load shop.jmx --target http://other.test:81/')).toMatchObject({ code: 0 });
    expect(embedded.orders.map(({ plan, target }) => [plan.name, plan.directory, target?.href])).toEqual([
      ['plans/housed.jmx', `${home}/plans`, undefined],
      ['shop.jmx', home, 'http://other.test:81/'],
    ]);
    const { code, stderr } = await relevo('load shop.jmx');
    expect(code).toBe(10);
    expect(stderr).toContain('--target URL');
  });

  it('hands over what the command line says', async () => {
    const { relevo, jmeter, embedded } = await desk();
    const line =
      'load shop.jmx --engine jmeter --target http://x.test -J users=5 -Jhost=a=b --jtl out/all.XML --any-file';
    expect(await relevo(line)).toMatchObject({ code: 0 });
    expect(await relevo('load plans/housed.jmx --jtl a.jtl --workers 3')).toMatchObject({ code: 0 });
    expect(await relevo('load plans/housed.jmx --jtl a.xml --jtl-format csv')).toMatchObject({ code: 0 });
    expect(jmeter.orders).toMatchObject([
      { jtl: { path: `${home}/out/all.XML`, format: 'xml' }, anyFile: true, workers: 1 },
    ]);
    expect([...(jmeter.orders[0]?.properties ?? [])]).toEqual([
      ['target.host', 'x.test'],
      ['target.port', '80'],
      ['target.scheme', 'http'],
      ['users', '5'],
      ['host', 'a=b'],
    ]);
    expect(embedded.orders.map(({ jtl, workers }) => [jtl?.format, workers > 0])).toEqual([
      ['csv', true],
      ['csv', true],
    ]);
    expect(embedded.orders.map(({ share }) => share)).toEqual(Array(2).fill({ index: 0, of: 1 }));
    expect(embedded.orders[0]?.workers).toBe(3);
    expect(await relevo('load plans/housed.jmx --share 2/3')).toMatchObject({ code: 0 });
    expect(embedded.orders[2]?.share).toEqual({ index: 1, of: 3 });
    for (const wrong of ['0/3', '4/3', '2', '1/0'])
      expect(await relevo(`load plans/housed.jmx --share ${wrong}`)).toMatchObject({ code: 64 });
  });

  it('refuses a target that no request of the plan would go to', async () => {
    const { relevo, embedded } = await desk();
    const { code, stderr } = await relevo('load plans/housed.jmx --target http://x.test');
    expect(code).toBe(64);
    expect(stderr).toContain('would go to --target: each names a host of its own or takes no part');
    expect(embedded.orders).toEqual([]);
  });

  it('as JSON is one result', async () => {
    const { relevo } = await desk({ notes: ['data.csv has come to its end'] });
    const { code, stdout, stderr } = await relevo(['load', 'plans/housed.jmx', '--json', '--expect', 'p95 < 5ms']);
    expect(code).toBe(13);
    expect(stderr).toBe('data.csv has come to its end\n');
    const result = JSON.parse(stdout) as LoadResult;
    expect(result).toMatchObject({
      ...{ engine: 'embedded', plan: 'plans/housed.jmx', startedAt: '1970-01-01T00:00:01.000Z', seconds: 2.012 },
      total: { samples: 300, ok: 300 },
      generator: { machines: 1, busiest: 0.2, late: 0, dropped: 0 },
      verdict: { is: 'fail', why: ['p95 < 5ms: it was 12 ms'] },
    });
  });

  it('writes labels and expectations as JUnit’s XML', async () => {
    const { relevo, files } = await desk();
    await relevo('load plans/housed.jmx --junit out.xml');
    expect(files.get(`${home}/out.xml`)).toContain('name="GET /" time="0.012"');
  });

  it('shows a line each ten seconds, and notes, where nobody sits at a terminal', async () => {
    const { relevo } = await desk({ notes: ['a note'] });
    const { stdout } = await relevo('load plans/housed.jmx');
    expect(stdout).toMatch(/^! a note\nplans\/housed\.jmx /);
  });

  it('draws in place on a terminal', async () => {
    const { relevo } = await desk();
    const { stdout } = await relevo('load plans/housed.jmx', { answers: [], env: { CI: '', TERM: 'xterm' } });
    expect(stdout).toContain('\u001b[?25l');
    expect(stdout.lastIndexOf('\u001b[?25h')).toBeGreaterThan(stdout.lastIndexOf('\u001b[?25l'));
    expect(stdout).toMatch(/✓ Pass\n$/);
  });
});

describe('the exit code of load', () => {
  const failed = { success: false, code: '503', message: 'Service Unavailable' };
  it.each([
    ['0 where nothing failed', {}, [], 0, '✓ Pass'],
    [
      '13 where every sample failed and nobody expected anything',
      { seconds: [[failed, failed]] },
      [],
      13,
      '✗ Fail  errors == 0: it was 2',
    ],
    ['0 where some may fail', { seconds: [[failed, {}, {}]] }, ['errors <= 1'], 0, '✓ Pass'],
    ['14 without a sample', { seconds: [] }, [], 14, '? Void  there was no sample'],
    [
      '14 where there are too few for what was asked',
      { seconds: [[{}]] },
      ['p99 < 1s'],
      14,
      'p99 < 1s: 1 sample is too few, it takes 100',
    ],
    ['14 where starts were dropped', { dropped: 2 }, [], 14, '2 requests were not made'],
    ['14 where the generator was the bottleneck', { late: 30 }, [], 14, 'the generator was the bottleneck: 10 %'],
    ['14 where answers waited in it', { lag: 26 }, [], 14, 'the generator was the bottleneck: for 3 of 3 seconds'],
    ['0 where they waited less', { lag: 11 }, ['p99 < 1s'], 0, 'the generator delayed answers: for 3 of 3 seconds'],
    ['14 where that may be why', { lag: 11 }, ['p99 < 10ms'], 14, '? Void  the generator delayed answers'],
    ['0 where it was as quick as it can be', { busy: 0.99 }, ['p99 < 1s'], 0, 'the bottleneck of the rate: its CPU'],
    [
      '14 where that may be why',
      { busy: 0.99 },
      ['rate > 200/s'],
      14,
      '? Void  the generator was the bottleneck of the',
    ],
    ['13 where that is not why', { busy: 0.99 }, ['p99 < 10ms'], 13, '✗ Fail  p99 < 10ms: it was 12 ms'],
  ] as const)('is %s', async (_, script: Script, expected, wanted, words) => {
    const { relevo } = await desk(script);
    const options = expected.flatMap((each) => ['--expect', each]);
    const { code, stdout } = await relevo(['load', 'plans/housed.jmx', ...options]);
    expect(stdout).toContain(words);
    expect(code).toBe(wanted);
  });

  it('is 14 where JMeter’s CPU was used up, of which nobody knows more', async () => {
    const { relevo } = await desk({ busy: 0.99 });
    expect(await relevo('load plans/housed.jmx --engine jmeter')).toMatchObject({
      code: 14,
      stdout: expect.stringContaining('the generator was the bottleneck: its CPU was used up for 3 of 3 seconds'),
    });
  });

  it('refuses what -J or the file would change of JMeter itself, which JMeter may be told', async () => {
    const { relevo, embedded, jmeter } = await desk();
    const line = 'load plans/housed.jmx -J users=3 -J httpclient4.retrycount=2';
    const { code, stderr } = await relevo(line);
    expect([code, embedded.orders]).toEqual([12, []]);
    expect(stderr).toContain('property httpclient4.retrycount changes JMeter itself: connections and retries');
    expect(stderr).not.toContain('property users');
    expect(await relevo(`${line} --engine jmeter`)).toMatchObject({ code: 0 });
    expect(jmeter.orders).toHaveLength(1);
  });

  it('is 12, before any request, where parts can’t be honoured; 14 without them; JMeter has them all', async () => {
    const { relevo, embedded, jmeter } = await desk({ findings: [left] });
    const refused = await relevo('load plans/housed.jmx');
    expect(refused.code).toBe(12);
    expect(refused.stderr).toMatchInlineSnapshot(`
      "✗ plans/housed.jmx has a part that can't be honoured
        in the plan
        │ Shop > Users > Orders (line 7): JDBC Request: its statements are not sent
        hint: run it with the real JMeter by \`--engine jmeter\`, or without these parts by \`--skip-unsupported\`
      "
    `);
    expect(embedded.orders).toEqual([]);
    const without = await relevo('load plans/housed.jmx --skip-unsupported');
    expect(without.code).toBe(14);
    expect(without.stdout).toContain('? Void  a part of the plan was left out');
    expect(without.stdout).toContain('✗ Shop > Users > Orders  line 7\n    JDBC Request: its statements are not sent');
    expect(await relevo('load plans/housed.jmx --engine jmeter')).toMatchObject({ code: 0 });
    expect(jmeter.orders).toHaveLength(1);
  });

  it('is the failure’s where the run could not be made', async () => {
    const error = new RelevoError({ code: 'host-lacks', message: 'there is no Java' });
    const { relevo } = await desk({ error, seconds: [] });
    expect(await relevo('load plans/housed.jmx')).toMatchObject({ code: 4, stderr: '✗ there is no Java\n' });
    const { stdout } = await relevo('load plans/housed.jmx --json');
    expect(JSON.parse(stdout)).toEqual({ failure: { code: 'host-lacks', message: 'there is no Java' } });
  });
});

describe('load, ended by a failure', () => {
  const error = new RelevoError({ code: 'not-found', message: 'users.csv can’t be read' });

  it('gives what there is so far, as void, and the exit code of what ended it', async () => {
    const { relevo } = await desk({ error });
    const { code, stdout, stderr } = await relevo('load plans/housed.jmx');
    expect({ code, stderr }).toEqual({ code: 10, stderr: '✗ users.csv can’t be read\n' });
    expect(stdout).toMatch(/total +300 [\s\S]*\? Void {2}users.csv can’t be read\n$/);
    const { code: same, stdout: json } = await relevo('load plans/housed.jmx --json');
    expect(same).toBe(10);
    expect(JSON.parse(json)).toMatchObject({
      ...{ total: { samples: 300 }, failure: { code: 'not-found' } },
      verdict: { is: 'void', why: ['users.csv can’t be read'] },
    });
  });
});

describe('beside the log of a run', () => {
  const record = async (script: Script, line: string | readonly string[] = 'load plans/housed.jmx --jtl out.jtl') => {
    const { relevo, files } = await desk(script);
    const { code } = await relevo(line);
    return { code, record: JSON.parse(files.get(`${home}/out.jtl.run.json`) ?? 'null') };
  };

  it('stands what a log can’t hold', async () => {
    const given = { late: 3, dropped: 2, busy: 0.5, findings: [left] };
    const line = 'load plans/housed.jmx --jtl out.jtl --skip-unsupported --expect'.split(' ');
    expect(await record(given, [...line, 'p99 < 1s'])).toEqual({
      code: 14,
      record: {
        ...{ version: 1, engine: 'embedded', plan: 'plans/housed.jmx', end: 'done', rows: 300, findings: [left] },
        ...{ span: [1000, 3012], expect: ['p99 < 1s'] },
        generator: { workers: expect.any(Number), machines: 1, busiest: 0.5, lag: 0, late: 3, dropped: 2 },
      },
    });
  });

  it('stands how the run came to its end', async () => {
    const error = new RelevoError({ code: 'failed', message: 'no space left' });
    expect(await record({ error })).toMatchObject({ code: 1, record: { end: 'failed', why: 'no space left' } });
    expect(await record({ error, seconds: [] })).toMatchObject({
      record: { end: 'failed', why: 'no space left', rows: 0 },
    });
    expect(await record({}, 'load plans/housed.jmx')).toEqual({ code: 0, record: null });
  });

  it('stays what stood there, as the log does, where the run fails before it begins its own', async () => {
    const refusal = new RelevoError({ code: 'host-lacks', message: 'there is no Java' });
    const { relevo, files } = await desk({ refusal });
    files.set(`${home}/out.jtl.run.json`, 'of an earlier run');
    expect(await relevo('load plans/housed.jmx --jtl out.jtl')).toMatchObject({ code: 4 });
    expect(files.get(`${home}/out.jtl.run.json`)).toBe('of an earlier run');
  });

  it('stands nothing where that can’t be written, which is told, and the run goes on', async () => {
    const { relevo, files } = await desk();
    const set = files.set.bind(files);
    files.set = (path, text) => {
      if (path.endsWith('.run.json')) throw new Error('permission denied');
      return set(path, text);
    };
    const { code, stdout } = await relevo('load plans/housed.jmx --jtl out.jtl');
    expect(code).toBe(0);
    expect(stdout).toContain("! /home/ana/out.jtl.run.json can't be written: permission denied");
    expect(stdout.match(/can't be written/g)).toHaveLength(1);
  });
});

describe('load, interrupted', () => {
  it('once: ends in order and gives its results, which prove nothing good any more', async () => {
    const { type, embedded, cluster } = await desk({ endless: true });
    const terminal = type(['load', 'plans/housed.jmx']);
    await cluster.clock.until(embedded.begun);
    terminal.signal('SIGINT');
    expect(await cluster.clock.until(terminal.code)).toBe(130);
    expect(terminal.stdout).toContain('300');
    expect(terminal.stdout).toContain('It ends when what is under way has ended');
    expect(terminal.stdout).toMatch(/\? Void {2}it was interrupted\n$/);
  });

  it('says what failed nevertheless', async () => {
    const { type, embedded, cluster } = await desk({ endless: true, seconds: [[{ success: false }]] });
    const terminal = type(['load', 'plans/housed.jmx']);
    await cluster.clock.until(embedded.begun);
    terminal.signal('SIGTERM');
    expect(await cluster.clock.until(terminal.code)).toBe(143);
    expect(terminal.stdout).toMatch(/✗ Fail {2}it was interrupted; errors == 0: it was 1\n$/);
  });

  it('twice: ends at once', async () => {
    const { type, embedded, cluster, loadTools } = await desk();
    const begun = Promise.withResolvers<void>();
    const run = () => {
      begun.resolve();
      return new Promise<void>(() => {});
    };
    const stubborn = { ...embedded, name: 'embedded' as const, run };
    const terminal = type(['load', 'plans/housed.jmx'], {
      loadTools: { ...loadTools, engine: async () => stubborn },
    });
    await cluster.clock.until(begun.promise);
    terminal.signal('SIGINT');
    await cluster.clock.run(1000);
    terminal.signal('SIGINT');
    expect(await cluster.clock.until(terminal.code)).toBe(130);
    expect(terminal.stderr).toContain('interrupted');
  });
});

describe('the words of load', () => {
  it.each([
    ['load none', 10, 'relevo.yaml has no load plan none'],
    ['load none.jmx', 10, 'there is no file none.jmx'],
    ['load shop.jmx --target shop.test', 64, 'http://host:port/'],
    ['load shop.jmx --target file:///etc/passwd', 64, 'http://host:port/'],
    ['load shop.jmx --target http://shop.test/base', 64, 'http://host:port/'],
    ['load shop.jmx --target http://ana:secret@shop.test/', 64, 'http://host:port/'],
    ['load shop.jmx --workers 0', 64, 'from 1 to 256'],
    ['load shop.jmx --workers 100000', 64, 'from 1 to 256'],
    [
      'load shop.jmx --engine jmeter --workers 2 --skip-unsupported',
      64,
      '--workers and --skip-unsupported are for the embedded engine',
    ],
    ['load shop.jmx --target http://shop.test --jtl ./shop.jmx', 64, '--jtl would overwrite shop.jmx'],
    ['load shop.jmx -J users', 64, 'Write it as name=value'],
    ['load shop.jmx --engine k6', 64, 'embedded, jmeter'],
    ['load shop.jmx --expect p99<', 64, 'is no threshold'],
    ['load', 64, 'missing required argument'],
  ])('%s: %i', async (line, wanted, words) => {
    const { relevo } = await desk();
    const { code, stderr } = await relevo(line);
    expect(stderr).toContain(words);
    expect(code).toBe(wanted);
  });
});

describe('load check and export', () => {
  it('tell what is honoured and what is not; 12 where something is not', async () => {
    const all = await desk();
    expect(await all.relevo('load check plans/housed.jmx')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('HTTP Request'),
    });
    expect(await all.relevo('load check stress')).toMatchObject({ code: 0 });
    const some = await desk({ findings: [left] });
    expect(await some.relevo('load check shop.jmx')).toMatchObject({
      code: 12,
      stdout: expect.stringContaining('JDBC Request'),
    });
    expect(await all.relevo('load check shop.jmx -J httpclient4.retrycount=2 -J users=3')).toMatchObject({
      code: 12,
      stdout: expect.stringContaining('property httpclient4.retrycount changes JMeter itself'),
    });
    const { stdout } = await some.relevo('load check shop.jmx --json');
    expect(JSON.parse(stdout)).toMatchObject({ plan: 'shop.jmx', findings: [left], honoured: [{ count: 1 }] });
  });

  it.each([
    ['missing', 10, "✗ shop.jmx needs 1 file that can't be read"],
    ['forbidden', 9, "✗ shop.jmx needs 1 file that can't be read"],
  ] as const)('tell of files that are %s, as a run does before it begins', async (kind, code, words) => {
    const file = { ...left, kind, path: 'Shop > Users > Data', what: 'a file that it names', consequence: 'users.csv' };
    const { relevo, embedded } = await desk({ findings: [file] });
    const checked = await relevo('load check shop.jmx');
    expect(checked).toMatchObject({ code, stdout: expect.stringContaining(words) });
    expect(checked.stdout).toContain('FILES\n✗ Shop > Users > Data (line 7)\n    a file that it names: users.csv');
    const ran = await relevo('load shop.jmx --target http://shop.test/ --skip-unsupported');
    expect(ran).toMatchObject({ code, stderr: expect.stringContaining("needs a file that can't be read") });
    expect(ran.stderr).toContain('Shop > Users > Data (line 7): a file that it names: users.csv');
    expect(embedded.orders).toEqual([]);
  });

  it('writes a plan of the file as a .jmx, aimed at a target or the project', async () => {
    const { relevo } = await desk({}, 'up');
    const { code, stdout } = await relevo('load export stress');
    expect(code).toBe(0);
    expect(stdout).toContain('<jmeterTestPlan');
    expect(stdout).toContain('8080');
    expect((await relevo('load export stress --target https://shop.test/')).stdout).toContain('shop.test');
    expect(await relevo('load export shop')).toMatchObject({ code: 10 });
  });
});
