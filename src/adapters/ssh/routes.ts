import { connect } from 'node:net';
import { RelevoError } from '../../domain/failure.ts';
import type { HostSpec } from '../../domain/spec.ts';
import type { ClusterAccess } from '../../ports/cluster.ts';
import type { WayTo } from '../../ports/lxd.ts';
import type { Hosts, Tunnel } from './hosts.ts';

/** Milliseconds. */
const directPatience = 1500;
const longest = 8000;

/** Who has this address, and how SSH gets there. */
export type FindHost = (address: string) => Promise<readonly [name: string, spec: HostSpec] | undefined>;

/**
 * The same access, and where a host's LXD can't be reached directly (a firewall, a jump host), through its SSH connection. Which
 * of the two is found out once for each host, and again after a failure.
 */
export function throughSsh(access: ClusterAccess, hosts: Pick<Hosts, 'tunnel'>, find: FindHost): ClusterAccess {
  const known = new Map<string, Promise<Tunnel | undefined>>();
  const way: WayTo = async (endpoint, failed) => {
    const before = failed ? undefined : await known.get(endpoint);
    if (known.has(endpoint) && !failed && before?.isOpen() !== false) return before?.socket;
    const found = findWay(new URL(endpoint), hosts, find);
    known.set(endpoint, found);
    found.catch(() => known.delete(endpoint)); // the next one tries again
    return (await found)?.socket;
  };
  return { ...access, connect: (addresses) => access.connect(addresses, way) };
}

async function findWay(url: URL, hosts: Pick<Hosts, 'tunnel'>, find: FindHost): Promise<Tunnel | undefined> {
  const { hostname, port } = url;
  if (await isOpen(hostname, Number(port))) return undefined;
  const host = await find(hostname);
  if (host === undefined) return undefined;
  return soon(hosts.tunnel(...host, Number(port)), hostname);
}

/** Somebody takes a connection there. */
export function isOpen(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (open: boolean) => () => {
      socket.destroy();
      resolve(open);
    };
    socket.setTimeout(directPatience, end(false));
    socket.once('connect', end(true)).once('error', end(false));
  });
}

/** Others may be reached meanwhile. */
function soon<T>(promise: Promise<T>, host: string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const message = `${host} can't be reached over SSH within ${longest / 1000} s`;
  const timer = setTimeout(() => late.reject(new RelevoError({ code: 'unreachable', message })), longest);
  return Promise.race([promise, late.promise]).finally(() => clearTimeout(timer));
}
