import { createHash } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import { RelevoError } from '../../domain/failure.ts';
import type { Config, Lxd } from '../../ports/lxd.ts';

/** A bridge's name has at most 15 characters, and several LXDs of one host share its interfaces: a hash of both names. */
export function bridgeName(project: string, daemon: string): string {
  return `rlv-${createHash('sha256').update(`${daemon}\n${project}`).digest('hex').slice(0, 8)}`;
}

/** `198.18.7.1/24` → `198.18.7`. */
export function subnetOf(config: Config): string {
  return (config['ipv4.address'] ?? '').split('.').slice(0, 3).join('.');
}

/** The first /24 of 198.18.0.0/16 that neither an LXD network nor an interface of this host uses. */
export async function freeSubnet(lxd: Lxd): Promise<string> {
  const networks = (await lxd.networks.list()).map((network) => subnetOf(network.config));
  const interfaces = Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address));
  const taken = new Set([...networks, ...interfaces.map((address) => address.split('.').slice(0, 3).join('.'))]);
  for (let third = 1; third < 255; third += 1) {
    if (!taken.has(`198.18.${third}`)) return `198.18.${third}`;
  }
  throw new RelevoError({
    code: 'host-lacks',
    message: 'no free /24 is left in 198.18.0.0/16',
    hint: 'destroy a project that is no longer needed',
  });
}
