import { EventEmitter } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import type WebSocket from 'ws';
import type { Api, CallOptions } from '../../src/adapters/lxd/api.ts';
import { connectLxd } from '../../src/adapters/lxd/client.ts';
import { endsInSilence } from '../../src/adapters/lxd/endpoint.ts';
import { lxdInstances } from '../../src/adapters/lxd/instances.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { LxdChange } from '../../src/ports/lxd.ts';
import { selfSigned } from '../rig/certificate.ts';
import { background, failure, operation, ScriptedLxd, silence, sync } from '../rig/scripted-lxd.ts';

const pem = String(selfSigned().content);
const [certificate = ''] = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----\n/.exec(pem) ?? [];
const tls = { key: pem, cert: certificate };
const keys = { clientCertificate: certificate, clientKey: new Secret(pem), serverCertificate: certificate };

function pair(): [ScriptedLxd, ScriptedLxd] & Disposable {
  const both: [ScriptedLxd, ScriptedLxd] = [new ScriptedLxd(tls), new ScriptedLxd(tls)];
  const dispose = () => {
    for (const each of both) each[Symbol.dispose]();
  };
  return Object.assign(both, { [Symbol.dispose]: dispose });
}

/** Nothing listens there. */
const nobody = 'https://127.0.0.1:1';

const server = sync({ api_extensions: [], environment: { server: 'lxd', storage_supported_drivers: [] } });

describe('a call that gets no answer', () => {
  it('ends at its deadline', async () => {
    using fake = new ScriptedLxd();
    fake.answers['GET /1.0'] = silence;
    await using lxd = connectLxd(await fake.overSocket(), { deadline: 100 });
    await expect(lxd.server()).rejects.toMatchObject({
      failure: { code: 'unreachable', message: expect.stringContaining('no answer within 0.1 s') },
    });
  });

  it('is an error where the answer breaks off', async () => {
    using fake = new ScriptedLxd();
    fake.answers['GET /1.0'] = (response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{"type":', () => response.destroy());
    };
    await using lxd = connectLxd(await fake.overSocket());
    await expect(lxd.server()).rejects.toMatchObject({ failure: { code: 'unreachable' } });
  });

  it('is made once where it changes something, and again where it reads', async () => {
    using fake = new ScriptedLxd();
    fake.answers['POST /1.0/projects'] = (response) => void response.destroy();
    fake.answers['GET /1.0'] = (response, request) => {
      if (fake.asked.length < 3) response.destroy();
      else server(response, request);
    };
    await using lxd = connectLxd(await fake.overSocket());
    await expect(lxd.projects.create('shop', {})).rejects.toMatchObject({ failure: { code: 'unreachable' } });
    expect(fake.asked).toEqual(['POST /1.0/projects']);
    await expect(lxd.server()).resolves.toMatchObject({ product: 'lxd' });
  });
});

describe('the space of a pool', () => {
  it('is what the member tells, where LXD leaves out zeros', async () => {
    using fake = new ScriptedLxd();
    fake.answers['GET /1.0/storage-pools/local/resources'] = sync({ space: { total: 100 }, inodes: { total: 1 } });
    await using lxd = connectLxd(await fake.overSocket());
    await expect(lxd.pools.space('local', 'm2')).resolves.toEqual({ used: 0, total: 100 });
  });

  it('is an error in the words of the member', async () => {
    using fake = new ScriptedLxd();
    fake.answers['GET /1.0/storage-pools/local/resources'] = failure(500, 'Failed to stat file');
    await using lxd = connectLxd(await fake.overSocket());
    await expect(lxd.pools.space('local', 'm2')).rejects.toThrow('Failed to stat file');
  });
});

describe('several endpoints', () => {
  it('are tried until one answers, which is asked first from then on', async () => {
    using fake = new ScriptedLxd(tls);
    fake.answers['GET /1.0'] = server;
    fake.answers['POST /1.0/projects'] = sync(null);
    await using lxd = connectLxd({ endpoints: [nobody, await fake.overTls()], ...keys });
    await lxd.projects.create('shop', {}); // to whom no connection is made, nothing was said
    await lxd.server();
    expect(fake.asked).toEqual(['POST /1.0/projects', 'GET /1.0']);
  });

  it('are believed only with the certificate that is pinned', async () => {
    const other = String(selfSigned().content);
    using fake = new ScriptedLxd({ key: other, cert: other });
    fake.answers['GET /1.0'] = server;
    await using lxd = connectLxd({ endpoints: [await fake.overTls()], ...keys });
    await expect(lxd.server()).rejects.toMatchObject({ failure: { code: 'unreachable' } });
    expect(fake.asked).toEqual([]);
  });
});

describe('a member that falls silent', () => {
  it('is left for another one, which is asked first from then on', async () => {
    using both = pair();
    const [silent, other] = both;
    silent.answers['GET /1.0'] = server;
    other.answers['GET /1.0'] = server;
    await using lxd = connectLxd(
      { endpoints: [await silent.overTls(), await other.overTls()], ...keys },
      { deadline: 300 },
    );
    await lxd.server();
    silent.answers['GET /1.0'] = silence; // over the connection that was kept
    await lxd.server();
    await lxd.server();
    expect([silent.asked.length, other.asked.length]).toEqual([2, 2]);
  });

  it('is not passed by where something may have been changed', async () => {
    using both = pair();
    const [silent, other] = both;
    silent.answers['POST /1.0/projects'] = silence;
    await using lxd = connectLxd(
      { endpoints: [await silent.overTls(), await other.overTls()], ...keys },
      { deadline: 300 },
    );
    await expect(lxd.projects.create('shop', {})).rejects.toThrow('no answer within 0.3 s');
    expect(other.asked).toEqual([]);
  });
});

describe('a guarded client', () => {
  const instance = { name: 'balancer-2', architecture: 'x86_64', profiles: [], config: {}, devices: {} };

  it('writes nothing once it may not, whatever it waited for before', async () => {
    using fake = new ScriptedLxd(tls);
    let leads = true;
    fake.answers['GET /1.0/instances/balancer-2'] = (response, request) => {
      leads = fake.asked.length < 2;
      (leads ? failure(500, 'Failed to begin transaction: EOF') : sync(instance))(response, request);
    };
    await using lxd = connectLxd({ endpoints: [await fake.overTls()], ...keys });
    const hands = lxd.guardedBy(() => leads);
    await expect(hands.instances.update('balancer-2', {}, {})).rejects.toMatchObject({
      failure: { code: 'interrupted' },
    });
    expect(fake.asked.every((name) => name.startsWith('GET'))).toBe(true);
    for (const write of [
      () => hands.instances.makeDirectory('balancer-2', '/srv'),
      () => hands.instances.deleteFile('balancer-2', '/srv/x'),
      () => hands.project('shop').instances.exec('balancer-2', ['true']),
      () => hands.images.createAlias({ name: 'x', target: 'y', description: '' }),
    ])
      await expect(write()).rejects.toMatchObject({ failure: { code: 'interrupted' } });
    await lxd.instances.update('balancer-2', {}, {}).catch(() => {});
    expect(fake.asked.at(-1)).toBe('PUT /1.0/instances/balancer-2');
  });

  it('is asked when the connection is there, not before', async () => {
    using fake = new ScriptedLxd(tls);
    fake.answers['POST /1.0/projects'] = sync(null);
    let leads = true;
    fake.onConnection = () => {
      leads = false; // while TLS is still spoken about
    };
    await using lxd = connectLxd({ endpoints: [await fake.overTls()], ...keys });
    const created = lxd.guardedBy(() => leads).projects.create('shop', {});
    await expect(created).rejects.toMatchObject({ failure: { code: 'interrupted' } });
    expect(fake.asked).toEqual([]);
  });
});

describe('a cluster without a leader', () => {
  it('is not what any other error is', async () => {
    using fake = new ScriptedLxd(tls);
    fake.answers['GET /1.0'] = failure(500, 'Failed to stat file');
    await using lxd = connectLxd({ endpoints: [await fake.overTls()], ...keys });
    await expect(lxd.server()).rejects.toThrow('Failed to stat file');
    expect(fake.asked).toHaveLength(1);
  });

  it('is asked again until it can read', async () => {
    using fake = new ScriptedLxd(tls);
    fake.answers['GET /1.0'] = (response, request) => {
      if (fake.asked.length < 2) failure(500, 'Failed to begin transaction')(response, request);
      else server(response, request);
    };
    await using lxd = connectLxd({ endpoints: [await fake.overTls()], ...keys });
    await expect(lxd.server()).resolves.toMatchObject({ product: 'lxd' });
  });

  it('is not asked again to change something', async () => {
    using fake = new ScriptedLxd(tls);
    fake.answers['POST /1.0/projects'] = failure(500, 'Failed to begin transaction');
    await using lxd = connectLxd({ endpoints: [await fake.overTls()], ...keys });
    await expect(lxd.projects.create('shop', {})).rejects.toThrow('Failed to begin transaction');
    expect(fake.asked).toHaveLength(1);
  });
});

describe('an endpoint that is not used any more', () => {
  it('ends what is under way through it, which is asked for elsewhere where it reads, and nothing else', async () => {
    using both = pair();
    const [first, second] = both;
    const endpoints = [await first.overTls(), await second.overTls()];
    first.answers['GET /1.0'] = silence;
    second.answers['GET /1.0'] = server;
    const { promise: held, resolve } = Promise.withResolvers<void>();
    let answer = () => {};
    second.answers['GET /1.0/projects/slow'] = (response, request) => {
      answer = () => sync({ name: 'slow' })(response, request);
      resolve();
    };
    await using lxd = connectLxd({ endpoints, ...keys });
    const waiting = lxd.server();
    await vi.waitFor(() => expect(first.asked).toHaveLength(1), { timeout: 10_000 });
    lxd.useOnly(endpoints.slice(1));
    expect((await waiting).product).toBe('lxd');
    const slow = lxd.projects.get('slow');
    await held;
    lxd.useOnly(endpoints);
    lxd.useOnly(endpoints.slice(1));
    answer();
    expect(await slow).toEqual({ name: 'slow' });
    expect(second.asked).toHaveLength(2);
  });
});

describe('changes', () => {
  it('are heard from another member where one is gone, after a gap', async () => {
    using both = pair();
    const [first, second] = both;
    const told = { metadata: { action: 'instance-stopped', source: '/1.0/instances/web-1?project=shop' } };
    first.opens['type=lifecycle&project=shop'] = (socket) => socket.terminate();
    second.opens['type=lifecycle&project=shop'] = (socket) => socket.send(JSON.stringify(told));
    const endpoints = [await first.overTls(), await second.overTls()];
    await using lxd = connectLxd({ endpoints, ...keys }, { project: 'shop' });
    const heard: LxdChange[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    using _ = lxd.changes((change) => {
      heard.push(change);
      if (heard.length === 1) first[Symbol.dispose]();
      if (change.kind === 'event') resolve();
    });
    await promise;
    expect(heard).toEqual([{ kind: 'gap' }, { kind: 'gap' }, { kind: 'event', ...told.metadata }]);
  });
});

describe('a socket', () => {
  it('whose peer answers no ping is ended', () => {
    vi.useFakeTimers();
    const events = new EventEmitter();
    let [answers, pings, ended] = [true, 0, false];
    const ping = () => {
      pings += 1;
      if (answers) events.emit('pong');
    };
    const terminate = () => {
      ended = true;
    };
    endsInSilence(Object.assign(events, { OPEN: 1, readyState: 1, ping, terminate }) as unknown as WebSocket);
    vi.advanceTimersByTime(60_000);
    expect([pings, ended]).toEqual([12, false]);
    answers = false;
    vi.advanceTimersByTime(14_000);
    expect(ended).toBe(false);
    vi.advanceTimersByTime(1000);
    expect(ended).toBe(true);
    vi.useRealTimers();
  });
});

describe('a background operation', () => {
  it('that ends an instance may take as long as its programs, and LXD has another minute to say so', async () => {
    const limits: unknown[] = [];
    const call = async (_method: string, _path: string, body: object, options?: CallOptions) =>
      void limits.push([body, options?.operationDeadline]);
    const { stop } = lxdInstances({ call } as unknown as Api);
    await stop('web-1', { force: false, timeout: 3600 });
    await stop('web-1', { force: true });
    expect(limits).toEqual([
      [{ action: 'stop', force: false, timeout: 3600 }, 3_660_000],
      [{ action: 'stop', force: true, timeout: 30 }, 300_000],
    ]);
  });

  it('is found finished by reading, where no event tells', async () => {
    using fake = new ScriptedLxd();
    fake.answers['DELETE /1.0/projects/shop'] = background('one');
    fake.answers['GET /1.0/operations/one'] = sync(operation('one', 200));
    fake.refused = /events/;
    await using lxd = connectLxd(await fake.overSocket());
    await lxd.projects.delete('shop');
  });

  it('goes on where the client is closed meanwhile, and its end is soon found', async () => {
    using fake = new ScriptedLxd();
    fake.answers['DELETE /1.0/projects/shop'] = background('one');
    fake.answers['GET /1.0/operations/one'] = sync(operation('one', 103));
    const lxd = connectLxd(await fake.overSocket());
    const deleted = lxd.projects.delete('shop');
    while (!fake.asked.includes('GET /1.0/operations/one')) await new Promise((resolve) => setTimeout(resolve, 10));
    const began = performance.now();
    await lxd.close();
    fake.asked.length = 0;
    while (fake.asked.length < 5) await new Promise((resolve) => setTimeout(resolve, 10));
    fake.answers['GET /1.0/operations/one'] = sync(operation('one', 200));
    await deleted;
    expect(performance.now() - began).toBeLessThan(6000); // it is read six times: 1.2 s, and 12 s as often as beside events
  });

  it('that fails is told with what LXD says', async () => {
    using fake = new ScriptedLxd();
    fake.answers['DELETE /1.0/projects/shop'] = background('one', { status_code: 400, err: 'it is not empty' });
    await using lxd = connectLxd(await fake.overSocket());
    await expect(lxd.projects.delete('shop')).rejects.toThrow('it is not empty (LXD, DELETE /1.0/projects/shop)');
  });

  it('that a restarted LXD forgot is not waited for', async () => {
    using fake = new ScriptedLxd();
    fake.answers['DELETE /1.0/projects/shop'] = background('one');
    await using lxd = connectLxd(await fake.overSocket());
    await expect(lxd.projects.delete('shop')).rejects.toThrow('LXD restarted and forgot "Creating instance" of web-1');
  });

  it('is waited for by as many as like', async () => {
    using fake = new ScriptedLxd();
    let status = 103;
    fake.answers['GET /1.0/operations'] = sync({ running: [operation('one', 103)] });
    fake.answers['GET /1.0/operations/one'] = (response, request) => sync(operation('one', status))(response, request);
    await using lxd = connectLxd(await fake.overSocket());
    const all = [lxd.settled(), lxd.settled(), lxd.settled()];
    while (fake.asked.length < 4) await new Promise((resolve) => setTimeout(resolve, 10));
    status = 200;
    await Promise.all(all);
  });

  it('that copies an image is not waited for any more once it stalls', async () => {
    using fake = new ScriptedLxd();
    fake.answers['POST /1.0/images'] = background('copy');
    fake.answers['GET /1.0/operations/copy'] = sync(operation('copy', 103));
    const lxd = connectLxd(await fake.overSocket());
    const copied = lxd.images.copyFromServer({ server: 'https://mirror', alias: 'debian/12', stall: 0.1 }, 'base');
    await expect(copied).rejects.toThrow('nothing has come for 0.1 s');
    await lxd.close(); // what is still waited for would be read often now
    fake.asked.length = 0;
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(fake.asked).toEqual([]);
  });

  it('of an earlier client is waited for, and a command of who led; not one that may last', async () => {
    using fake = new ScriptedLxd();
    const environment = { HOME: '/root' };
    const session = { class: 'websocket', metadata: { environment } };
    const command = { class: 'websocket', metadata: { environment: { ...environment, RELEVO_LEADS: '1' } } };
    const running = [operation('one', 103), operation('two', 103, session), operation('three', 103, command)];
    fake.answers['GET /1.0/operations'] = sync({ running });
    fake.answers['GET /1.0/operations/one'] = sync(operation('one', 400)); // how it ended is not ours to judge
    fake.answers['GET /1.0/operations/three'] = sync(operation('three', 400));
    await using lxd = connectLxd(await fake.overSocket());
    await lxd.settled();
    expect(fake.asked).toContain('GET /1.0/operations/three');
    expect(fake.asked).not.toContain('GET /1.0/operations/two');
  });
});
