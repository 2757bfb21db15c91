// Runs on Debian 12's Node.js 18, without dependencies.
import { createServer } from 'node:http';
import { hostname } from 'node:os';

const port = Number(process.env.PORT ?? 3000);
const greeting = process.env.GREETING ?? 'Hello';
const tokenIsSet = Boolean(process.env.API_TOKEN);

const routes = {
  '/': () => ({ greeting, from: hostname() }),
  '/healthz': () => ({ status: 'ok' }),
  '/whoami': () => ({ hostname: hostname(), tokenIsSet }),
};

const server = createServer((request, response) => {
  // Not `new URL`: it throws on targets such as `//`, which anybody may send.
  const [pathname] = request.url.split('?');
  const known = Object.hasOwn(routes, pathname);
  const readable = request.method === 'GET' || request.method === 'HEAD';
  if (!known) return answer(response, 404, { error: `nothing at ${pathname}` });
  if (!readable) return answer(response, 405, { error: 'only GET and HEAD' });
  answer(response, 200, routes[pathname]());
});

function answer(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(`${JSON.stringify(body)}\n`);
}

// Requests in flight are finished before the process ends.
for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, () => {
    server.close(() => process.exit(0));
    server.closeIdleConnections();
  });
}

server.listen(port, () => console.log(`listening on port ${port}`));
