import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort, startJvm } from '../../../src/adapters/jmeter/jvm.ts';
import { complaints, logLines, unknownClasses } from '../../../src/adapters/jmeter/log.ts';
import { workspace } from '../../../src/adapters/jmeter/workspace.ts';

let root: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'relevo-run-'));
});
afterAll(() => rmSync(root, { recursive: true }));

describe('where JMeter runs', () => {
  it('finds what lies beside the plan, below it and above it, and leaves nothing', () => {
    for (const path of ['top.csv', 'tests/side.csv', 'tests/plans/data/deep.csv', 'tests/plans/own.csv']) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), path);
    }
    const place = workspace('<plan/>', join(root, 'tests/plans'));
    const beside = (path: string) => readFileSync(join(dirname(place.plan), path), 'utf8');
    expect(['own.csv', 'data/deep.csv', '../side.csv', '../../top.csv'].map(beside)).toEqual([
      ...['tests/plans/own.csv', 'tests/plans/data/deep.csv', 'tests/side.csv', 'top.csv'],
    ]);
    expect([readFileSync(place.plan, 'utf8'), statSync(place.directory).mode & 0o777]).toEqual(['<plan/>', 0o700]);
    place[Symbol.dispose]();
    expect(() => statSync(place.directory)).toThrow('ENOENT');
    expect(readFileSync(join(root, 'tests/plans/own.csv'), 'utf8')).toBe('tests/plans/own.csv');
  });
});

describe('the program', () => {
  const start = async (script: string) => {
    const port = await freePort();
    return { port, jvm: await startJvm([process.execPath, '-e', script, String(port)], root, port) };
  };
  /** As JMeter: it says that it listens, and ends when it is told so. */
  const listens = `const socket = require('node:dgram').createSocket('udp4');
socket.on('message', (text) => { console.log('Command: ' + text); if (String(text) === 'Shutdown') { socket.close(); process.exitCode = 3; } });
socket.bind(Number(process.argv[1]), () => { console.log('Waiting for possible Shutdown/StopTestNow message'); });`;

  it('ends in order when it is told', async () => {
    const { jvm } = await start(listens);
    await expect.poll(() => jvm.said.length).toBeGreaterThan(0);
    expect(jvm.cpuTime()).toBeGreaterThan(0);
    jvm.stop();
    expect([await jvm.ended, jvm.said.at(-1)]).toEqual([3, 'Command: Shutdown']);
  });

  it('is ended by a signal with all that it started, where it does not listen yet', async () => {
    const { jvm } =
      await start(`const child = require('node:child_process').spawn('sleep', ['60'], { stdio: 'inherit' });
console.log(child.pid); setInterval(() => {}, 1000);`);
    await expect.poll(() => jvm.said.length).toBeGreaterThan(0);
    jvm.stop();
    expect(await jvm.ended).toBeNull(); // only when nobody holds its output any more
  });

  it('is ended when all is done and it stays', async () => {
    const { jvm } = await start(`console.log('The JVM should have exited but did not.'); setInterval(() => {}, 1000);`);
    expect(await jvm.ended).toBeNull();
  });

  it('tells what it said last, and its code', async () => {
    const { jvm } = await start(`for (let i = 0; i < 100; i++) console.log('line ' + i); process.exitCode = 7;`);
    expect([await jvm.ended, jvm.said.length, jvm.said.at(-1)]).toEqual([7, 40, 'line 99']);
  });

  it('can’t be started where it is missing', async () => {
    await expect(startJvm([join(root, 'no-java')], root, 1)).rejects.toThrow('ENOENT');
  });
});

describe('JMeter’s log', () => {
  const log = `2026-11-26 02:08:36,123 INFO o.a.j.JMeter: Version 5.6.3
2026-11-26 02:08:36,200 ERROR o.a.j.t.ThreadGroup: Invalid duration 0 set in Thread Group:Users
\tat org.apache.jmeter.Some.method(Some.java:1)
\t... 3 more
2026-11-26 02:08:36,201 ERROR o.a.j.t.ThreadGroup: Invalid duration 0 set in Thread Group:Users
2026-11-26 02:08:36,300 ERROR o.a.j.JMeter: Error in NonGUIDriver
Caused by: com.thoughtworks.xstream.mapper.CannotResolveClassException: kg.apc.jmeter.Foo
`;

  it('is read from its end, without traces', () => {
    const path = join(root, 'jmeter.log');
    writeFileSync(path, `${'x\n'.repeat(300_000)}${log}`);
    const lines = logLines(path);
    expect(lines.slice(-5)).toEqual(log.split('\n').filter((line) => /^\d|^Caused/.test(line)));
    expect(logLines(join(root, 'none.log'))).toEqual([]);
  });

  it('says what is wrong once, and which classes are missing', () => {
    const lines = log.split('\n');
    expect(complaints(lines)).toEqual([
      'o.a.j.t.ThreadGroup: Invalid duration 0 set in Thread Group:Users',
      'o.a.j.JMeter: Error in NonGUIDriver',
    ]);
    expect(unknownClasses([...lines, ...lines])).toEqual(['kg.apc.jmeter.Foo']);
  });
});
