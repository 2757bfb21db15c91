import { createHash } from 'node:crypto';
import { RelevoError } from '../../domain/failure.ts';
import { addressOf, networkOf } from '../../domain/ipv4.ts';
import type { Config, Lxd } from '../../ports/lxd.ts';
import type { System } from '../../ports/system.ts';
import { prefixFor } from './addresses.ts';

/** A bridge's name has at most 15 characters, and several LXDs of one host share its interfaces: a hash of both names. */
export function bridgeName(project: string, daemon: string): string {
  return `rlv-${createHash('sha256').update(`${daemon}\n${project}`).digest('hex').slice(0, 8)}`;
}

/** Of one project: the bridge's own address with the network's prefix length, as LXD has it: `198.18.7.1/24`. */
export function cidrOf(config: Config): string {
  return config['ipv4.address'] ?? '';
}

/**
 * The first part of 198.18.0.0/16 with room for so many machines that neither an LXD network nor an interface of this host
 * uses; as the bridge's own address, `198.18.7.1/24`.
 */
export async function freeNetwork(machines: number, lxd: Lxd, system: System): Promise<string> {
  const networks = (await lxd.networks.list()).map(({ config }) => cidrOf(config)).filter((cidr) => /^\d/.test(cidr));
  const taken = [...networks, ...(await hostAddresses(system))].map(takenBy);
  const bits = prefixFor(machines);
  const all = networkOf('198.18.0.0/16');
  const { size } = networkOf(`198.18.0.0/${bits}`);
  for (let first = all.first + size; first + size < all.first + all.size; first += size) {
    const free = taken.every((other) => other.first + other.size <= first || first + size <= other.first);
    if (free) return `${addressOf(first + 1)}/${bits}`;
  }
  throw new RelevoError({
    code: 'host-lacks',
    message: `no free /${bits} is left in 198.18.0.0/16`,
    hint: 'destroy a project that is no longer needed',
  });
}

/** Routes to ours win over those to a network that contains 198.18.0.0/16: of that, only the part around its own address is taken. */
function takenBy(cidr: string) {
  const [address, bits] = cidr.split('/');
  return networkOf(Number(bits) > 16 ? cidr : `${address}/24`);
}

/** With their networks' prefix lengths. Of interfaces that are down too, which Node leaves out: their routes would win over ours. */
async function hostAddresses({ run }: System): Promise<string[]> {
  const { code, stdout, stderr } = await run(['ip', '-json', '-4', 'address']);
  if (code !== 0) throw new RelevoError({ code: 'failed', message: `cannot list this host's addresses: ${stderr}` });
  const links = JSON.parse(stdout) as { addr_info?: { local?: string; prefixlen?: number }[] }[];
  return links.flatMap(({ addr_info = [] }) =>
    addr_info.flatMap(({ local, prefixlen = 32 }) => (local === undefined ? [] : `${local}/${prefixlen}`)),
  );
}

/**
 * Bytes of the largest packet that leaves this host by its default route: who is behind the bridge must believe the same, since
 * those who answer may never be told that less gets through.
 */
export async function uplinkMtu({ run, files }: Pick<System, 'run' | 'files'>): Promise<number | undefined> {
  const { code, stdout } = await run(['ip', '-json', '-4', 'route', 'show', 'default']);
  const [route] = code === 0 ? (JSON.parse(stdout || '[]') as { readonly dev?: string }[]) : [];
  if (route?.dev === undefined) return undefined;
  return Number(await files.readText(`/sys/class/net/${route.dev}/mtu`)) || undefined;
}

/**
 * An LXD that was killed and started again leaves its bridge in the kernel, with the ends of cables in it, and would
 * refuse to make one of that name. Only for a name that LXD does not know.
 */
export async function removeStaleBridge(name: string, { files, run }: System): Promise<void> {
  const device = `/sys/class/net/${name}`;
  if (!(await files.exists(device))) return;
  for (const link of [...(await files.list(`${device}/brif`)), name]) {
    const { code, stderr } = await run(['ip', 'link', 'delete', link]);
    if (code === 0) continue;
    throw new RelevoError({ code: 'failed', message: `cannot remove the stale interface ${link}: ${stderr.trim()}` });
  }
}
