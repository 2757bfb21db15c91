import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { environmentOf, lend, takeBack } from '../../src/apply/surroundings.ts';
import type { Lxd } from '../../src/ports/lxd.ts';
import { isOwn, surroundingsOf, surroundingsScript } from '../../src/render/surroundings.ts';

const pem = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----';

/** The script as a host with this environment runs it, with this configuration of apt. */
function asked(env: Record<string, string>, apt = ''): ReturnType<typeof surroundingsOf> {
  const directory = mkdtempSync(join(tmpdir(), 'relevo-apt-'));
  const file = join(directory, 'apt.conf');
  writeFileSync(file, apt);
  const all = { PATH: process.env['PATH'], APT_CONFIG: file, ...env };
  const { stdout, status } = spawnSync('sh', ['-c', surroundingsScript], { encoding: 'utf8', env: all });
  rmSync(directory, { recursive: true });
  expect(status).toBe(0);
  return surroundingsOf(stdout);
}

describe('what a host knows of its network', () => {
  it('is told by its environment, in either case, and by its apt', () => {
    const told = asked(
      { http_proxy: 'http://p:1', HTTPS_PROXY: 'http://p:2', NO_PROXY: 'a,b' },
      'Acquire::http::Proxy "http://p:3";',
    );
    expect(told.environment).toEqual({ http_proxy: 'http://p:1', https_proxy: 'http://p:2', no_proxy: 'a,b' });
    expect(told.apt).toContain('Acquire::http::Proxy "http://p:3";');
    expect(asked({}).environment).toEqual({});
  });

  it('is read, authorities too', () => {
    const lines = [...pem.split('\n'), '', ...pem.split('\n')].map((line) => `authority ${line}`);
    expect(surroundingsOf(lines.join('\n')).authorities).toEqual([pem, pem]);
  });

  it.each([
    ['http://127.0.0.1:3128', true],
    ['http://me:x@localhost/', true],
    ['http://[::1]:1', true],
    ['http://192.0.2.1:3128', false],
    ['http://localhost.example.org:1', false],
  ])('%s is of no use elsewhere: %s', (proxy, own) => expect(isOwn(proxy)).toBe(own));
});

describe('what a build container is lent', () => {
  const around = {
    environment: { http_proxy: 'http://192.0.2.1:3128', https_proxy: 'http://127.0.0.1:1' },
    apt: ['Acquire::Retries "3";', 'Acquire::http::Proxy "http://127.0.0.1:1";'],
    authorities: [pem],
  };

  it('is what it can use, and gone afterwards', async () => {
    const done: string[] = [];
    const instances = {
      pushFile: async (_: string, path: string, content: string) => void done.push(`${path}: ${content.trim()}`),
      exec: async (_: string, argv: readonly string[]) => void done.push(argv.join(' ')),
    };
    const lxd = { instances } as unknown as Lxd;
    const lines: string[] = [];
    await lend(lxd, 'build-x', around, (line) => lines.push(line));
    await takeBack(lxd, 'build-x', around);
    const certificate = '/usr/local/share/ca-certificates/relevo-build-0.crt';
    expect(done).toEqual([
      '/etc/apt/apt.conf.d/90relevo-build: Acquire::Retries "3";',
      `${certificate}: ${pem}`,
      'update-ca-certificates',
      `rm -f /etc/apt/apt.conf.d/90relevo-build ${certificate}`,
      'update-ca-certificates --fresh',
    ]);
    expect(lines).toEqual([expect.stringMatching(/^not used.*http:\/\/127\.0\.0\.1:1/)]);
    expect(environmentOf(around)).toMatchObject({
      http_proxy: 'http://192.0.2.1:3128',
      HTTP_PROXY: 'http://192.0.2.1:3128',
      NODE_EXTRA_CA_CERTS: '/etc/ssl/certs/ca-certificates.crt',
    });
    expect(environmentOf(around)).not.toHaveProperty('https_proxy');
  });
});
