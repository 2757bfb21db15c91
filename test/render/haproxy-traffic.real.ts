import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { HaproxyServer } from '../../src/render/haproxy.ts';
import { type Backend, startBackend } from '../rig/backend.ts';
import { figure } from '../rig/figures.ts';
import { startHaproxy } from '../rig/haproxy.ts';
import { type HaproxyVersion, haproxyVersions } from '../rig/haproxy-versions.ts';
import { ask, probe } from '../rig/prober.ts';
import { startPromoter } from '../rig/promoter.ts';
import { type Given, setupOf } from './samples.ts';

async function lab(stack: AsyncDisposableStack, version: HaproxyVersion, names: readonly string[], given: Lab) {
  const backends: Backend[] = [];
  for (const name of names) backends.push(stack.use(await startBackend(name)));
  const servers = backends.map(({ name, address }): HaproxyServer => ({ name, address }));
  const haproxy = stack.use(await startHaproxy(version, setupOf({ servers, ...given(servers) })));
  await haproxy.until(async () =>
    Object.values(await haproxy.column('status')).every((state) => state.startsWith('UP')),
  );
  return { haproxy, backends };
}

type Lab = (servers: readonly HaproxyServer[]) => Given;

const cookieOf = (headers: Readonly<Record<string, string | string[] | undefined>>) =>
  [headers['set-cookie'] ?? []].flat().join();

describe.each(haproxyVersions)('HAProxy %s', (version) => {
  test('a sticky visitor stays, goes elsewhere when the server dies, and needs no second chance', async () => {
    await using stack = new AsyncDisposableStack();
    const { haproxy, backends } = await lab(stack, version, ['web-1', 'web-2'], () => ({ service: { sticky: true } }));
    const { port } = haproxy;
    const first = await ask({ port });
    const set = cookieOf(first.headers);
    expect(set).toBe(`RELEVO-web=${first.server}; path=/; HttpOnly; SameSite=Lax`);
    const headers = { cookie: set.split(';')[0] ?? '' };
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask({ port, headers })));
    expect(new Set(answers.map(({ server }) => server))).toEqual(new Set([first.server]));
    expect(backends.every(({ lastHeaders }) => !('cookie' in lastHeaders))).toBe(true);
    await backends.find(({ name }) => name === first.server)?.stop();
    const next = await ask({ port, headers });
    expect([next.status, next.server === first.server]).toEqual([200, false]);
    expect(cookieOf(next.headers)).toContain(`RELEVO-web=${next.server}`);
  });

  test('a sticky visitor of a mute server is served by another one', async () => {
    await using stack = new AsyncDisposableStack();
    const { haproxy, backends } = await lab(stack, version, ['web-1', 'web-2'], () => ({ service: { sticky: true } }));
    const mute = backends[0] as Backend;
    await using _promoter = startPromoter(haproxy);
    mute.manner = 'mute';
    const answer = await ask({ port: haproxy.port, headers: { cookie: 'RELEVO-web=web-1' } });
    expect([answer.status, answer.server]).toEqual([200, 'web-2']);
  });

  test('visitors of a backup return to the primaries', async () => {
    await using stack = new AsyncDisposableStack();
    const { haproxy, backends } = await lab(stack, version, ['web-1', 'spare'], ([first, spare]) => ({
      service: { sticky: true },
      servers: [first as HaproxyServer, { ...(spare as HaproxyServer), role: 'backup' }],
    }));
    const { port } = haproxy;
    await backends[0]?.stop();
    const answer = await ask({ port, headers: { cookie: 'RELEVO-web=web-1' } });
    expect([answer.server, cookieOf(answer.headers)]).not.toContain('spare;');
    expect(answer.server).toBe('spare');
    await backends[0]?.start();
    await haproxy.until(async () => (await haproxy.column('status'))['web-1'] === 'UP');
    expect((await ask({ port, headers: { cookie: 'RELEVO-web=web-1' } })).server).toBe('web-1');
  });

  test('host, path and header decide which service answers', async () => {
    await using stack = new AsyncDisposableStack();
    const names = ['rest', 'host', 'path', 'beta'];
    const { haproxy } = await lab(stack, version, names, ([rest, host, path, beta]) => ({
      servers: [rest as HaproxyServer],
      more: [
        {
          service: {
            name: 'host',
            routes: [
              { host: 'api.example.org', header: {} },
              { path: '/own', header: {} },
            ],
          },
          servers: [host as HaproxyServer],
        },
        {
          service: {
            name: 'path',
            routes: [
              { path: '/shop', header: {} },
              { host: '*.example.org', header: {} },
            ],
          },
          servers: [path as HaproxyServer],
        },
        {
          service: { name: 'beta', routes: [{ path: '/shop', header: { 'x-version': `it's "2"` } }] },
          servers: [beta as HaproxyServer],
        },
      ],
    }));
    const serverOf = async (path: string, headers: Record<string, string> = {}) =>
      (await ask({ port: haproxy.port, path, headers })).server;
    expect(await serverOf('/')).toBe('rest');
    expect(await serverOf('/', { host: 'API.example.org:8080' })).toBe('host');
    expect(await serverOf('/shop')).toBe('path');
    expect(await serverOf('/shop/1?x=/y')).toBe('path');
    expect(await serverOf('/shopping')).toBe('rest');
    expect(await serverOf('/own/1')).toBe('host');
    expect(await serverOf('/', { host: 'A.b.Example.org:80' })).toBe('path');
    expect(await serverOf('/', { host: 'example.org' })).toBe('rest');
    expect(await serverOf('/shop', { 'X-Version': `it's "2"` })).toBe('beta');
    expect(await serverOf('/shop', { 'X-Version': '2' })).toBe('path');
    expect(await serverOf('/shop', { host: 'api.example.org' })).toBe('host');
  });

  test('who asks for it is told which instance answered; nobody else is, and nobody else says it', async () => {
    await using stack = new AsyncDisposableStack();
    const { haproxy, backends } = await lab(stack, version, ['web-1', 'web-2', 'web-3'], ([first, second, spare]) => ({
      servers: [first as HaproxyServer, second as HaproxyServer, { ...(spare as HaproxyServer), role: 'backup' }],
    }));
    const { port } = haproxy;
    const asking = { headers: { 'x-relevo-ask': 'server', 'x-relevo-server': 'client' } };
    for (const backend of backends) backend.headers = { 'X-Relevo-Server': 'liar' };
    for (let i = 0; i < 4; i++) {
      const { server, headers } = await ask({ port, ...asking });
      expect(headers['x-relevo-server']).toBe(server);
    }
    for (const backend of backends) expect(Object.keys(backend.lastHeaders).join()).not.toContain('relevo');
    for (const headers of [{}, { 'x-relevo-ask': 'servers' }, { 'x-relevo-server': 'client' }])
      expect((await ask({ port, headers })).headers).not.toHaveProperty('x-relevo-server');
    for (const backend of backends.slice(0, 2)) await backend.stop();
    expect((await ask({ port, ...asking })).headers['x-relevo-server']).toBe('web-3');
    await backends[2]?.stop();
    await haproxy.until(async () => (await haproxy.column('status'))['web-3'] !== 'UP');
    const nobody = await ask({ port, ...asking });
    expect([nobody.status, nobody.headers['x-relevo-server']]).toEqual([503, undefined]);
  });

  test('maxconn: no server gets more at a time, the rest wait, and who waits too long gets a 503', async () => {
    await using stack = new AsyncDisposableStack();
    const given: Given = {
      service: { maxconn: 2, timeouts: { connect: 0.25, server: 2, queue: 0.75, tunnel: 60, drain: 30 } },
    };
    const { haproxy, backends } = await lab(stack, version, ['web-1'], () => given);
    const backend = backends[0] as Backend;
    backend.delay = 200;
    const answers = await Promise.all(Array.from({ length: 12 }, () => ask({ port: haproxy.port })));
    const codes = answers.map(({ status }) => status);
    figure(
      `${version} | maxconn 2, queue 750 ms, 12 requests of 200 ms: ${codes.filter((code) => code === 200).length} × 200`,
    );
    expect(backend.peak).toBeLessThanOrEqual(3); // a health check is no request to HAProxy
    expect(codes.filter((code) => code === 200).length).toBeGreaterThanOrEqual(6); // 8, where nothing makes them late
    expect(codes).toContain(503);
  });

  test('the access log names the server', async () => {
    await using stack = new AsyncDisposableStack();
    const { haproxy } = await lab(stack, version, ['web-1'], () => ({}));
    await ask({ port: haproxy.port, path: '/hello' });
    await haproxy.until(async () => haproxy.log.some((line) => line.includes('GET /hello')));
    expect(haproxy.log.find((line) => line.includes('/hello'))).toMatch(
      / web web\/web-1 .* 200 .*"GET \/hello HTTP\/1.1"/,
    );
  });

  test('longer than `timeout server` may an upload pause, a WebSocket be silent and a POST take; a GET may not', async () => {
    await using stack = new AsyncDisposableStack();
    const short: Given = { service: { timeouts: { connect: 0.25, server: 0.5, queue: 5, tunnel: 60, drain: 30 } } };
    const { haproxy, backends } = await lab(stack, version, ['web-1'], () => short);
    expect(await pausingUpload(haproxy.port, 1000)).toBe(200);
    expect(await silentTunnel(haproxy.port, 1000)).toBe('echo');
    (backends[0] as Backend).delay = 1000;
    expect((await ask({ port: haproxy.port, method: 'POST' })).status).toBe(200);
    expect((await ask({ port: haproxy.port })).status).toBe(504);
  });

  test.each(['source', 'uri'] as const)('%s: the same server while the servers are the same', async (algorithm) => {
    await using stack = new AsyncDisposableStack();
    const { haproxy } = await lab(stack, version, ['web-1', 'web-2', 'web-3'], () => ({ service: { algorithm } }));
    const paths = Array.from({ length: 30 }, (_, index) => `/${index}`);
    const round = () => Promise.all(paths.map(async (path) => (await ask({ port: haproxy.port, path })).server));
    const first = await round();
    expect(await round()).toEqual(first);
    expect(new Set(first).size).toBe(algorithm === 'uri' ? 3 : 1);
  });

  test('a hashed server that dies costs nothing either', async () => {
    await using stack = new AsyncDisposableStack();
    const { haproxy, backends } = await lab(stack, version, ['web-1', 'web-2'], () => ({
      service: { algorithm: 'uri' },
    }));
    const owner = (await ask({ port: haproxy.port })).server;
    const stop = () => backends.find(({ name }) => name === owner)?.stop();
    const outcome = await probe(haproxy.port, { seconds: 1.5, at: [[300, stop]] });
    expect(outcome.lost).toEqual({});
  });

  test('leastconn: a slow server gets fewer requests', async () => {
    await using stack = new AsyncDisposableStack();
    const given: Given = { service: { algorithm: 'leastconn' } };
    const { haproxy, backends } = await lab(stack, version, ['web-1', 'web-2'], () => given);
    (backends[0] as Backend).delay = 300;
    const { servers } = await probe(haproxy.port, { seconds: 1.5, perSecond: 100 });
    expect(servers['web-2'] ?? 0).toBeGreaterThan(2 * (servers['web-1'] ?? 0));
  });
});

/** A POST whose body comes in two pieces; the status of its answer. */
function pausingUpload(port: number, pause: number): Promise<number> {
  const agent = new Agent();
  return new Promise((resolve, reject) => {
    const call = request(
      { host: '127.0.0.1', port, method: 'POST', agent, headers: { 'content-length': 4 } },
      (answer) => {
        answer.resume();
        answer.on('end', () => resolve(answer.statusCode ?? 0));
      },
    );
    call.on('error', reject);
    call.write('ab');
    void sleep(pause).then(() => call.end('cd'));
  });
}

/** What comes back through a connection that changed its protocol, after a pause. */
function silentTunnel(port: number, pause: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { connection: 'Upgrade', upgrade: 'echo' };
    const call = request({ host: '127.0.0.1', port, headers, agent: false });
    call.on('response', ({ statusCode }) => reject(new Error(`status ${statusCode}`)));
    call.on('error', reject);
    call.on('upgrade', (_, socket) => {
      socket.on('error', reject);
      socket.on('data', (piece) => {
        resolve(String(piece));
        socket.destroy();
      });
      socket.on('close', () => reject(new Error('the tunnel was closed')));
      void sleep(pause).then(() => socket.write('echo'));
    });
    call.end();
  });
}
