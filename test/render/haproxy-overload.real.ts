import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { figure } from '../rig/figures.ts';
import { startHaproxy } from '../rig/haproxy.ts';
import { haproxyVersions } from '../rig/haproxy-versions.ts';
import { ask } from '../rig/prober.ts';
import { type Response, startSpeaker } from '../rig/speaker.ts';
import { setupOf } from './samples.ts';

/** Milliseconds that its only worker needs for each request, checks too. */
const work = 20;
const users = 120;
const seconds = 8;

/** One request after another, the rest waits in line: a backlog of more than 30 is more than a check waits for. */
async function startWorker(stack: AsyncDisposableStack) {
  const line: Response[] = [];
  let free = true;
  const next = () => {
    const response = free ? line.shift() : undefined;
    if (response === undefined) return;
    free = false;
    setTimeout(() => {
      response.end('ok');
      free = true;
      next();
    }, work);
  };
  return stack.use(
    await startSpeaker('http', (_, response) => {
      line.push(response);
      next();
    }),
  );
}

describe.each(haproxyVersions)('HAProxy %s', (version) => {
  test('a site that gets more than it can do is slow, and not gone', async () => {
    await using stack = new AsyncDisposableStack();
    const workers = [await startWorker(stack), await startWorker(stack)];
    const servers = workers.map(({ address }, index) => ({ name: `web-${index + 1}`, address }));
    const haproxy = stack.use(await startHaproxy(version, setupOf({ servers })));
    await haproxy.until(async () => Object.values(await haproxy.column('status')).every((state) => state === 'UP'));
    const statuses: Record<string, number> = {};
    const end = performance.now() + seconds * 1000;
    const loadOf = async () => {
      while (performance.now() < end) {
        const { status } = await ask({ port: haproxy.port });
        statuses[status] = (statuses[status] ?? 0) + 1;
      }
    };
    const load = Promise.all(Array.from({ length: users }, loadOf));
    const none = await haproxy.until(async () => Object.values(await haproxy.column('status')).every(isDown));
    await load;
    figure(`HAProxy ${version}, overload: all servers DOWN after ${none} ms, answers ${JSON.stringify(statuses)}`);
    expect(Object.keys(statuses)).toEqual(['200']);
    expect(statuses['200']).toBeGreaterThan((seconds * 1000) / work); // more than one of the two could do
    await haproxy.until(async () => Object.values(await haproxy.column('status')).every((state) => state === 'UP'));
  });

  test('servers that are dead are found as soon as ever, and an answer says so', async () => {
    await using stack = new AsyncDisposableStack();
    const worker = await startSpeaker('http', (_, response) => void response.end('ok'));
    const haproxy = stack.use(
      await startHaproxy(version, setupOf({ servers: [{ name: 'web-1', address: worker.address }] })),
    );
    await haproxy.until(async () => (await haproxy.column('status'))['web-1'] === 'UP');
    await worker[Symbol.asyncDispose]();
    expect((await ask({ port: haproxy.port })).status).toBe(503);
    await sleep(100);
    expect((await haproxy.column('status'))['web-1']).toBe('DOWN');
    const began = performance.now();
    expect((await ask({ port: haproxy.port })).status).toBe(503);
    expect(performance.now() - began).toBeLessThan(2000);
  });
});

function isDown(state: string): boolean {
  return state.startsWith('DOWN');
}
