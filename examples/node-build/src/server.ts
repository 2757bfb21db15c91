import { createServer } from 'node:http';
import { page } from './page.ts';

const server = createServer((request, response) => {
  if (request.url === '/healthz') return answer(200, 'text/plain', 'ok\n');
  if (request.url === '/') return answer(200, 'text/html', page());
  return answer(404, 'text/plain', 'nothing here\n');

  function answer(status: number, type: string, body: string) {
    response.writeHead(status, { 'content-type': `${type}; charset=utf-8` });
    response.end(body);
  }
});

// Requests in flight are finished before the process ends.
process.once('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});

server.listen(Number(process.env['PORT']));
