import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { partsOf, RawServer, reply } from '../rig.ts';

const page = `<html><base href="/sub/"><img src="i.png"><link rel=stylesheet href="s.css"><script src="/j.js"></script>
<body background=bg.gif><p style="background:url('st.png')"><iframe src="/frame"></iframe><img src="a b.png">`;

const html = { 'Content-Type': 'text/html; charset=utf-8' };
const zipped = gzipSync('zipped '.repeat(100)).toString('latin1');
const cookies = 'a=b; Path=/\r\nSet-Cookie: q="x y"; Path=/cookie\r\nSet-Cookie: gone=1; Max-Age=-1';

/** By path. What is not here is greeted. */
const answers: Readonly<Record<string, string>> = {
  '/redir': reply('', { Location: '/redir2?x=1' }, '302 Found'),
  '/redir2': reply('', { Location: 'final page' }, '301 Moved'),
  '/final%20page': reply('final', html),
  '/noloc': reply('', {}, '302 Found'),
  '/cookie': reply('c', { 'Set-Cookie': cookies }),
  '/page': reply(page, html),
  '/frame': reply('<img src=inner.png>', html),
  '/sub/s.css': reply('@import "imp.css"; a{background:url(no.png)}', { 'Content-Type': 'text/css' }),
  '/gzip': reply(zipped, { 'Content-Type': 'text/plain', 'Content-Encoding': 'gzip' }),
  '/chunked': 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-T: 1\r\n\r\n',
  '/etag': reply('e', { ETag: '"1"', 'Cache-Control': 'no-cache' }),
  '/fresh': reply('f', { 'Cache-Control': 'max-age=100' }),
  '/204': 'HTTP/1.1 204 No Content\r\n\r\n',
  '/404': reply('no', {}, '404 Not Found'),
  '/401': reply('x', { 'WWW-Authenticate': 'Basic realm="r"' }, '401 Unauthorized'),
};

/** These answer, and close the connection. */
const last: Readonly<Record<string, string>> = {
  '/trunc': 'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nshort',
  '/drop2': '',
  '/garbage': 'SSH-2.0\r\n',
  '/badchunk': 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
  '/trchunk': 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nabc',
};

/** The server that both engines run the plan against. */
export const serve = () => RawServer.listen(answer);

function answer(socket: Socket, request: string): void {
  const [method, target = ''] = partsOf(request).line.split(' ');
  const path = target.split('?')[0] ?? '';
  if (path === '/slow') return;
  if (path === '/reset') socket.resetAndDestroy();
  else if (last[path] !== undefined) socket.end(last[path], 'latin1');
  else if (method === 'HEAD') socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 500\r\n\r\n');
  else socket.write(answers[path] ?? reply(`ok ${path}`, { 'Content-Type': 'text/plain' }), 'latin1');
}

/** What both engines must have in common: requests but for who sends them, samples but for the bytes of failures. */
export interface Story {
  readonly requests: readonly string[];
  readonly samples: readonly string[];
}

export function storyOf(server: RawServer, log: string): Story {
  const port = String(server.port);
  const neutral = (text: string) =>
    text
      .replaceAll(`:${port}`, ':PORT')
      .replace(/User-Agent: .*/, 'User-Agent: X')
      .replace(/(boundary=)[\w-]+/, '$1B')
      .replace(/--[\w-]{28,}/g, '--B')
      .replace(/Content-Length: \d{3}/, 'Content-Length: NNN');
  return { requests: server.requests.map(neutral), samples: samplesOf(log).map(neutral) };
}

/** A line for each sample of a log in XML, those below another behind a blank more. */
function samplesOf(log: string): string[] {
  const lines: string[] = [];
  let depth = 0;
  for (const [, attributes, closed, url] of log.matchAll(
    /<httpSample ([^>]*?)(\/?)>|<\/httpSample>|<java\.net\.URL>([^<]*)</g,
  )) {
    if (attributes !== undefined) {
      const of = (name: string) => new RegExp(`(?:^| )${name}="([^"]*)"`).exec(attributes)?.[1] ?? '';
      const bytes = of('rc').startsWith('Non HTTP') ? '' : of('by');
      lines.push(`${' '.repeat(depth)}${['lb', 'rc', 'rm', 's', 'dt', 'de'].map(of).join(' | ')} | ${bytes}`);
      if (closed === '') depth++;
    } else if (url !== undefined) lines.push(`${' '.repeat(depth)}${url}`);
    else depth--;
  }
  return lines;
}
