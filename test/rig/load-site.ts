import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { gzipSync } from 'node:zlib';

/** A request as it arrived. */
export interface Arrived {
  readonly method: string;
  /** With the query, without the name of the case. */
  readonly path: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
  /** Which connection it came on, by its order of appearance within its case. */
  readonly connection: number;
}

export interface Site extends AsyncDisposable {
  readonly port: number;
  /** What arrived since this was called last, by the first part of the path: who asked. */
  take(): Map<string, Arrived[]>;
}

/**
 * A server on loopback whose answers depend on the request only: `/NAME/echo?x=1` is a request of NAME for `/echo`. It keeps
 * what arrives, to be compared.
 */
export async function startSite(): Promise<Site> {
  let arrived = new Map<string, Arrived[]>();
  const connections = new Map<string, Map<Socket, number>>();
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece) => pieces.push(piece));
    request.on('end', () => {
      const [, name = '', path = ''] = /^\/([^/?]*)(.*)$/s.exec(request.url ?? '') ?? [];
      const body = Buffer.concat(pieces).toString('latin1');
      const own = connections.get(name) ?? new Map<Socket, number>();
      connections.set(name, own);
      if (!own.has(request.socket)) own.set(request.socket, own.size);
      const connection = own.get(request.socket) ?? 0;
      const list = arrived.get(name) ?? [];
      arrived.set(name, list);
      list.push({ method: request.method ?? '', path, headers: pairs(request.rawHeaders), body, connection });
      answer(request, response, `/${name}`, new URL(path || '/', 'http://site'), body);
    });
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    port: (server.address() as AddressInfo).port,
    take() {
      const taken = arrived;
      arrived = new Map();
      connections.clear();
      return taken;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

function pairs(raw: readonly string[]): [string, string][] {
  return Array.from({ length: raw.length / 2 }, (_, index) => [raw[2 * index] ?? '', raw[2 * index + 1] ?? '']);
}

type Answer = (to: To) => void;

interface To {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** `/NAME`, to begin paths of links with. */
  readonly home: string;
  readonly url: URL;
  /** Of the path, behind what says what is wanted. */
  readonly words: readonly string[];
  readonly body: string;
}

function answer(request: IncomingMessage, response: ServerResponse, home: string, url: URL, body: string): void {
  const [what = '', ...words] = url.pathname.split('/').slice(1);
  response.setHeader('Date', 'Thu, 01 Jan 2026 00:00:00 GMT');
  const how = answers[what];
  if (how === undefined) send(response, 404, `nothing at ${url.pathname}\n`);
  else how({ request, response, home, url, words, body });
}

function send(
  response: ServerResponse,
  status: number,
  body: string | Buffer,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, {
    'Content-Type': 'text/plain;charset=utf-8',
    'Content-Length': String(Buffer.byteLength(body)),
    ...headers,
  });
  response.end(body);
}

const html = (text: string, response: ServerResponse) =>
  send(response, 200, text, { 'Content-Type': 'text/html; charset=utf-8' });

const answers: Readonly<Record<string, Answer>> = {
  ok: ({ response }) => send(response, 200, 'ok\n'),
  echo: ({ request, response, url, body }) =>
    send(response, 200, `${request.method} ${url.pathname}${url.search}\n${body}\n`),
  say: ({ response, url }) => send(response, 200, url.searchParams.get('text') ?? ''),
  json: ({ response }) =>
    send(
      response,
      200,
      JSON.stringify({
        id: 7,
        name: 'Ana',
        tags: ['a', 'b', 'c'],
        items: [
          { id: 1, price: 2.5 },
          { id: 2, price: 10 },
        ],
        none: null,
        yes: true,
      }),
      {
        'Content-Type': 'application/json',
      },
    ),
  xml: ({ response }) =>
    send(response, 200, '<?xml version="1.0"?><r><a id="1">one</a><a id="2">two</a></r>', {
      'Content-Type': 'text/xml',
    }),
  table: ({ response }) =>
    html(
      '<html><head><title>Shop</title></head><body><ul><li class="a">1</li><li class="b">2</li></ul><a href="/x?t=9">go</a></body></html>',
      response,
    ),
  status: ({ response, words: [code = '200', reason] }) => {
    if (reason !== undefined) response.statusMessage = reason;
    if (code === '204' || code === '304') response.writeHead(Number(code)).end();
    else send(response, Number(code), `status ${code}\n`);
  },
  redirect: ({ request, response, home, words: [status = '302', left = '1'] }) => {
    if (left === '0') return send(response, 200, `arrived by ${request.method}\n`);
    send(response, Number(status), 'moved\n', { Location: `${home}/redirect/${status}/${Number(left) - 1}` });
  },
  round: ({ response, home }) => send(response, 302, 'round\n', { Location: `${home}/round` }),
  away: ({ response, url }) => send(response, 302, 'away\n', { Location: url.searchParams.get('to') ?? '' }),
  cookie: ({ request, response, url }) => {
    const set = url.searchParams.getAll('set');
    if (set.length > 0) response.setHeader('Set-Cookie', set);
    send(response, 200, `cookies: ${request.headers.cookie ?? ''}\n`);
  },
  slow: ({ response, words: [delay = '0'] }) => void setTimeout(() => send(response, 200, 'slow\n'), Number(delay)),
  size: ({ response, words: [size = '0'] }) => send(response, 200, 'x'.repeat(Number(size))),
  empty: ({ response }) => void response.writeHead(204).end(),
  chunked: ({ response }) => {
    response.writeHead(200, { 'Content-Type': 'text/plain' });
    for (const piece of ['one ', 'two ', 'three']) response.write(piece);
    response.end();
  },
  gzip: ({ request, response }) => {
    const packed = String(request.headers['accept-encoding'] ?? '').includes('gzip');
    const body = Buffer.from('hello '.repeat(200));
    send(response, 200, packed ? gzipSync(body) : body, packed ? { 'Content-Encoding': 'gzip' } : {});
  },
  close: ({ response }) => send(response, 200, 'bye\n', { Connection: 'close' }),
  reset: ({ request }) => void request.socket.destroy(),
  half: ({ response, request }) => {
    response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': '100' });
    response.write('half', () => request.socket.destroy());
  },
  etag: ({ request, response }) => {
    const known = request.headers['if-none-match'] === '"v1"';
    if (known) response.writeHead(304, { ETag: '"v1"' }).end();
    else send(response, 200, 'tagged\n', { ETag: '"v1"' });
  },
  modified: ({ request, response }) => {
    const date = 'Wed, 01 Jan 2025 00:00:00 GMT';
    if (request.headers['if-modified-since'] === date) response.writeHead(304).end();
    else send(response, 200, 'dated\n', { 'Last-Modified': date });
  },
  fresh: ({ response }) => send(response, 200, 'fresh\n', { 'Cache-Control': 'max-age=600' }),
  auth: ({ request, response }) => {
    const good = request.headers.authorization === `Basic ${Buffer.from('ana:secret').toString('base64')}`;
    if (good) send(response, 200, 'welcome\n');
    else send(response, 401, 'who?\n', { 'WWW-Authenticate': 'Basic realm="site"' });
  },
  latin: ({ response }) =>
    send(response, 200, Buffer.from('caf\xe9', 'latin1'), { 'Content-Type': 'text/plain; charset=ISO-8859-1' }),
  page: ({ response, home }) =>
    html(
      `<html><head><link rel="stylesheet" href="${home}/asset/a.css"><script src="asset/b.js"></script></head>
<body background="${home}/asset/back.png"><img src="${home}/asset/c.png"><img src="${home}/asset/c.png"><iframe src="${home}/frame"></iframe>
<a href="${home}/ok">no</a><input type="image" src="${home}/asset/d.png"></body></html>`,
      response,
    ),
  frame: ({ response, home }) => html(`<img src="${home}/asset/in-frame.png">`, response),
  broken: ({ response, home }) => html(`<img src="${home}/missing.png"><img src="${home}/asset/e.png">`, response),
  asset: ({ response, words: [name = ''] }) => {
    const type = name.endsWith('.css') ? 'text/css' : name.endsWith('.js') ? 'text/javascript' : 'image/png';
    send(response, 200, `/* ${name} */`, { 'Content-Type': type });
  },
};
