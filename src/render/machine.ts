import type { ImageFile, ImageRecipe } from '../domain/desired.ts';
import type { Dialect } from '../domain/dialect.ts';
import { callsFiles, callsUnit } from './calls.ts';
import { deb } from './dialect.ts';
import { peersFiles, peersUnit } from './peers.ts';
import { portsFiles, portsUnit } from './ports.ts';
import { machineIds } from './user-ids.ts';

/** Debian's packages that a host of the cluster needs. */
export const hostPackages: readonly string[] = [
  ...[deb.package, 'nftables', 'conntrack', 'dnsmasq-base', 'btrfs-progs', 'zstd'],
];

export const hostUnits: readonly string[] = [peersUnit, portsUnit, callsUnit];

/** Programs and units of ours. `networkInterface`: by which the host is on the machines' network. */
export function hostFiles(networkInterface: string, dialect: Dialect = deb): ImageFile[] {
  return [...peersFiles(), ...portsFiles(networkInterface, dialect), ...callsFiles(networkInterface, dialect)];
}

/**
 * What makes a system a machine. LXD inside it maps a range that exists inside, else only privileged instances start.
 * `networkInterface`: by which it is on the machines' network.
 */
export function machineRecipe(base: string, networkInterface: string): ImageRecipe {
  const subIds = { mode: 0o644, content: `root:1000000:${machineIds}\n` };
  return {
    base,
    packages: hostPackages,
    files: [{ target: '/etc/subuid', ...subIds }, { target: '/etc/subgid', ...subIds }, ...hostFiles(networkInterface)],
    run: [
      `systemctl enable ${hostUnits.join(' ')}`,
      'install -d -m 0711 /var/lib/relevo',
      `systemctl stop ${deb.units.join(' ')}`,
      `rm -rf ${deb.directory}/*`,
    ],
  };
}
