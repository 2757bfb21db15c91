import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findHome } from '../../../src/adapters/jmeter/home.ts';
import { findJava, jvmArguments, versionIn } from '../../../src/adapters/jmeter/java.ts';
import { unzip } from '../../../src/adapters/jmeter/unzip.ts';
import { zip } from '../../rig/zip.ts';

let root: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'relevo-find-'));
});
afterAll(() => rmSync(root, { recursive: true }));

function put(path: string, content: string | Buffer): string {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  chmodSync(file, 0o755);
  return file;
}

const java = (says: string) => `#!/bin/sh\necho '${says}' >&2\n`;
const jmeterJar = (version: string) =>
  zip({ 'META-INF/MANIFEST.MF': `Main-Class: a.b\r\nImplementation-Version: ${version}\r\n` });
const failureOf = (what: () => unknown) => {
  try {
    what();
  } catch (error) {
    return (error as { failure: { code: string; message: string } }).failure;
  }
  throw new Error('it did not fail');
};

describe('Java', () => {
  it.each([
    ['openjdk version "17.0.15" 2025-04-15', 17],
    ['java version "1.8.0_392"', 8],
    ['openjdk version "9"', 9],
    ['openjdk version "25-ea" 2025-09-16', 25],
    ['no Java at all', undefined],
  ])('%s', (said, version) => expect(versionIn(said)).toBe(version));

  it('is JAVA_HOME’s, then that of PATH', () => {
    const own = put('own/bin/java', java('openjdk version "21.0.1"'));
    const system = put('system/java', java('java version "1.8.0_392"'));
    const PATH = dirname(system);
    expect(findJava({ JAVA_HOME: join(root, 'own'), PATH })).toEqual({ program: own, version: 21 });
    expect(findJava({ PATH: `/nowhere::${PATH}` })).toEqual({ program: system, version: 8 });
  });

  it('is missed with a hint', () => {
    expect(failureOf(() => findJava({ PATH: join(root, 'empty') }))).toMatchObject({
      code: 'host-lacks',
      message: 'JMeter needs Java, which is not installed',
      hint: expect.stringContaining('default-jre-headless'),
    });
    expect(failureOf(() => findJava({ JAVA_HOME: root })).message).toContain(`JAVA_HOME has no Java: ${root}`);
  });

  it('is told where it is too old, or says nothing', () => {
    const program = put('old/java', java('java version "1.7.0_80"'));
    expect(failureOf(() => findJava({ PATH: dirname(program) })).message).toBe(
      `JMeter needs Java 8 or newer; ${program} is 7`,
    );
    const mute = put('mute/java', java('segmentation fault'));
    expect(failureOf(() => findJava({ PATH: dirname(mute) }))).toMatchObject({
      evidence: { lines: ['segmentation fault'] },
    });
  });

  it('gets the heap that people want', () => {
    const given = (version: number, env = {}) => jvmArguments({ program: 'java', version }, env).join(' ');
    expect(given(17)).toContain('--add-opens java.base/java.lang=ALL-UNNAMED');
    expect(given(8)).not.toContain('--add-opens');
    expect(given(17)).toContain('-Xms1g -Xmx1g');
    expect(given(17, { HEAP: '-Xmx4g' })).not.toContain('1g');
    expect(given(17, { JVM_ARGS: ' -Xmx512m  -Da=b ' })).toMatch(/ -Xmx512m -Da=b$/);
  });
});

describe('JMeter’s home', () => {
  it('is JMETER_HOME, or where the program on PATH leads', () => {
    put('jm/bin/ApacheJMeter.jar', jmeterJar('5.6.3'));
    const script = put('jm/bin/jmeter', '#!/bin/sh\n');
    mkdirSync(join(root, 'links'));
    symlinkSync(script, join(root, 'links/jmeter'));
    const found = { directory: join(root, 'jm'), version: '5.6.3' };
    expect(findHome({ JMETER_HOME: join(root, 'jm') })).toEqual(found);
    expect(findHome({ PATH: join(root, 'links') })).toEqual(found);
    expect(findHome({ PATH: join(root, 'nowhere') })).toBeUndefined();
  });

  it('of Homebrew lies below libexec', () => {
    put('brew/libexec/bin/ApacheJMeter.jar', jmeterJar('5.6.2'));
    expect(findHome({ PATH: dirname(put('brew/bin/jmeter', '#!/bin/sh\n')) })).toEqual({
      ...{ directory: join(root, 'brew/libexec'), version: '5.6.2' },
    });
  });

  it('is refused where there is none, or one of old', () => {
    expect(failureOf(() => findHome({ JMETER_HOME: '/nowhere' })).message).toBe(
      'JMETER_HOME is /nowhere, but there is no bin/ApacheJMeter.jar in /nowhere',
    );
    put('debian/bin/ApacheJMeter.jar', jmeterJar('2.13.20171112'));
    const failure = failureOf(() => findHome({ JMETER_HOME: join(root, 'debian') }));
    expect(failure.message).toContain('that JMeter is 2.13.20171112; it takes 5 or newer');
  });
});

describe('a ZIP archive', () => {
  const archive = zip({ 'a/b.txt': 'bee '.repeat(1000), 'c.txt': '' });

  it('gives what is wanted of it', () => {
    const files = unzip(archive, (name) => name !== 'd.txt');
    expect([...files].map(([name, { length }]) => [name, length])).toEqual([
      ['a/b.txt', 4000],
      ['c.txt', 0],
    ]);
    expect(unzip(archive, (name) => name === 'c.txt').size).toBe(1);
  });

  it('is refused where it is damaged, cut or something else', () => {
    expect(() => unzip(Buffer.from('hello'), () => true)).toThrow('no ZIP archive');
    for (let length = 0; length < archive.length; length += 7)
      expect(() => unzip(archive.subarray(0, length), () => true)).toThrow();
    const lying = Buffer.from(archive);
    lying.writeUInt32LE(10, lying.indexOf(Buffer.from('PK\x01\x02')) + 24);
    expect(() => unzip(lying, () => true)).toThrow();
  });
});
