import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { awaitUp, readmitAt } from '../../src/apply/balancer.ts';
import { drain } from '../../src/apply/drain.ts';
import { checkOf } from '../../src/domain/check.ts';
import type { ServiceSpec } from '../../src/domain/spec.ts';
import type { Lxd } from '../../src/ports/lxd.ts';
import type { HaproxyServer } from '../../src/render/haproxy.ts';
import { startBackend } from '../rig/backend.ts';
import { figure } from '../rig/figures.ts';
import { type Haproxy, startHaproxy } from '../rig/haproxy.ts';
import { type HaproxyVersion, haproxyVersions } from '../rig/haproxy-versions.ts';
import { ask, probe } from '../rig/prober.ts';
import { startPromoter } from '../rig/promoter.ts';
import { type Given, plain, setupOf } from './samples.ts';

const clock = { elapsed: () => performance.now(), sleep: (milliseconds: number) => sleep(milliseconds) };

/** The balancer's instance is this HAProxy. */
function lxdOf(haproxy: Haproxy): Lxd {
  const exec = async (_: string, argv: readonly string[], options: { stdin?: string } = {}) => ({
    ...(await haproxy.run(argv, options.stdin)),
    whole: true,
  });
  return { instances: { exec, get: async () => ({ status: 'Running' }) } } as unknown as Lxd;
}

async function lab(stack: AsyncDisposableStack, version: HaproxyVersion, given: Given = {}) {
  const start = async (name: string) => stack.use(await startBackend(name));
  const backends = [await start('web-1'), await start('web-2')] as const;
  const servers = backends.map(({ name, address }): HaproxyServer => ({ name, address }));
  const haproxy = stack.use(await startHaproxy(version, setupOf({ servers, ...given })));
  await haproxy.until(async () => Object.values(await haproxy.column('status')).every((state) => state === 'UP'));
  const said: string[] = [];
  const drained = async (server: string, limit: number) => {
    const began = performance.now();
    await drain(lxdOf(haproxy), 'balancer-1', { backend: 'web', server, limit }, clock, (line) => said.push(line));
    return performance.now() - began;
  };
  return { haproxy, backends, drained, said };
}

const inFlight = (haproxy: Haproxy) => haproxy.until(async () => (await haproxy.column('scur'))['web-1'] === '1');

describe.each(haproxyVersions)('HAProxy %s', (version) => {
  test('visitors with a cookie go elsewhere at once, and what is in flight is answered', async () => {
    await using stack = new AsyncDisposableStack();
    const { haproxy, backends, drained, said } = await lab(stack, version, { service: { sticky: true } });
    const { port } = haproxy;
    const headers = { cookie: 'RELEVO-web=web-1' };
    backends[0].delay = 4000;
    const post = ask({ port, method: 'POST', headers });
    await inFlight(haproxy);
    const order: string[] = [];
    const both = Promise.all([
      drained('web-1', 20).then(() => order.push('drained')),
      post.then(({ server }) => order.push(`answered by ${server}`)),
    ]);
    await haproxy.until(async () => (await haproxy.column('status'))['web-1'] === 'MAINT');
    expect((await ask({ port, headers })).server).toBe('web-2');
    await both;
    expect([order, said]).toEqual([['answered by web-1', 'drained'], []]);
  });

  test('a request of before a reload is waited for', async () => {
    await using stack = new AsyncDisposableStack();
    const { haproxy, backends, drained } = await lab(stack, version, { service: { sticky: true } });
    backends[0].delay = 8000;
    const post = ask({ port: haproxy.port, method: 'POST', headers: { cookie: 'RELEVO-web=web-1' } });
    await inFlight(haproxy);
    await haproxy.reload();
    expect((await haproxy.column('scur'))['web-1']).toBe('0');
    const order: string[] = [];
    await Promise.all([
      drained('web-1', 20).then(() => order.push('drained')),
      post.then(({ status }) => order.push(`answered ${status}`)),
    ]);
    expect(order).toEqual(['answered 200', 'drained']);
  });

  test('what takes longer than the limit is said', async () => {
    await using stack = new AsyncDisposableStack();
    const { haproxy, backends, drained, said } = await lab(stack, version, { service: { sticky: true } });
    backends[0].delay = 5000;
    const post = ask({ port: haproxy.port, method: 'POST', headers: { cookie: 'RELEVO-web=web-1' } });
    await inFlight(haproxy);
    await drained('web-1', 0.5);
    expect(said).toEqual(['balancer-1: 1 still in flight on web-1 after 0.5 s: closed now']);
    expect((await post).status).toBe(200);
  });

  test('a HAProxy that does not say is not idle', async () => {
    const mute = {
      instances: {
        get: async () => ({ status: 'Running' }),
        exec: async () => ({ code: 1, stdout: '', stderr: 'no' }),
      },
    };
    const what = { backend: 'web', server: 'web-1', limit: 0.3 };
    const drained = drain(mute as unknown as Lxd, 'balancer-1', what, clock, () => {});
    await expect(drained).rejects.toThrow("web-1 can't be drained on balancer-1: no");
  });

  test('a server that was drained comes back when its check succeeds, and nothing is lost', async () => {
    await using stack = new AsyncDisposableStack();
    const { haproxy, backends, drained } = await lab(stack, version, { service: { sticky: true } });
    const [address = '', port] = backends[0].address.split(':');
    const plan = {
      backend: 'web',
      server: 'web-1',
      role: 'primary' as const,
      address,
      port: Number(port),
      further: [],
      check: checkOf(plain.services[0] as ServiceSpec),
      startPeriod: 20,
    };
    const all = new AbortController();
    const load = probe(haproxy.port, { seconds: 60, perSecond: 50, until: all.signal });
    await drained('web-1', 20);
    await backends[0].stop();
    await readmitAt(lxdOf(haproxy), 'balancer-1', plan);
    await sleep(500);
    expect((await haproxy.column('status'))['web-1']).not.toBe('UP');
    await backends[0].start();
    await awaitUp(lxdOf(haproxy), 'balancer-1', [plan], clock, () => {});
    all.abort();
    expect((await load).lost).toEqual({});
  });

  test('a page that takes its time is computed once, and a stream may pause', async () => {
    await using stack = new AsyncDisposableStack();
    const { haproxy, backends } = await lab(stack, version);
    await using _promoter = startPromoter(haproxy);
    for (const backend of backends) backend.delay = 3000;
    const { status } = await ask({ port: haproxy.port, headers: { 'x-id': 'slow' } });
    const times = backends.map(({ received }) => received.get('slow') ?? 0);
    expect([status, times.reduce((sum, each) => sum + each)]).toEqual([200, 1]);
  });

  test('who waits for a server that falls silent is sent elsewhere, or told of an error, as soon as it is DOWN', async () => {
    await using stack = new AsyncDisposableStack();
    const { haproxy, backends } = await lab(stack, version, { service: { sticky: true } });
    await using promoter = startPromoter(haproxy);
    const headers = { cookie: 'RELEVO-web=web-1' };
    backends[0].manner = 'mute';
    const began = performance.now();
    const took = async (method: string) => {
      const { status, server } = await ask({ port: haproxy.port, method, headers });
      return { status, server, after: Math.round(performance.now() - began) };
    };
    const [get, post] = await Promise.all([took('GET'), took('POST')]);
    figure(`${version} | silent: GET ${get.status} after ${get.after} ms, POST ${post.status} after ${post.after} ms`);
    expect([get.status, get.server, post.status]).toEqual([200, 'web-2', 502]);
    expect(Math.max(get.after, post.after)).toBeLessThan(5000);
    await haproxy.until(async () => promoter.told.length > 0);
    expect(promoter.told).toEqual(['cut: web-1 stopped responding: requests that wait for it are sent elsewhere']);
  });
});
