import { spawnSync } from 'node:child_process';
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { load } from '../rig/load.ts';
import { Project } from '../rig/project.ts';

const project = new Project('relevo-api', 1184, 'examples/node-api');
/** The same program listens on a port for its operators too, and ends with the first. */
const admin = 9000;
const listener = `createServer((_, response) => answer(response, 200, { admin: hostname() })).listen(${admin}).unref();\n`;
const url = `http://127.0.0.1:${project.port}`;
const secret = 'not-a-token-3f81';

afterAll(() => project[Symbol.dispose]());

/** On a new connection each: a kept one is closed by the balancer while this process waits for a command. */
async function json(path: string): Promise<Record<string, unknown>> {
  const answer = await fetch(`${url}${path}`, { headers: { connection: 'close' } });
  return (await answer.json()) as Record<string, unknown>;
}

describe('the Node.js example', () => {
  it('serves with its environment and its secret, from both machines', async () => {
    project.write('token.txt', `${secret}\n`);
    project.edit(
      '{ file: token.txt }',
      '{ file: token.txt }\n      PIN: { file: token.txt, target: /run/api/pin, owner: relevo }',
    );
    appendFileSync(join(project.directory, 'server.mjs'), listener);
    const { code, stdout, stderr } = project.relevo('up', '--yes');
    expect(code, stdout + stderr).toBe(0);
    expect(stdout + stderr).not.toContain(secret);
    expect(await json('/')).toMatchObject({ greeting: 'Hello from the relay' });
    const answers = await Promise.all(Array.from({ length: 8 }, () => json('/whoami')));
    expect(new Set(answers.map(({ hostname }) => hostname))).toEqual(new Set(['api-1', 'api-2']));
    expect(new Set(answers.map(({ tokenIsSet }) => tokenIsSet))).toEqual(new Set([true]));
  });

  it('runs as a user of its own, who can read the secret only from the environment', () => {
    const inside = (...argv: string[]) => project.relevo('exec', 'api-1', '--', ...argv);
    expect(inside('systemctl', 'show', '-p', 'User', '--value', 'relevo-api').stdout).toBe('relevo\n');
    expect(inside('stat', '-c', '%a %U', '/etc/relevo/environment').stdout).toBe('600 root\n');
    expect(inside('grep', '-c', secret, '/etc/relevo/environment').stdout).toBe('1\n');
    expect(inside('stat', '-c', '%a %U', '/run/api/pin').stdout).toBe('400 relevo\n');
    expect(inside('cat', '/run/api/pin').stdout).toBe(`${secret}\n`);
  });

  it('rotates its logs', () => {
    const inside = (...argv: string[]) => project.relevo('exec', 'api-1', '--', ...argv);
    expect(inside('logrotate', '-d', '/etc/relevo/logrotate.conf')).toMatchObject({ code: 0 });
    expect(inside('systemctl', 'show', '-p', 'ExecStart', '--value', 'logrotate').stdout).toContain('/etc/relevo/');
    expect(inside('systemctl', 'is-active', 'logrotate.timer').stdout).toBe('active\n');
  });

  it('keeps the secret out of the image, the plan, the status and the journals', () => {
    const cached = spawnSync(
      'sh',
      [
        '-c',
        'for f in /var/cache/relevo/relevo-*.tar.zst; do zstd -dc "$f" | grep -q "$0" && echo "$f"; done; true',
        secret,
      ],
      { encoding: 'utf8' },
    );
    expect(cached.stdout).toBe('');
    for (const words of ['plan --json', 'status --json', 'logs -n 1000']) {
      const [command = '', ...options] = words.split(' ');
      const { code, stdout, stderr } = project.relevo(command, ...options);
      expect(code).toBe(0);
      expect(stdout + stderr).not.toContain(secret);
    }
  });

  it('comes back at once when its process is killed', async () => {
    expect(project.relevo('exec', 'api-1', '--', 'systemctl', 'kill', '-s', 'KILL', 'relevo-api').code).toBe(0);
    for (let request = 0; request < 20; request += 1) expect(await json('/healthz')).toEqual({ status: 'ok' });
    expect(project.relevo('exec', 'api-1', '--', 'systemctl', 'is-active', 'relevo-api').stdout).toBe('active\n');
  });

  it('is given a new secret by replacing its instances, and no image', () => {
    project.write('token.txt', 'another');
    const kinds = project.planned().map(({ kind }) => kind);
    expect(kinds).toEqual(['instance.replace', 'instance.replace']);
    project.up();
    expect(project.relevo('exec', 'api-1', '--', 'grep', '-c', secret, '/etc/relevo/environment').stdout).toBe('0\n');
  });

  it('leads a path to another port of the same instances, and nobody notices', async () => {
    project.edit('port: 3000\n', `port: 3000\n    route: [{ path: / }, { path: /admin, port: ${admin} }]\n`);
    // requests are led there once all have that port
    const kinds = project.planned().map(({ kind }) => kind);
    expect(kinds).toEqual(['balancer.configure', 'instance.replace', 'instance.replace', 'balancer.configure']);
    const stop = load(project.port);
    expect(await project.beside('up', '--yes')).toBe(0);
    const outcomes = await stop();
    expect([...outcomes.keys()].filter((outcome) => !outcome.includes('Hello from the relay'))).toEqual([]);
    const answers = await Promise.all(Array.from({ length: 8 }, () => json('/admin')));
    expect(new Set(answers.map((answer) => answer['admin']))).toEqual(new Set(['api-1', 'api-2']));
    expect(await json('/healthz')).toEqual({ status: 'ok' });
    expect(project.relevo('plan').code).toBe(0);
  });

  it('speaks HTTPS and shows its statistics to who knows the password, without making the balancer anew', async () => {
    const [https, stats] = [project.port + 100, project.port + 101];
    project.edit(
      /publish: \d+/,
      `publish: ${project.port}\n  tls: { certificate: self-signed, publish: ${https} }\n  stats: ${stats}`,
    );
    const kinds = project.planned().map(({ kind }) => kind);
    expect(kinds).toEqual(['balancer.update', 'balancer.configure', 'publish']);
    project.up();
    expect(project.status().url).toBe(`https://127.0.0.1:${https}/`);
    const curl = (...argv: string[]) =>
      spawnSync('curl', ['-sk', '-o', '/dev/null', '-w', '%{http_code} %{http_version} %{redirect_url}', ...argv], {
        encoding: 'utf8',
      }).stdout;
    expect(curl(`https://127.0.0.1:${https}/healthz`)).toBe('200 2 ');
    expect(curl(`${url}/healthz`)).toBe(`308 1.1 https://127.0.0.1:${https}/healthz`);
    const password = readFileSync(`${process.env['RELEVO_HOME']}/${project.name}/stats.password`, 'utf8');
    expect(curl(`https://127.0.0.1:${stats}/metrics`)).toMatch(/^401 /);
    expect(curl('-u', `relevo:${password}`, `https://127.0.0.1:${stats}/metrics`)).toMatch(/^200 /);
    expect(project.relevo('plan').code).toBe(0);
  });
});
