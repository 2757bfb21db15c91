import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { stateFilter } from '../../src/render/haproxy-state.ts';

const directory = mkdtempSync(join(tmpdir(), 'relevo-load-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** As HAProxy 2.6 writes it; the port is the nineteenth field. */
const line = (server: string, port: number) =>
  `3 web 1 ${server} 198.18.0.12 2 0 1 1 5 6 3 4 6 0 0 0 - ${port} - 0 0 - - 0`;
const head = ['1', '# be_id be_name srv_id srv_name srv_addr srv_op_state'];

const entering = (server: string, port: number, weight = 1) =>
  `1 web N ${server} 198.18.0.12 0 0 ${weight} ${weight} 0 8 2 0 6 0 0 0 - ${port} - 0 0 - - 0`;

function config(...servers: readonly string[]): string {
  const lines = servers.map((each) => `    ${each}`);
  return ['defaults', '    default-server check', '', 'backend web', '    balance roundrobin', ...lines, ''].join('\n');
}

/** The lines for servers, the third field, a number within the file, left out of those for new ones. */
function filtered(loaded: string, next: string, state: readonly string[]): string[] {
  const files = { loaded, next, state: state.map((each) => `${each}\n`).join('') };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  const { stdout, stderr } = spawnSync('awk', [stateFilter, 'loaded', 'next', 'state'], {
    cwd: directory,
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  return stdout
    .trim()
    .split('\n')
    .map((each) => each.replace(/^1 web \d+ /, '1 web N '));
}

describe('the states that a reload keeps', () => {
  const [first, second] = ['server web-1 198.18.0.12:20003', 'server web-2 198.18.0.12:20004'];
  const state = [...head, line('web-1', 20003), line('web-2', 20004)];

  it('are those of the servers that stay as they are', () => {
    expect(filtered(config(first, second), config(first, second), state)).toEqual(state);
    expect(filtered(config(first, second), config(first), state)).toEqual(state.slice(0, 3));
  });

  it('are not those of servers whose lines change: HAProxy would go on as before', () => {
    expect(filtered(config(first, second), config(first, `${second} maxconn 5`), state)).toEqual(state.slice(0, 3));
    const tls = ['default-server ssl verify none', first, second];
    expect(filtered(config(first, second), config(...tls), state)).toEqual(head);
  });

  it('are those of a server that HAProxy was told at runtime where it is now', () => {
    const next = config('server web-1 198.18.0.12:20009', second);
    const told = [...head, line('web-1', 20009), line('web-2', 20004)];
    expect(filtered(config(first, second), next, told)).toEqual(told);
    const [changed] = filtered(
      config(first, second),
      config('server web-1 198.18.0.12:20009 maxconn 5', second),
      told,
    ).slice(2);
    expect(changed).toBe(line('web-2', 20004)); // not only its place is another one
  });

  it('say DOWN of servers that are new, or elsewhere now', () => {
    const next = config('server web-1 198.18.0.12:20009', second, 'server web-3 198.18.0.12:20005 weight 100');
    const kept = [...head, line('web-2', 20004)];
    expect(filtered(config(first, second), next, state)).toEqual([
      ...kept,
      entering('web-1', 20009),
      entering('web-3', 20005, 100),
    ]);
  });

  it('say nothing of servers that have no check of their own', () => {
    const twins = [
      'server web-3-backup 198.18.0.12:20005 backup no-check track web-3',
      'server web-4-backup 198.18.0.12:20006 backup no-check',
    ];
    expect(filtered(config(first, second), config(first, second, ...twins), state)).toEqual(state);
  });
});
