import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { install, installedIn, type Source, sourceFor } from '../../../src/adapters/jmeter/install.ts';
import { artifacts, pathOf } from '../../../src/adapters/jmeter/release.ts';
import { zip } from '../../rig/zip.ts';

const jars: Readonly<Record<string, Buffer>> = {
  'org.apache.jmeter:ApacheJMeter:9.9': zip({ 'META-INF/MANIFEST.MF': 'Implementation-Version: 9.9\n' }),
  'org.apache.jmeter:ApacheJMeter_config:9.9': zip({
    'bin/jmeter.properties': 'a=b\n',
    'bin/report-template/index.html': '<p>',
    'bin/../../../escaped': 'no',
    'META-INF/LICENSE': 'x',
  }),
  'org.apache.jmeter:ApacheJMeter_http:9.9': Buffer.from('http'),
  'org.apache.jmeter:jorphan:9.9': Buffer.from('jorphan'),
  'org.example:some.lib:1.0:data': Buffer.from('x'.repeat(100_000)),
};

const pinned = Object.entries(jars).map(([coordinate, bytes]) => ({
  ...{ coordinate, size: bytes.length },
  sha256: createHash('sha256').update(bytes).digest('hex'),
}));

type Manner = (path: string, response: ServerResponse) => boolean;

describe('JMeter from a Maven repository', () => {
  let cache: string;
  let server: Server;
  let source: Source;
  const asked: string[] = [];
  /** What the repository does otherwise; true where it has answered. */
  let manner: Manner;

  beforeEach(async () => {
    cache = mkdtempSync(join(tmpdir(), 'relevo-cache-'));
    asked.length = 0;
    manner = () => false;
    const files = new Map(Object.entries(jars).map(([coordinate, bytes]) => [`/maven/${pathOf(coordinate)}`, bytes]));
    server = createServer(({ url = '' }, response) => {
      asked.push(url);
      if (manner(url, response)) return;
      const file = files.get(url);
      response.writeHead(file === undefined ? 404 : 200).end(file);
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const repository = `http://127.0.0.1:${(server.address() as AddressInfo).port}/maven`;
    source = { repository, version: '9.9', artifacts: pinned };
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
    rmSync(cache, { recursive: true });
  });

  const fetch = (signal = new AbortController().signal) => install(cache, source, {}, signal);
  const failed = async (signal?: AbortSignal) => {
    const error = await fetch(signal).catch((thrown) => thrown);
    return { code: error.failure.code, evidence: String(error.failure.evidence?.lines ?? '') };
  };

  it('lies as in Apache’s archive, and is there the next time', async () => {
    const home = await fetch();
    expect(home).toEqual({ directory: join(cache, 'jmeter-9.9'), version: '9.9' });
    const below = (directory: string) => readdirSync(join(home.directory, directory)).sort();
    expect(below('bin')).toEqual(['ApacheJMeter.jar', 'jmeter.properties', 'report-template']);
    expect(below('lib')).toEqual(['ext', 'jorphan.jar', 'junit', 'some.lib-1.0-data.jar']);
    expect(below('lib/ext')).toEqual(['ApacheJMeter_config.jar', 'ApacheJMeter_http.jar']);
    expect(readFileSync(join(home.directory, 'bin/jmeter.properties'), 'utf8')).toBe('a=b\n');
    expect(readdirSync(cache)).toEqual(['jmeter-9.9']);
    expect(installedIn(cache, source)).toEqual(home);
    expect(installedIn(cache, { version: '9.8' })).toBeUndefined();
  });

  it.each<[string, Manner, RegExp]>([
    ['is not there', (_, response) => !!response.writeHead(404).end(), /answers 404/],
    ['is another one', (_, response) => !!response.end('hhhh'), /has the SHA-256 [0-9a-f]{64} instead of/],
    ['is shorter', (_, response) => !!response.end('htt'), /has 3 bytes instead of 4/],
    ['is longer', (_, response) => !!response.end('httphttp'), /longer than 4 bytes/],
    [
      'breaks off',
      (_, response) => response.writeHead(200, { 'content-length': 4 }).write('ht') && !!response.destroy(),
      /aborted|hang up|ended/,
    ],
    [
      'is led round in a circle',
      (url, response) => !!response.writeHead(302, { location: url }).end(),
      /redirects more than 5/,
    ],
    [
      'is led to a file',
      (_, response) => !!response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
      /redirects to a file/,
    ],
  ])('a jar that %s is named, and nothing is taken for JMeter', async (_, how, told) => {
    manner = (url, response) => url.includes('_http') && how(url, response);
    const { code, evidence } = await failed();
    expect([code, evidence]).toEqual(['unreachable', expect.stringMatching(told)]);
    expect(existsSync(join(cache, 'jmeter-9.9'))).toBe(false);
    expect(readdirSync(join(cache, 'jmeter-9.9.part/lib/ext'))).not.toContain('ApacheJMeter_http.jar');
  });

  it('goes on where it was broken off, and repairs what is damaged', async () => {
    // the others are there by then
    const late = (response: ServerResponse) => setTimeout(() => response.writeHead(503).end(), 200);
    manner = (url, response) => url.includes('_http') && !!late(response);
    await failed();
    asked.length = 0;
    manner = () => false;
    await fetch();
    expect(asked).toEqual([expect.stringContaining('ApacheJMeter_http')]);
  });

  it('asks once more where a connection broke, and follows the repository elsewhere', async () => {
    let broke = false;
    manner = (url, response) => {
      if (url.includes('jorphan') && !broke) {
        broke = true;
        return !!response.destroy();
      }
      return url.startsWith('/maven/org/example') && !url.includes('?')
        ? !!response.writeHead(302, { location: `${url}?moved` }).end()
        : url.includes('?') && !!response.end(jars['org.example:some.lib:1.0:data']);
    };
    expect((await fetch()).version).toBe('9.9');
  });

  it('two runs at once have one JMeter', async () => {
    const homes = await Promise.all([fetch(), fetch()]);
    expect(homes[0]).toEqual(homes[1]);
    expect(existsSync(join(cache, 'jmeter-9.9/bin/ApacheJMeter.jar'))).toBe(true);
  });

  it('ends at once where the run does', async () => {
    const ending = new AbortController();
    manner = (url) => {
      if (url.includes('_http')) ending.abort();
      return url.includes('_http');
    };
    expect((await failed(ending.signal)).code).toBe('interrupted');
  });

  it('a local repository is read as well', async () => {
    await fetch();
    const artifact = pinned.find(({ coordinate }) => coordinate.includes('some.lib'));
    const lost = { ...source, repository: `file://${cache}`, artifacts: artifact === undefined ? [] : [artifact] };
    const error = await install(join(cache, 'other'), lost, {}, new AbortController().signal).catch((thrown) => thrown);
    expect(error.failure.evidence.lines[0]).toContain('ENOENT');
  });
});

describe('the pinned release', () => {
  it('has a sum and a size for each jar, and what JMeter can’t do without', () => {
    expect(artifacts.length).toBe(158);
    for (const { coordinate, size, sha256 } of artifacts) {
      expect(coordinate).toMatch(/^[\w.-]+:[\w.-]+:[\w.-]+(:[\w-]+)?$/);
      expect(sha256).toMatch(/^[0-9a-f]{64}$/);
      expect(size).toBeGreaterThan(900);
    }
    const own = artifacts.filter(({ coordinate }) => coordinate.startsWith('org.apache.jmeter:'));
    expect(own.every(({ coordinate }) => coordinate.endsWith(':5.6.3'))).toBe(true);
    expect(own.length).toBe(18);
  });

  it('comes from Maven Central, or from where people say', () => {
    expect(sourceFor({}).repository).toBe('https://repo.maven.apache.org/maven2');
    expect(sourceFor({ RELEVO_MAVEN: 'https://maven.example/m2/' }).repository).toBe('https://maven.example/m2');
  });
});
