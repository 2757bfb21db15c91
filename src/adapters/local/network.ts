import { createHash } from 'node:crypto';
import { RelevoError } from '../../domain/failure.ts';
import type { Config, Lxd } from '../../ports/lxd.ts';
import type { System } from '../../ports/system.ts';

/** A bridge's name has at most 15 characters, and several LXDs of one host share its interfaces: a hash of both names. */
export function bridgeName(project: string, daemon: string): string {
  return `rlv-${createHash('sha256').update(`${daemon}\n${project}`).digest('hex').slice(0, 8)}`;
}

/** `198.18.7.1/24` → `198.18.7`. */
export function subnetOf(config: Config): string {
  return (config['ipv4.address'] ?? '').split('.').slice(0, 3).join('.');
}

/** The first /24 of 198.18.0.0/16 that neither an LXD network nor an interface of this host uses. */
export async function freeSubnet(lxd: Lxd, system: System): Promise<string> {
  const networks = (await lxd.networks.list()).map((network) => subnetOf(network.config));
  const interfaces = (await hostAddresses(system)).map((address) => address.split('.').slice(0, 3).join('.'));
  const taken = new Set([...networks, ...interfaces]);
  for (let third = 1; third < 255; third += 1) {
    if (!taken.has(`198.18.${third}`)) return `198.18.${third}`;
  }
  throw new RelevoError({
    code: 'host-lacks',
    message: 'no free /24 is left in 198.18.0.0/16',
    hint: 'destroy a project that is no longer needed',
  });
}

/** Of interfaces that are down too, which Node leaves out: their routes would win over ours. */
async function hostAddresses({ run }: System): Promise<string[]> {
  const { code, stdout, stderr } = await run(['ip', '-json', '-4', 'address']);
  if (code !== 0) throw new RelevoError({ code: 'failed', message: `cannot list this host's addresses: ${stderr}` });
  const links = JSON.parse(stdout) as { addr_info?: { local?: string }[] }[];
  return links.flatMap(({ addr_info = [] }) => addr_info.flatMap(({ local }) => local ?? []));
}

/**
 * An LXD that was killed and made anew leaves its bridge in the kernel, with the ends of cables in it, and would
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
