import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below those that the kernel gives to clients and to who asks for any, so that nobody takes one before the program does that it is
 * meant for. Each worker has its own thousand. Source: ip(7), `ip_local_port_range`.
 */
const lowest = 12_000;
const each = 1000;

const worker = Number(process.env['VITEST_POOL_ID'] ?? 0) % 20;
let next = lowest + each * worker + Math.floor((Math.random() * each) / 2);

export async function freePort(host = '127.0.0.1'): Promise<number> {
  for (;;) {
    const port = next;
    next += 1;
    if (await isFree(host, port)) return port;
  }
}

async function isFree(host: string, port: number): Promise<boolean> {
  const server = createServer();
  try {
    await once(server.listen(port, host), 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false;
    throw error;
  }
  await new Promise((done) => server.close(done));
  return true;
}
