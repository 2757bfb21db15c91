import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { Connections } from '../../../src/load/http/connections.ts';
import { limits } from '../../../src/load/http/parser.ts';
import { freePort } from '../../rig/port.ts';
import { clock, newConnections, RawServer, routeTo, wire } from './rig.ts';

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

/** What one request brings from a server that answers so. */
async function exchange(answer: (socket: Socket, request: string, number: number) => void, changes = {}) {
  await using server = await RawServer.listen(answer);
  const { connections } = newConnections();
  using _ = connections;
  const read = await connections.exchange(routeTo(server.port), wire(changes));
  return { ...read, body: Buffer.concat(read.parts).toString(), failure: read.failure };
}

describe('a connection', () => {
  it('is kept for the next request', async () => {
    await using server = await RawServer.listen((socket) => socket.write(ok));
    const { connections } = newConnections();
    using _ = connections;
    for (let i = 0; i < 5; i++) {
      const answer = await connections.exchange(routeTo(server.port), wire());
      expect(answer).toMatchObject({ status: 200, reason: 'OK', received: ok.length, failure: undefined });
      expect(answer.connected > 0).toBe(i === 0);
      expect(answer.firstByte).toBeLessThanOrEqual(answer.end);
    }
    expect(server.connections).toBe(1);
  });

  it('is another one for each of two requests at once', async () => {
    await using server = await RawServer.listen((socket) => setImmediate(() => socket.write(ok)));
    const { connections } = newConnections();
    using _ = connections;
    const both = () => Promise.all([1, 2].map(() => connections.exchange(routeTo(server.port), wire())));
    await both();
    await both();
    expect(server.connections).toBe(2);
  });

  it.each([
    ['the server closes it', 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n', {}],
    ['the request closes it', ok, { keepAlive: false }],
    ['the server keeps it no second', 'HTTP/1.1 200 OK\r\nKeep-Alive: timeout=0\r\nContent-Length: 0\r\n\r\n', {}],
    ['there is more than the answer', `${ok}surplus`, {}],
    ['the answer has two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n', {}],
  ])('is not used again where %s', async (_, text, changes) => {
    await using server = await RawServer.listen((socket) => socket.write(text));
    const { connections } = newConnections();
    using __ = connections;
    for (let i = 0; i < 2; i++) {
      expect(await connections.exchange(routeTo(server.port), wire(changes))).toMatchObject({ status: 200 });
    }
    expect(server.connections).toBe(2);
  });

  it('is made anew where the server has closed it meanwhile', async () => {
    await using server = await RawServer.listen((socket, _, number) => {
      socket.write(ok);
      if (number === 1) socket.end();
    });
    const { connections } = newConnections();
    using _ = connections;
    await connections.exchange(routeTo(server.port), wire());
    while (server.sockets.size > 0) await clock.sleep(1);
    expect(await connections.exchange(routeTo(server.port), wire())).toMatchObject({ status: 200, failure: undefined });
    expect(server.connections).toBe(2);
  });

  it('does not take for an answer what came before the request', async () => {
    await using server = await RawServer.listen((socket, _, number) => {
      socket.write(ok);
      if (number === 1) setTimeout(() => socket.write('HTTP/1.1 500 Old\r\nContent-Length: 0\r\n\r\n'), 20);
    });
    const { connections } = newConnections();
    using _ = connections;
    await connections.exchange(routeTo(server.port), wire());
    while (server.sockets.size > 0) await clock.sleep(1);
    expect((await connections.exchange(routeTo(server.port), wire())).status).toBe(200);
  });

  it('is closed by a reset, and begins anew', async () => {
    await using server = await RawServer.listen((socket) => socket.write(ok));
    const { connections } = newConnections();
    using _ = connections;
    await connections.exchange(routeTo(server.port), wire());
    connections.reset();
    await connections.exchange(routeTo(server.port), wire());
    expect(server.connections).toBe(2);
  });

  it('is not used after a minute, however busy', async () => {
    await using server = await RawServer.listen((socket) => socket.write(ok));
    let passed = 0;
    const later = { ...clock, now: () => clock.now() + passed };
    using connections = new Connections(later, new AbortController().signal);
    for (passed of [0, 59_000, 61_000, 62_000]) await connections.exchange(routeTo(server.port), wire());
    expect(server.connections).toBe(2);
  });

  it('comes from the address that it shall', async () => {
    const from: (string | undefined)[] = [];
    await using server = await RawServer.listen((socket) => {
      from.push(socket.remoteAddress);
      socket.write(ok);
    });
    const { connections } = newConnections();
    using _ = connections;
    await connections.exchange({ ...routeTo(server.port), localAddress: '127.0.0.9' }, wire());
    expect(from).toEqual(['127.0.0.9']);
  });

  it('sends nothing twice', async () => {
    await using server = await RawServer.listen((socket, _, number) =>
      number === 1 ? socket.write(ok) : socket.destroy(),
    );
    const { connections } = newConnections();
    using _ = connections;
    await connections.exchange(routeTo(server.port), wire());
    const answer = await connections.exchange(routeTo(server.port), wire());
    expect(answer.failure).toMatchObject({ lost: true });
    expect(server.requests).toHaveLength(2);
  });

  it('sends head and body', async () => {
    await using server = await RawServer.listen((socket) => socket.write(ok));
    const { connections } = newConnections();
    using _ = connections;
    const head = 'POST /é HTTP/1.1\r\nContent-Length: 3\r\n\r\n';
    const answer = await connections.exchange(routeTo(server.port), wire({ head, body: Buffer.from([1, 255, 2]) }));
    expect(answer.sent).toBe(head.length + 3);
    expect(server.requests).toEqual([`${head}\u0001\u00ff\u0002`]);
  });
});

describe('a hostile server', () => {
  it('may send bytes one by one', async () => {
    const text = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nA: b\r\n\r\n';
    const answer = await exchange(async (socket) => {
      for (const each of text) {
        socket.write(each);
        await new Promise(setImmediate);
      }
    });
    expect(answer).toMatchObject({ status: 200, body: 'ok', received: text.length, failure: undefined });
  });

  it.each([
    ['nothing and closes', '', 'org.apache.http.NoHttpResponseException', true],
    ['half a head and closes', 'HTTP/1.1 200 OK\r\nContent-', 'org.apache.http.ConnectionClosedException', true],
    [
      'half a body and closes',
      'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc',
      'org.apache.http.ConnectionClosedException',
      true,
    ],
    [
      'half a chunk and closes',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc',
      'org.apache.http.TruncatedChunkException',
      true,
    ],
    ['something else than HTTP', 'SSH-2.0-OpenSSH_9.2\r\n', 'org.apache.http.client.ClientProtocolException', false],
  ])('that sends %s is a failure', async (_, text, type, lost) => {
    const answer = await exchange((socket) => socket.end(text));
    expect(answer.failure).toMatchObject({ type, lost });
  });

  it('that sends nothing is named as JMeter names it', async () => {
    const answer = await exchange((socket) => socket.end());
    expect(answer.failure?.message).toMatch(/^127\.0\.0\.1:\d+ failed to respond$/);
  });

  it('that resets the connection is a failure', async () => {
    const answer = await exchange((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc', () =>
        setImmediate(() => socket.resetAndDestroy()),
      );
    });
    expect(answer.failure).toMatchObject({ type: 'java.net.SocketException', message: 'Connection reset', lost: true });
  });

  it('that never answers is left after the response timeout', async () => {
    const answer = await exchange(() => undefined, { timeout: 50 });
    expect(answer.failure).toMatchObject({
      type: 'java.net.SocketTimeoutException',
      message: 'Read timed out',
      lost: true,
    });
  });

  it('that says something in time again and again is waited for: the timeout is one of silence', async () => {
    const answer = await exchange(
      async (socket) => {
        for (const each of ['HTTP/1.1 200 OK\r\n', 'Content-Length: 2\r\n\r\n', 'o', 'k']) {
          await clock.sleep(600); // all together longer than the timeout, each far shorter
          socket.write(each);
        }
      },
      { timeout: 2000 },
    );
    expect(answer).toMatchObject({ status: 200, body: 'ok', failure: undefined });
  });

  it('that sends an endless head is left', async () => {
    const answer = await exchange((socket) => socket.write(`HTTP/1.1 200 OK\r\nA: ${'x'.repeat(2 * limits.head)}`));
    expect(answer.failure?.type).toBe('org.apache.http.MessageConstraintException');
  });
});

describe('a request that is broken off', () => {
  it('ends at once when the run does', async () => {
    await using server = await RawServer.listen(() => abort.abort());
    const { connections, abort } = newConnections();
    using _ = connections;
    const answer = await connections.exchange(routeTo(server.port), wire({ timeout: 0 }));
    expect(answer.failure).toMatchObject({ type: 'java.net.SocketException', message: 'Socket closed', lost: true });
    const next = await connections.exchange(routeTo(server.port), wire());
    expect(next.failure?.message).toBe('Socket closed');
  });

  it('ends at once while a name is looked up', async () => {
    const { connections, abort } = newConnections();
    using _ = connections;
    const never = { ...routeTo(1, 'nowhere'), resolver: () => new Promise<readonly string[]>(() => undefined) };
    const answer = connections.exchange(never, wire());
    abort.abort();
    expect((await answer).failure?.message).toBe('Socket closed');
  });
});

describe('a connection that can not be made', () => {
  it('is named as JMeter names it', async () => {
    const { connections } = newConnections();
    using _ = connections;
    const port = await freePort();
    const answer = await connections.exchange(routeTo(port), wire());
    expect(answer.failure).toMatchObject({
      type: 'org.apache.http.conn.HttpHostConnectException',
      message: `Connect to 127.0.0.1:${port} [/127.0.0.1] failed: Connection refused`,
      lost: false,
    });
    expect(answer.sent).toBe(0);
  });

  it('goes to the next address of the host', async () => {
    await using server = await RawServer.listen((socket) => socket.write(ok));
    const { connections } = newConnections();
    using _ = connections;
    const resolver = () => ['127.0.0.2', '127.0.0.1'];
    const route = { ...routeTo(server.port, 'two.test'), resolver };
    expect(await connections.exchange(route, wire())).toMatchObject({ status: 200 });
  });

  it('tells an unknown host', async () => {
    const { connections } = newConnections();
    using _ = connections;
    const answer = await connections.exchange(routeTo(80, 'no.such.host.invalid'), wire());
    expect(answer.failure?.type).toBe('java.net.UnknownHostException');
    expect(answer.failure?.message).toMatch(/^no\.such\.host\.invalid: (Name or service|Temporary)/);
  });
});
