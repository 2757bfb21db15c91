import { describe, expect, it } from 'vitest';
import { connectLxd } from '../../src/adapters/lxd/client.ts';
import { selfSigned } from '../rig/certificate.ts';
import { background, FakeLxd, failure, operation, silence, sync } from '../rig/fake-lxd.ts';

const pem = String(selfSigned().content);
const [certificate = ''] = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----\n/.exec(pem) ?? [];
const tls = { key: pem, cert: certificate };
const keys = { clientCertificate: certificate, clientKey: pem, serverCertificate: certificate };

/** Nothing listens there. */
const nobody = 'https://127.0.0.1:1';

const server = sync({ api_extensions: [], environment: { server: 'lxd', storage_supported_drivers: [] } });

describe('a call that gets no answer', () => {
  it('ends at its deadline', async () => {
    using fake = new FakeLxd();
    fake.answers['GET /1.0'] = silence;
    await using lxd = connectLxd(await fake.overSocket(), { deadline: 100 });
    await expect(lxd.server()).rejects.toMatchObject({
      failure: { code: 'unreachable', message: expect.stringContaining('no answer within 0.1 s') },
    });
  });

  it('is an error where the answer breaks off', async () => {
    using fake = new FakeLxd();
    fake.answers['GET /1.0'] = (response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{"type":', () => response.destroy());
    };
    await using lxd = connectLxd(await fake.overSocket());
    await expect(lxd.server()).rejects.toMatchObject({ failure: { code: 'unreachable' } });
  });

  it('is made once where it changes something, and again where it reads', async () => {
    using fake = new FakeLxd();
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

describe('several endpoints', () => {
  it('are tried until one answers, which is asked first from then on', async () => {
    using fake = new FakeLxd(tls);
    fake.answers['GET /1.0'] = server;
    fake.answers['POST /1.0/projects'] = sync(null);
    await using lxd = connectLxd({ endpoints: [nobody, await fake.overTls()], ...keys });
    await lxd.projects.create('shop', {}); // to whom no connection is made, nothing was said
    await lxd.server();
    expect(fake.asked).toEqual(['POST /1.0/projects', 'GET /1.0']);
  });

  it('are believed only with the certificate that is pinned', async () => {
    const other = String(selfSigned().content);
    using fake = new FakeLxd({ key: other, cert: other });
    fake.answers['GET /1.0'] = server;
    await using lxd = connectLxd({ endpoints: [await fake.overTls()], ...keys });
    await expect(lxd.server()).rejects.toMatchObject({ failure: { code: 'unreachable' } });
    expect(fake.asked).toEqual([]);
  });
});

describe('a cluster without a leader', () => {
  it('is asked again until it can read', async () => {
    using fake = new FakeLxd(tls);
    fake.answers['GET /1.0'] = (response, request) => {
      if (fake.asked.length < 2) failure(500, 'Failed to begin transaction')(response, request);
      else server(response, request);
    };
    await using lxd = connectLxd({ endpoints: [await fake.overTls()], ...keys });
    await expect(lxd.server()).resolves.toMatchObject({ product: 'lxd' });
  });

  it('is not asked again to change something', async () => {
    using fake = new FakeLxd(tls);
    fake.answers['POST /1.0/projects'] = failure(500, 'Failed to begin transaction');
    await using lxd = connectLxd({ endpoints: [await fake.overTls()], ...keys });
    await expect(lxd.projects.create('shop', {})).rejects.toThrow('Failed to begin transaction');
    expect(fake.asked).toHaveLength(1);
  });
});

describe('a background operation', () => {
  it('is found finished by reading, where no event tells', async () => {
    using fake = new FakeLxd();
    fake.answers['DELETE /1.0/projects/shop'] = background('one');
    fake.answers['GET /1.0/operations/one'] = sync(operation('one', 200));
    fake.refused = /events/;
    await using lxd = connectLxd(await fake.overSocket());
    await lxd.projects.delete('shop');
  });

  it('goes on where the client is closed meanwhile, and its end is soon found', async () => {
    using fake = new FakeLxd();
    fake.answers['DELETE /1.0/projects/shop'] = background('one');
    fake.answers['GET /1.0/operations/one'] = sync(operation('one', 103));
    const lxd = connectLxd(await fake.overSocket());
    const deleted = lxd.projects.delete('shop');
    while (!fake.asked.includes('GET /1.0/operations/one')) await new Promise((resolve) => setTimeout(resolve, 10));
    const began = performance.now();
    await lxd.close();
    fake.answers['GET /1.0/operations/one'] = sync(operation('one', 200));
    await deleted;
    expect(performance.now() - began).toBeLessThan(1000);
  });

  it('that fails is told with what LXD says', async () => {
    using fake = new FakeLxd();
    fake.answers['DELETE /1.0/projects/shop'] = background('one', { status_code: 400, err: 'it is not empty' });
    await using lxd = connectLxd(await fake.overSocket());
    await expect(lxd.projects.delete('shop')).rejects.toThrow('it is not empty (LXD, DELETE /1.0/projects/shop)');
  });

  it('that a restarted LXD forgot is not waited for', async () => {
    using fake = new FakeLxd();
    fake.answers['DELETE /1.0/projects/shop'] = background('one');
    await using lxd = connectLxd(await fake.overSocket());
    await expect(lxd.projects.delete('shop')).rejects.toThrow('LXD restarted and forgot "Creating instance" of web-1');
  });

  it('of an earlier client is waited for, unless it is a session that may last', async () => {
    using fake = new FakeLxd();
    const running = [operation('one', 103), operation('two', 103, { class: 'websocket' })];
    fake.answers['GET /1.0/operations'] = sync({ running });
    fake.answers['GET /1.0/operations/one'] = sync(operation('one', 400)); // how it ended is not ours to judge
    await using lxd = connectLxd(await fake.overSocket());
    await lxd.settled();
    expect(fake.asked).not.toContain('GET /1.0/operations/two');
  });
});

describe('a command in an instance', () => {
  const fds = { metadata: { fds: { 0: 'in', 1: 'out', 2: 'err', control: 'control' } } };

  it('fails at once where one of its streams is refused', async () => {
    using fake = new FakeLxd();
    fake.answers['POST /1.0/instances/web-1/exec'] = background('one', fds);
    fake.answers['GET /1.0/operations/one'] = sync(operation('one', 103));
    fake.refused = /secret=out/;
    await using lxd = connectLxd(await fake.overSocket());
    await expect(lxd.instances.exec('web-1', ['true'])).rejects.toThrow('no stream to a command in web-1');
  });

  it('that does not end is given up after its time', async () => {
    using fake = new FakeLxd();
    fake.answers['POST /1.0/instances/web-1/exec'] = background('one', fds);
    fake.answers['GET /1.0/operations/one'] = (response, request) => {
      const killed = performance.now() - began > 300;
      sync(operation('one', killed ? 200 : 103))(response, request);
    };
    await using lxd = connectLxd(await fake.overSocket());
    const began = performance.now();
    const late = lxd.instances.exec('web-1', ['sleep', '60'], { timeout: 0.3 });
    await expect(late).rejects.toThrow('`sleep` in web-1 did not end within 0.3 s');
  });

  it('that LXD lost sight of is run again where it only looks', async () => {
    using fake = new FakeLxd();
    let runs = 0;
    fake.answers['POST /1.0/instances/web-1/exec'] = (response, request) => {
      runs += 1;
      background(`run-${runs}`, runs === 1 ? fds : { status_code: 400, err: 'run again' })(response, request);
    };
    fake.answers['GET /1.0/operations/run-1'] = sync(operation('run-1', 103));
    await using lxd = connectLxd(await fake.overSocket());
    const look = lxd.instances.exec('web-1', ['true'], { timeout: -4.9, onlyLooks: true }); // and 5 s of grace
    await expect(look).rejects.toThrow();
    expect(runs).toBe(2);
  });

  it('in an instance that does not exist', async () => {
    using fake = new FakeLxd();
    fake.answers['POST /1.0/instances/web-1/exec'] = failure(404, 'Instance not found');
    await using lxd = connectLxd(await fake.overSocket());
    await expect(lxd.instances.exec('web-1', ['true'])).rejects.toMatchObject({ failure: { code: 'not-found' } });
  });
});
