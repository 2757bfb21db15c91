import type { ImageRecipe } from '../domain/desired.ts';
import { dialect } from './dialect.ts';
import { peersFiles, peersUnit } from './peers.ts';
import { portsFiles, portsUnit } from './ports.ts';

/**
 * What makes a system a machine. LXD inside it maps a range that exists inside, else only privileged instances start.
 * `networkInterface`: by which it is on the machines' network.
 */
export function machineRecipe(base: string, networkInterface: string): ImageRecipe {
  const subIds = { mode: 0o644, content: 'root:1000000:9000000\n' };
  return {
    base,
    packages: [dialect.package, 'nftables', 'dnsmasq-base', 'btrfs-progs', 'zstd'],
    files: [
      { target: '/etc/subuid', ...subIds },
      { target: '/etc/subgid', ...subIds },
      ...peersFiles(),
      ...portsFiles(networkInterface),
    ],
    run: [
      `systemctl enable ${peersUnit} ${portsUnit}`,
      'install -d -m 0711 /var/lib/relevo',
      `systemctl stop ${dialect.units.join(' ')}`,
      `rm -rf ${dialect.directory}/*`,
    ],
  };
}
