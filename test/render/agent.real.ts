import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { type AgentRig, startAgent } from '../rig/agent.ts';
import { startBackend } from '../rig/backend.ts';
import { figure } from '../rig/figures.ts';
import { startHaproxy } from '../rig/haproxy.ts';
import { haproxyVersions } from '../rig/haproxy-versions.ts';
import { probe } from '../rig/prober.ts';
import { setupOf } from './samples.ts';

/** Keeps the control group as busy as told, in steps of a tenth of a second. */
async function keep(agent: AgentRig, seconds: number, busy: number, waiting = 0): Promise<void> {
  const began = performance.now();
  const elapsed = () => (performance.now() - began) / 1000;
  while (elapsed() < seconds) {
    agent.used(elapsed() * busy, elapsed() * waiting);
    await sleep(50);
  }
}

const percentage = async (agent: AgentRig) => Number((await agent.ask()).replace('%\n', ''));

describe('the load agent', () => {
  test.concurrent.each([
    ['an idle instance', 0, 0, [95, 100]],
    ['a busy one', 0.6, 0, [30, 55]],
    ['one that uses all it has', 1, 0, [10, 20]],
    ['one that has to wait for others', 0.1, 0.7, [20, 45]],
  ] as const)('%s', async (_, busy, waiting, [least, most]) => {
    await using agent = await startAgent();
    await keep(agent, 4.5, busy, waiting);
    const free = await percentage(agent);
    expect(free).toBeGreaterThanOrEqual(least);
    expect(free).toBeLessThanOrEqual(most);
  });

  test('answers a number and nothing else, whatever it is told', async () => {
    await using agent = await startAgent();
    for (const words of [undefined, 'up ready 100%\n', 'GET / HTTP/1.1\r\n\r\n', 'x'.repeat(100_000)])
      expect(await agent.ask(words)).toMatch(/^\d{1,3}%\n$/);
  });

  test('says 100% where the kernel does not tell', async () => {
    await using agent = await startAgent('none');
    await sleep(1200);
    expect(await agent.ask()).toBe('100%\n');
  });
});

describe.each(haproxyVersions)('HAProxy %s', (version) => {
  test('gives a busy server less, and one that fails its checks nothing, whatever its agent says', async () => {
    await using stack = new AsyncDisposableStack();
    const [idle, busy] = [stack.use(await startBackend('idle')), stack.use(await startBackend('busy'))];
    const agents = [stack.use(await startAgent()), stack.use(await startAgent())] as const;
    const servers = [idle, busy].map(({ name, address }, index) => ({
      name,
      address,
      agent: agents[index]?.address ?? '',
    }));
    const haproxy = stack.use(await startHaproxy(version, setupOf({ servers, service: { algorithm: 'resource' } })));
    const weight = async () => Number((await haproxy.column('weight'))['busy']);
    const busyness = keep(agents[1], 8, 0.8);
    await haproxy.until(async () => (await weight()) < 40);
    const { servers: shares } = await probe(haproxy.port, { seconds: 0.8 });
    figure(
      `${version} | resource: weight ${await weight()}, ${shares['idle']} requests to the idle, ${shares['busy']} to the busy`,
    );
    expect(shares['idle'] ?? 0).toBeGreaterThan(1.5 * (shares['busy'] ?? 0));
    await busyness;

    await idle.stop();
    const status = async () => (await haproxy.column('status'))['idle'] ?? '';
    await haproxy.until(async () => (await status()) === 'DOWN');
    for (const began = performance.now(); performance.now() - began < 2500; await sleep(50)) {
      expect(await status()).toBe('DOWN');
    }
    await idle.start();
    await haproxy.until(async () => (await status()) === 'UP');
  });

  test('an agent that is silent or gone changes nothing', async () => {
    await using stack = new AsyncDisposableStack();
    const backend = stack.use(await startBackend('web-1'));
    const servers = [{ name: backend.name, address: backend.address, agent: '127.0.0.1:1' }];
    const haproxy = stack.use(await startHaproxy(version, setupOf({ servers, service: { algorithm: 'resource' } })));
    await sleep(2500);
    expect([(await haproxy.column('status'))['web-1'], (await haproxy.column('weight'))['web-1']]).toEqual([
      'UP',
      '100',
    ]);
  });
});
