import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { stateFilter, untilAnswer } from '../../src/render/haproxy-load.ts';

const directory = mkdtempSync(join(tmpdir(), 'relevo-load-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** As HAProxy 2.6 writes it; the port is the nineteenth field. */
const line = (server: string, port: number) =>
  `3 web 1 ${server} 198.18.0.12 2 0 1 1 5 6 3 4 6 0 0 0 - ${port} - 0 0 - - 0`;
const head = ['1', '# be_id be_name srv_id srv_name srv_addr srv_op_state'];

function filtered(state: readonly string[], kept: readonly string[]): string[] {
  const file = join(directory, 'state');
  writeFileSync(file, state.map((each) => `${each}\n`).join(''));
  const input = kept.map((each) => `${each}\n`).join('');
  const { stdout, stderr } = spawnSync('awk', [stateFilter, '-', 'state=1', file], { input, encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout.trim().split('\n');
}

describe('the states that a reload keeps', () => {
  it('are those of the servers that stay where they are', () => {
    const state = [...head, line('web-1', 20003), line('web-2', 20004), line('web-3', 20005)];
    const kept = ['web web-1 198.18.0.12 20003', 'web web-2 198.18.0.12 20009', 'api web-3 198.18.0.12 20005'];
    expect(filtered(state, kept)).toEqual([...head, line('web-1', 20003)]);
  });

  it('are none where no server stays', () => {
    expect(filtered([...head, line('web-1', 20003)], [])).toEqual(head);
  });
});

describe('the wait for answers', () => {
  const run = (urls: readonly string[]) => {
    const [program = '', ...argv] = untilAnswer(urls);
    return promisify(execFile)(program, argv).then(
      () => ({ code: 0, stdout: '' }),
      ({ code, stdout }: { code: number; stdout: string }) => ({ code, stdout }),
    );
  };

  it('ends when all of them answer', async () => {
    let healthy = false;
    const server = createServer((_, response) => response.writeHead(healthy ? 200 : 503).end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    setTimeout(() => {
      healthy = true;
    }, 500);
    expect((await run([url, url])).code).toBe(0);
    expect(healthy).toBe(true);
    server.close();
  });

  it('tells after some seconds who does not', async () => {
    expect(await run(['http://127.0.0.1:1/'])).toEqual({ code: 1, stdout: 'http://127.0.0.1:1/\n' });
  });
});
