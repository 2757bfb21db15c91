// Server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { hostname } from 'node:os';

const page = readFileSync('index.html');
const most = 300; // seconds that are told again

createServer((request, response) => {
  if (request.url === '/events') return stream(request, response);
  if (request.url === '/healthz') return response.end('ok\n');
  if (request.url !== '/') return response.writeHead(404).end('nothing here\n');
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page);
}).listen(Number(process.env.PORT));

/**
 * An event's id is its second, which every instance knows: a browser that comes back says which one it had last, and whichever
 * instance it comes to goes on there. Your events need such a number too, from a database or a queue.
 */
function stream(request, response) {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write('retry: 500\n\n'); // milliseconds until a browser comes back
  const now = second();
  const had = Number(request.headers['last-event-id'] ?? now - 1);
  let next = Number.isInteger(had) ? Math.max(had + 1, now - most) : now;
  const tell = () => {
    for (; next <= second(); next += 1) response.write(`id: ${next}\ndata: ${JSON.stringify(event(next))}\n\n`);
  };
  tell();
  const timer = setInterval(tell, 100);
  response.on('close', () => clearInterval(timer));
}

function event(id) {
  return { time: new Date(id * 1000).toISOString(), from: hostname() };
}

function second() {
  return Math.floor(Date.now() / 1000);
}
