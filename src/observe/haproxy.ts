import type { BalancerConfig } from '../domain/desired.ts';
import type { Lxd } from '../ports/lxd.ts';
import { adminSocket } from '../render/haproxy.ts';

/** One command for HAProxy's Runtime API; undefined where HAProxy does not answer. */
export async function runtimeCommand(lxd: Lxd, balancer: string, command: string): Promise<string | undefined> {
  const argv = ['socat', '-t5', 'STDIO', `UNIX-CONNECT:${adminSocket}`];
  // `set server` may be said twice as well
  const options = { stdin: `${command}\n`, timeout: 5, onlyLooks: true };
  const { code, stdout } = await lxd.instances.exec(balancer, argv, options);
  return code === 0 ? stdout : undefined;
}

/** HAProxy's status by server name; null where HAProxy does not answer. */
export async function serverStates(lxd: Lxd, balancer: string): Promise<Record<string, string> | null> {
  const text = await runtimeCommand(lxd, balancer, 'show stat -1 4 -1');
  return text === undefined ? null : parseStat(text);
}

/** `show stat` is CSV with a header line that begins with `# `. Source: HAProxy's management guide, 9.1. */
export function parseStat(csv: string): Record<string, string> {
  const [header = '', ...rows] = csv.trim().split('\n');
  const columns = header.replace(/^# /, '').split(',');
  const [name, status] = [columns.indexOf('svname'), columns.indexOf('status')];
  const states = rows.map((row) => row.split(',')).map((row) => [row[name] ?? '', row[status] ?? ''] as const);
  return Object.fromEntries(states.filter(([server]) => server !== ''));
}

/**
 * `show servers state` without the servers whose address or port the configuration changes: HAProxy would take the port
 * of before from the state file. Source: HAProxy's configuration manual, "server-state-file"; management guide, 9.3.
 */
export function statesThatStill(state: string, { servers }: BalancerConfig): string {
  const kept = new Set(servers.map(({ backend, server, address, port }) => [backend, server, address, port].join()));
  const lines = state.split('\n').filter((line) => {
    const [, backend, , server, address, ...rest] = line.split(' ');
    return !/^\d+ /.test(line) || kept.has([backend, server, address, rest[13]].join());
  });
  return lines.join('\n');
}
