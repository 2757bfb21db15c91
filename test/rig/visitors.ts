import { Agent, get } from 'node:http';
import { type ClientHttp2Session, connect as connectHttp2, constants } from 'node:http2';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What people come with: kept connections, HTTP/2, downloads, WebSockets. Each ask resolves on 200, else it throws. */

const patience = 20_000;

export function overHttp1(host: string, port: number, agent = new Agent({ keepAlive: true, maxSockets: 1 })) {
  return (path: string) =>
    new Promise<void>((resolve, reject) => {
      const request = get({ host, port, path, agent, timeout: patience }, (response) => {
        response.on('error', reject).on('end', () => settle(response.statusCode, resolve, reject));
        response.resume();
      });
      request.on('timeout', () => request.destroy(new Error('no answer'))).on('error', reject);
    });
}

/** As browsers do: after GOAWAY on a new connection, and once more what was refused unseen. Source: RFC 9113 8.7. */
export function overHttp2(host: string, port: number) {
  let session: ClientHttp2Session | undefined;
  const ask = (path: string) =>
    new Promise<void>((resolve, reject) => {
      session ??= open(host, port, () => {
        session = undefined;
      });
      const stream = session.request({ ':path': path });
      let status: number | undefined;
      stream.on('response', (headers) => {
        status = headers[':status'];
      });
      stream.setTimeout(patience, () => stream.destroy(new Error('no answer')));
      stream.on('error', (error) => reject(stream.rstCode === constants.NGHTTP2_REFUSED_STREAM ? refused : error));
      stream.on('end', () => settle(status, resolve, reject));
      stream.resume().end();
    });
  return (path: string) => ask(path).catch((error) => (error === refused ? ask(path) : Promise.reject(error)));
}

const refused = new Error('refused unseen');

function open(host: string, port: number, gone: () => void): ClientHttp2Session {
  const session = connectHttp2(`https://${host}:${port}`, { rejectUnauthorized: false });
  session.on('goaway', gone).on('close', gone).on('error', gone);
  session.unref();
  return session;
}

function settle(status: number | undefined, resolve: () => void, reject: (error: Error) => void): void {
  if (status === 200) resolve();
  else reject(new Error(`status ${status}`));
}

/** Resolves when it is there; `ended` when it is no more. The key and its answer are those of RFC 6455 1.3. */
export async function webSocket(host: string, port: number): Promise<{ ended: Promise<void> }> {
  const socket = connect(port, host);
  socket.on('error', () => {}); // a reset is an end as well
  const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const key = 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
  socket.write(`GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${key}\r\n\r\n`);
  const answer = await new Promise((resolve) => socket.once('data', resolve));
  if (!String(answer).includes(' 101 ')) throw new Error(`no WebSocket: ${answer}`);
  return { ended };
}

/** Asks again and again, as soon as the last one is answered; `stop` tells how many there were and what went wrong. */
export function keepAsking(ask: (path: string) => Promise<void>) {
  const tally = { asked: 0, failures: [] as string[] };
  let on = true;
  const ended = (async () => {
    while (on) {
      tally.asked += 1;
      await ask('/').catch((error) => tally.failures.push(String(error)));
      await sleep(20);
    }
  })();
  return async () => {
    on = false;
    await ended;
    return tally;
  };
}
