import { describe, expect, test } from 'vitest';
import type { HaproxyServer } from '../../src/render/haproxy.ts';
import { startBackend } from '../rig/backend.ts';
import { startHaproxy } from '../rig/haproxy.ts';
import { haproxyVersions } from '../rig/haproxy-versions.ts';
import { ask } from '../rig/prober.ts';
import { setupOf } from './samples.ts';

describe.each(haproxyVersions)('HAProxy %s', (version) => {
  test('a service is called by its name, from inside only, and retried as for visitors', async () => {
    await using stack = new AsyncDisposableStack();
    const backends = [];
    for (const name of ['web-1', 'api-1', 'api-2']) backends.push(stack.use(await startBackend(name)));
    const [web, ...apis] = backends.map(({ name, address }): HaproxyServer => ({ name, address }));
    const api = { service: { name: 'api', routes: [] }, servers: apis };
    const setup = setupOf({ servers: [web as HaproxyServer], more: [api] });
    const haproxy = stack.use(await startHaproxy(version, setup));
    const states = async () => Object.values(await haproxy.column('status'));
    await haproxy.until(async () => (await states()).every((state) => state.startsWith('UP')));
    const call = (host: string, headers = {}) => ask({ port: haproxy.callsPort, headers: { host, ...headers } });

    const answers = await Promise.all(Array.from({ length: 6 }, () => call('API.internal:80')));
    expect(new Set(answers.map(({ server }) => server))).toEqual(new Set(['api-1', 'api-2']));
    expect((await call('web.internal')).server).toBe('web-1');
    expect(backends[0]?.lastHeaders).toMatchObject({ 'x-forwarded-proto': 'http', host: 'web.internal' });
    await call('web.internal', { 'x-forwarded-proto': 'https', proxy: 'x' });
    expect(backends[0]?.lastHeaders).toMatchObject({ 'x-forwarded-proto': 'https' });
    expect(backends[0]?.lastHeaders).not.toHaveProperty('proxy');

    const unknown = await call('shop.internal');
    expect([unknown.status, unknown.body]).toEqual([404, 'There is no service of this name.\n']);
    const outside = await ask({ port: haproxy.port, headers: { host: 'api.internal' } });
    expect(outside.server).toBe('web-1');

    const statuses = [];
    for (let number = 0; number < 100; number += 1) {
      if (number === 30) await backends[1]?.stop();
      statuses.push((await call('api.internal')).status);
    }
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
  });
});
