import { describe, expect, test } from 'vitest';
import { awaitUp, readmitAt } from '../../src/apply/balancer.ts';
import { drain } from '../../src/apply/drain.ts';
import { checkOf } from '../../src/domain/check.ts';
import type { ServerPlan } from '../../src/domain/desired.ts';
import type { ServiceSpec } from '../../src/domain/spec.ts';
import { serverStats } from '../../src/observe/haproxy.ts';
import type { Lxd } from '../../src/ports/lxd.ts';
import type { HaproxyServer } from '../../src/render/haproxy.ts';
import { type Backend, startBackend } from '../rig/backend.ts';
import { type Haproxy, startHaproxy } from '../rig/haproxy.ts';
import { type HaproxyVersion, haproxyVersions } from '../rig/haproxy-versions.ts';
import { ask, probe } from '../rig/prober.ts';
import { startPromoter } from '../rig/promoter.ts';
import { plain, setupOf } from './samples.ts';

const clock = {
  elapsed: () => performance.now(),
  sleep: (milliseconds: number) => new Promise<void>((done) => setTimeout(done, milliseconds)),
};

/** The balancer's instance is this HAProxy. */
function lxdOf(haproxy: Haproxy): Lxd {
  const exec = async (_: string, argv: readonly string[], options: { stdin?: string } = {}) => ({
    ...(await haproxy.run(argv, options.stdin)),
    whole: true,
  });
  return { instances: { exec, get: async () => ({ status: 'Running' }) } } as unknown as Lxd;
}

/** An instance whose program listens on two ports. */
interface Instance {
  readonly own: Backend;
  readonly second: Backend;
  readonly server: HaproxyServer;
  kill(): Promise<void>;
}

const second = 6001;
const routes = [{ header: {} }, { path: '/ws', header: {}, port: second }];

async function instance(stack: AsyncDisposableStack, name: string, role: 'primary' | 'backup'): Promise<Instance> {
  const [own, other] = [stack.use(await startBackend(name)), stack.use(await startBackend(name))];
  const server = { name, role, address: own.address, further: { [second]: other.address } };
  return { own, second: other, server, kill: async () => void (await Promise.all([own.stop(), other.stop()])) };
}

async function lab(stack: AsyncDisposableStack, version: HaproxyVersion, service: Partial<ServiceSpec> = {}) {
  const backups = service.backups?.count ?? 0;
  const roles = ['primary', 'primary', ...Array.from({ length: backups }, () => 'backup' as const)] as const;
  const all = await Promise.all(roles.map((role, index) => instance(stack, `web-${index + 1}`, role)));
  const servers = all.map(({ server }) => server);
  const setup = setupOf({ service: { routes, ...service }, servers });
  const haproxy = stack.use(await startHaproxy(version, setup));
  const stats = async () => serverStats(await haproxy.runtime('show stat -1 4 -1'));
  const status = async (name: string) => (await stats()).find((stat) => stat.name === name);
  await haproxy.until(async () => (await stats()).every((stat) => stat.status === 'UP'));
  const onSecond = (headers: Readonly<Record<string, string>> = {}, method = 'GET') =>
    ask({ port: haproxy.port, path: '/ws', headers, method });
  const drained = (server: string, said: string[] = []) =>
    drain(lxdOf(haproxy), 'balancer-1', { backend: 'web', server, limit: 20 }, clock, (line) => said.push(line));
  const [first] = all as [Instance];
  return { haproxy, all, first, setup, stats, status, onSecond, drained, until: haproxy.until };
}

function planOf({ server: { name, address, further = {} } }: Instance): ServerPlan {
  const [host = '', port] = address.split(':');
  return {
    ...{ backend: 'web', server: name, role: 'primary', address: host, port: Number(port), startPeriod: 20 },
    further: [{ backend: `web:${second}`, port: Number(further[second]?.split(':')[1]) }],
    check: checkOf(plain.services[0] as ServiceSpec),
  };
}

const visitor = { cookie: 'RELEVO-web=web-1' };

describe.each(haproxyVersions)('HAProxy %s, two ports', (version) => {
  test('each route leads to its port, and a cookie to one instance on both', async () => {
    await using stack = new AsyncDisposableStack();
    const { haproxy, all, onSecond } = await lab(stack, version, { sticky: true });
    const answers = await Promise.all([
      ...['web-1', 'web-2'].map((name) => onSecond({ cookie: `RELEVO-web=${name}`, 'x-id': name })),
      ...['web-1', 'web-2'].map((name) => ask({ port: haproxy.port, headers: { cookie: `RELEVO-web=${name}` } })),
    ]);
    expect(answers.map(({ server }) => server)).toEqual(['web-1', 'web-2', 'web-1', 'web-2']);
    expect(all.map((each) => [each.own.received.size, each.second.received.size])).toEqual([
      [0, 1],
      [0, 1],
    ]);
  });

  test('what is in flight on the second one is waited for, and nothing new gets there', async () => {
    await using stack = new AsyncDisposableStack();
    const { first, onSecond, drained, status, until } = await lab(stack, version, { sticky: true });
    first.second.delay = 3000;
    const post = onSecond(visitor, 'POST');
    await until(async () => (await status('web-1'))?.sessions === 1);
    const [order, said]: [string[], string[]] = [[], []];
    const both = Promise.all([
      drained('web-1', said).then(() => order.push('drained')),
      post.then(({ server }) => order.push(`answered by ${server}`)),
    ]);
    await until(async () => (await status('web-1'))?.status === 'MAINT');
    expect((await onSecond(visitor)).server).toBe('web-2');
    await both;
    expect([order, said]).toEqual([['answered by web-1', 'drained'], []]);
  });

  test('what is in flight there since before a reload is waited for', async () => {
    await using stack = new AsyncDisposableStack();
    const { haproxy, first, onSecond, drained, status, until } = await lab(stack, version, { sticky: true });
    first.second.delay = 6000;
    const post = onSecond(visitor, 'POST');
    await until(async () => (await status('web-1'))?.sessions === 1);
    await haproxy.reload();
    expect((await status('web-1'))?.sessions).toBe(0);
    const order: string[] = [];
    await Promise.all([
      drained('web-1').then(() => order.push('drained')),
      post.then((answer) => order.push(`answered ${answer.status}`)),
    ]);
    expect(order).toEqual(['answered 200', 'drained']);
  });

  test('an instance that was drained is left alone over a reload, and comes back on both ports', async () => {
    await using stack = new AsyncDisposableStack();
    const { haproxy, first, setup, stats, onSecond, drained } = await lab(stack, version, { sticky: true });
    await drained('web-1');
    await haproxy.reload(setup.text.replace('timeout queue 5000ms', 'timeout queue 6000ms'));
    expect((await onSecond(visitor)).server).toBe('web-2');
    const plan = planOf(first);
    await readmitAt(lxdOf(haproxy), 'balancer-1', plan);
    await awaitUp(lxdOf(haproxy), 'balancer-1', [plan], clock, () => {});
    expect((await onSecond(visitor)).server).toBe('web-1');
    const csv = await haproxy.runtime('show stat -1 4 -1');
    expect(csv).not.toContain('MAINT');
    expect((await stats()).map(({ name }) => name)).toEqual(['web-1', 'web-2']);
  });

  test('a killed instance gets nothing on the second one, after a reload neither, and nothing is lost', async () => {
    await using stack = new AsyncDisposableStack();
    const { haproxy, first, setup, onSecond, status, until } = await lab(stack, version);
    const all = new AbortController();
    const load = probe(haproxy.port, { seconds: 60, perSecond: 50, until: all.signal, path: () => '/ws' });
    await first.kill();
    await until(async () => (await status('web-1'))?.status === 'DOWN');
    await first.second.start(); // who listens there again is out all the same: only the check on its own port counts
    for (let turn = 0; turn < 2; turn++) {
      for (let count = 0; count < 10; count++)
        expect((await onSecond({ 'x-id': `${turn} ${count}` })).server).toBe('web-2');
      await haproxy.reload(setup.text.replace('timeout queue 5000ms', 'timeout queue 6000ms'));
    }
    all.abort();
    expect((await load).lost).toEqual({});
  });

  test('a backup is promoted on both, also after a reload, and steps back on both', async () => {
    await using stack = new AsyncDisposableStack();
    const backups = { count: 1, kind: 'warm' } as const;
    const { haproxy, all, first, status, onSecond, until } = await lab(stack, version, { backups });
    await using _promoter = startPromoter(haproxy);
    const weights = async () => {
      const stat = await status('web-3');
      return [stat?.weight, ...(stat?.further.map(({ weight }) => weight) ?? [])];
    };
    await first.kill();
    await until(async () => (await weights()).join() === '1,1');
    await haproxy.reload();
    await until(async () => (await weights()).join() === '1,1');
    const servers = await Promise.all(Array.from({ length: 10 }, async () => (await onSecond()).server));
    expect(new Set(servers)).toEqual(new Set(['web-2', 'web-3']));
    await Promise.all([first.own.start(), first.second.start()]);
    await until(async () => (await weights()).join() === '0,0');
    await Promise.all(all.slice(0, 2).map(({ kill }) => kill()));
    await until(async () => (await status('web-1'))?.status === 'DOWN' && (await status('web-2'))?.status === 'DOWN');
    expect((await onSecond()).server).toBe('web-3');
  });

  test('servers that are too slow for their checks are asked on the second one all the same', async () => {
    await using stack = new AsyncDisposableStack();
    const { all, stats, onSecond, drained, until } = await lab(stack, version);
    for (const { own } of all) own.manner = 'mute';
    await until(async () => (await stats()).every(({ status }) => status === 'DOWN'));
    expect((await onSecond()).status).toBe(200);
    await drained('web-1');
    const servers = await Promise.all(Array.from({ length: 6 }, async () => (await onSecond()).server));
    expect(new Set(servers)).toEqual(new Set(['web-2']));
  });
});
