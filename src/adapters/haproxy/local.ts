import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import type { LocalBalancer } from '../../ports/balancer.ts';
import type { System } from '../../ports/system.ts';
import { adminSocket, configFile } from '../../render/haproxy.ts';
import { inOneLine, showServers } from '../../render/haproxy-runtime.ts';

/** The HAProxy of the system that this process runs in. */
export function localHaproxy(
  system: Pick<System, 'run'> & { readonly files: Pick<System['files'], 'readText'> },
  socket: string = adminSocket,
): LocalBalancer {
  return {
    config: () => system.files.readText(configFile),
    stat: () => runtime(socket, showServers),
    change: (commands) => change(socket, commands),
    cut: (address, port, quiet) => cut(system, address, port, quiet),
  };
}

/** Milliseconds. */
const runtimeLimit = 2000;

/** One command for the Runtime API; undefined where nobody answers. */
async function runtime(path: string, command: string): Promise<string | undefined> {
  const socket = connect(path);
  socket.setTimeout(runtimeLimit, () => socket.destroy());
  socket.end(`${command}\n`);
  const answer = await text(socket).catch(() => undefined);
  return answer === '' ? undefined : answer;
}

/** A line of the Runtime API holds as much as one of HAProxy's buffers: 16 KiB. */
const perLine = 100;

async function change(socket: string, commands: readonly string[]): Promise<string | undefined> {
  for (let first = 0; first < commands.length; first += perLine) {
    const answer = await runtime(socket, inOneLine(commands.slice(first, first + perLine)));
    if (answer === undefined) return 'HAProxy does not answer';
    if (answer.trim() !== '') return answer.trim();
  }
  return undefined;
}

/** Needs CAP_NET_ADMIN here, and a kernel with INET_DIAG_DESTROY; without, `timeout server` ends them. Source: ss(8). */
async function cut(system: Pick<System, 'run'>, address: string, port: number, quiet: number): Promise<boolean> {
  const those = ['dst', address, 'dport', '=', `:${port}`];
  const seen = await system.run(['ss', '-Htin', ...those], { timeout: 2 });
  if (seen.code !== 0 || isHeard(seen.stdout, quiet)) return false;
  const { stdout } = await system.run(['ss', '-HtnK', ...those], { timeout: 2 });
  return stdout.trim() !== '';
}

/**
 * `ss -ti`: something came over one of the connections within so many milliseconds; `lastrcv` of one that never brought
 * anything is its age.
 */
export function isHeard(connections: string, quiet: number): boolean {
  return connections
    .split('\n')
    .some((line) => / bytes_received:/.test(line) && Number(/ lastrcv:(\d+)/.exec(line)?.[1] ?? 0) < quiet);
}
