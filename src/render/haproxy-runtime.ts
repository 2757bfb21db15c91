import type { ServerPlan } from '../domain/desired.ts';
import { overloadName, twinOf } from './haproxy-backend.ts';
import { adminSocket } from './haproxy-global.ts';

/**
 * Commands of HAProxy's Runtime API. All of `set server` may be said twice, and to a HAProxy that does not know the server.
 * Source: HAProxy's management guide, 9.3.
 */

/** Every server of every backend, as CSV: `-1` are all proxies, `4` is the kind "servers", `-1` are all of them. */
export const showServers = 'show stat -1 4 -1';

/** Its commands come on stdin, one line; five seconds for the answer to come to an end. */
export const askRuntime: readonly string[] = ['socat', '-t5', 'STDIO', `UNIX-CONNECT:${adminSocket}`];

/** HAProxy answers them in turn, and ends the connection then. */
export function inOneLine(commands: readonly string[]): string {
  return commands.join('; ');
}

/** Of a server under all its names, of which HAProxy need not know each. */
export function setState(backends: readonly string[], server: string, state: 'ready' | 'maint'): string[] {
  const places = backends.flatMap((backend) => [
    `${backend}/${server}`,
    `${backend}/${twinOf(server)}`,
    `${overloadName(backend)}/${server}`,
  ]);
  return places.map((place) => `set server ${place} state ${state}`);
}

export function setWeight(backend: string, server: string, weight: number): string {
  return `set server ${backend}/${server} weight ${weight}`;
}

/** Into the rotation again, and where the server is now. */
export function readmit({ backend, server, address, port, role, further }: ServerPlan): string[] {
  const own = role === 'backup' ? [twinOf(server), server] : [server];
  // the one that all others follow comes last: until then they stay in its MAINT
  const commands = [...further, { backend, port }].flatMap((each) => {
    const places = [`${overloadName(each.backend)}/${server}`, ...own.map((name) => `${each.backend}/${name}`)];
    return places.flatMap((place) => [
      `set server ${place} addr ${address} port ${each.port}`,
      `set server ${place} state ready`,
    ]);
  });
  // who comes out of MAINT is UP unasked: its check shall say so, to users and to who waits for it
  return [...commands, `set server ${backend}/${server} health down`];
}
