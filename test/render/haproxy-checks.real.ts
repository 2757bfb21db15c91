import { connect as connectHttp2 } from 'node:http2';
import { describe, expect, test } from 'vitest';
import { whatCameBack } from '../../src/apply/unhealthy.ts';
import { checkOf } from '../../src/domain/check.ts';
import type { HealthSpec, Protocol, ServiceSpec } from '../../src/domain/spec.ts';
import { serverStats } from '../../src/observe/haproxy.ts';
import { trialRefused, tryChecks } from '../../src/render/haproxy-load.ts';
import { haproxyTrial } from '../../src/render/haproxy-trial.ts';
import { startHaproxy } from '../rig/haproxy.ts';
import { type HaproxyVersion, haproxyVersions } from '../rig/haproxy-versions.ts';
import { ask } from '../rig/prober.ts';
import { type Request, type Response, startSpeaker } from '../rig/speaker.ts';
import { plain, setupOf } from './samples.ts';

const [web] = plain.services as [ServiceSpec];

interface Asked {
  readonly health?: Partial<HealthSpec>;
  readonly protocol?: Protocol;
  /** What the server speaks, where it is something else. */
  readonly spoken?: Protocol;
  readonly haproxy?: readonly string[];
  readonly answer?: (request: Request, response: Response) => void;
}

/** A server, and a HAProxy that has not met it: only a trial asks it. */
async function lab(stack: AsyncDisposableStack, version: HaproxyVersion, asked: Asked) {
  const { protocol = 'http', spoken = protocol, answer = (_, response) => response.end('ok') } = asked;
  const speaker = stack.use(await startSpeaker(spoken, answer));
  const service = { ...web, protocol, health: { ...web.health, ...asked.health }, haproxy: asked.haproxy ?? [] };
  const servers = [{ name: 'web-1', address: speaker.address }];
  const haproxy = stack.use(await startHaproxy(version, setupOf({ servers: [] })));
  const trial = haproxyTrial(plain.balancer, [{ service, servers, connectOnly: false }]);
  const tried = await haproxy.run(tryChecks(['web-1'], 4), trial);
  const stat = serverStats(tried.stdout).find(({ name }) => name === 'web-1');
  return {
    ...tried,
    service,
    servers,
    speaker,
    said: whatCameBack({ check: checkOf(service), port: speaker.port }, stat),
  };
}

describe.each(haproxyVersions)('HAProxy %s', (version) => {
  test.each(['http', 'https', 'h2c'] as const)('asks over %s as the service wants, and serves so', async (protocol) => {
    await using stack = new AsyncDisposableStack();
    const seen: [string | undefined, string | undefined, string][] = [];
    const { code, service, servers } = await lab(stack, version, {
      protocol,
      health: {
        path: '/$up',
        host: 'up.example.org',
        headers: { 'X-A': `50 % "of" it's \\ #`, te: 'trailers' },
        status: '401',
      },
      answer: (request, response) => {
        const host = request.headers[':authority'] ?? request.headers.host;
        seen.push([host as string, request.headers['x-a'] as string, request.httpVersion]);
        response.writeHead(request.url === '/$up' ? 401 : 200, { 'x-server': 'web-1' }).end('ok');
      },
    });
    const version2 = protocol === 'http' ? '1.1' : '2.0';
    expect([code, seen[0]]).toEqual([0, ['up.example.org', `50 % "of" it's \\ #`, version2]]);
    const haproxy = stack.use(await startHaproxy(version, setupOf({ service, servers })));
    await haproxy.until(async () => (await haproxy.column('status'))['web-1'] === 'UP');
    const { status, server } = await ask({ port: haproxy.port, headers: { host: 'www.example.org' } });
    expect([status, server, seen.at(-1)?.[0]]).toEqual([200, 'web-1', 'www.example.org']);
    expect(await overHttp2(haproxy.port)).toBe(200);
  });

  test('a new check that would fail is told of in words, with the likely cure', { timeout: 120_000 }, async () => {
    await using stack = new AsyncDisposableStack();
    const say = (status: number) => (_: Request, response: Response) => void response.writeHead(status).end();
    const told = async (asked: Asked) => {
      const { code, said } = await lab(stack, version, asked);
      return [code, said.said, said.hint] as const;
    };
    const health = { path: '/up', host: 'api.example.org' };
    expect(await told({ health, answer: say(400) })).toEqual([
      1,
      'HAProxy asked GET /up with Host api.example.org and got 400',
      expect.stringContaining('`health.host`'),
    ]);
    expect(await told({ answer: say(401) })).toEqual([
      1,
      'HAProxy asked GET /healthz with Host localhost and got 401',
      'ask with what it wants (`health.headers`), or for another `health.path`, or let it count: `health.status: [200-399, 401]`',
    ]);
    const slow = (_: Request, response: Response) => void setTimeout(() => response.end(), 800);
    expect(await told({ answer: slow })).toEqual([
      1,
      'HAProxy asked GET /healthz with Host localhost and got no answer within 600 ms',
      expect.stringContaining('`health.timeout`'),
    ]);
    expect((await told({ answer: slow, health: { timeout: 1.5 } }))[0]).toBe(0);
    expect((await told({ protocol: 'https', spoken: 'http' }))[1]).toMatch(/and no TLS connection came about: /);
    expect((await told({ spoken: 'https' }))[2]).toMatch(/protocol/);
    expect((await told({ spoken: 'h2c' }))[2]).toMatch(/`protocol`/);
  });

  test('raw lines are tried too, and those that HAProxy refuses are its words', async () => {
    await using stack = new AsyncDisposableStack();
    const raw = ['http-check expect rstring nothing'];
    expect((await lab(stack, version, { haproxy: raw })).code).toBe(1);
    const bad = await lab(stack, version, { haproxy: ['no-such-word'] });
    expect([bad.code, bad.stderr]).toEqual([trialRefused, expect.stringContaining('no-such-word')]);
  });
});

function overHttp2(port: number): Promise<number | undefined> {
  const session = connectHttp2(`http://127.0.0.1:${port}`);
  return new Promise((resolve, reject) => {
    const stream = session.request({ ':path': '/', ':method': 'POST', 'content-type': 'application/grpc' });
    stream.on('response', (headers) => resolve(headers[':status']));
    stream.on('error', reject);
    stream.on('close', () => session.close());
    stream.resume();
    stream.end('x');
  });
}
