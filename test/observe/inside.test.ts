import { execFile } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import type { Check } from '../../src/domain/check.ts';
import { lookInside } from '../../src/observe/inside.ts';
import type { Lxd } from '../../src/ports/lxd.ts';

/** This computer is the instance, with or without a systemd that tells of units. */
const here = {
  instances: {
    exec: async (_: string, [program = '', ...args]: string[]) =>
      promisify(execFile)(program, args).catch(({ stdout }: { stdout: string }) => ({ stdout })),
  },
} as unknown as Lxd;

const usual: Check = { protocol: 'http', path: '/up', host: 'localhost', headers: {}, status: '200', timeout: 0.6 };
const servers: http.Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function look(server: http.Server | http2.Http2Server, check: Partial<Check>) {
  servers.push(server as http.Server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return lookInside(here, { name: 'web-1', address: '127.0.0.1', port, further: [], check: { ...usual, ...check } });
}

const slow = (milliseconds: number) =>
  http.createServer(async (_, response) => {
    await sleep(milliseconds);
    response.end('fine');
  });

describe('a look inside', () => {
  it('waits for the health page as long as the balancers do', async () => {
    expect(await look(slow(700), { timeout: 5 })).toMatchObject({ answers: true });
    expect(await look(slow(700), { timeout: 0.1 })).toMatchObject({ answers: false });
  });

  it('waits for no answer longer than two seconds', async () => {
    const began = performance.now();
    expect(await look(slow(6000), { timeout: 300 })).toMatchObject({ answers: false });
    expect(performance.now() - began).toBeLessThan(5000);
  });

  it('tells that somebody else was answered a moment ago', async () => {
    const server = http.createServer(({ url }, response) => {
      if (url === '/page') setInterval(() => response.write('piece'), 200).unref();
    });
    const looked = look(server, { timeout: 1 });
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    http.get({ host: '127.0.0.1', port, path: '/page' }, (answer) => answer.on('error', () => {}).resume());
    expect(await looked).toMatchObject({ answers: false, works: true });
    server.closeAllConnections();
  });

  it('does not take its own question for work', async () => {
    expect(await look(http2.createServer(), { protocol: 'h2c' })).toMatchObject({ answers: true, works: false });
  });
});
