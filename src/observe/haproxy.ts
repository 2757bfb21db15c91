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
  return Object.fromEntries(rowsOf(csv).map(({ svname = '', status = '' }) => [svname, status]));
}

/** DOWN because their checks ended without an answer, not because somebody refused. `* `: the next check is on its way. */
export function silentServers(csv: string): ReadonlySet<string> {
  const down = rowsOf(csv).filter(
    ({ status = '', check_status = '' }) => /^DOWN/.test(status) && /TOUT$/.test(check_status),
  );
  return new Set(down.map(({ svname = '' }) => svname));
}

function rowsOf(csv: string): { svname?: string; status?: string; check_status?: string }[] {
  const [header = '', ...rows] = csv.trim().split('\n');
  const columns = header.replace(/^# /, '').split(',');
  const all = rows
    .map((row) => row.split(','))
    .map((row) => columns.map((column, index) => [column, row[index] ?? '']));
  return all.map((row) => Object.fromEntries(row)).filter(({ svname }) => svname !== '');
}
