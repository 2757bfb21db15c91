import type { Dialect, Packaging } from '../domain/dialect.ts';

/** Debian's package of LXD 5.0. Source: lxd(1), lxc(1). */
export const deb: Dialect = {
  packaging: 'deb',
  package: 'lxd',
  unit: 'lxd.service',
  units: ['lxd', 'lxd.socket'],
  directory: '/var/lib/lxd',
  certificate: '/var/lib/lxd/cluster.crt',
  client: 'lxc',
  readsConfiguration: true,
  pid: 'systemctl show --property=MainPID --value lxd.service',
  protocol: 'lxd',
  ...commandsOf('lxd', 'lxc'),
};

const snapCommon = '/var/snap/lxd/common';

/**
 * The snap. Its programs are named in full: Ubuntu's `lxd-installer` puts others of these names before them, which install the snap when
 * they are called. Its client overrides `LXD_CONF`; what systemd takes for its daemon is a script around it. Source:
 * canonical/lxd-pkg-snap, snapcraft/commands; LXD's doc/howto/snap.md.
 */
export const snap: Dialect = {
  packaging: 'snap',
  package: 'lxd',
  unit: 'snap.lxd.daemon.service',
  units: ['snap.lxd.daemon.service', 'snap.lxd.daemon.unix.socket'],
  directory: `${snapCommon}/lxd`,
  certificate: `${snapCommon}/lxd/cluster.crt`,
  client: '/snap/bin/lxc',
  readsConfiguration: false,
  pid: `pgrep -x -F ${snapCommon}/lxd.pid lxd`,
  protocol: 'lxd',
  ...commandsOf('/snap/bin/lxd', '/snap/bin/lxc'),
};

export const dialects: Readonly<Record<Packaging, Dialect>> = { deb, snap };

/** For scripts that are the same wherever they run: what `of` says of the LXD that is on the machine. */
export function onMachine(of: (dialect: Dialect) => string): string {
  return `if [ -e ${snap.client} ]; then ${of(snap)}; else ${of(deb)}; fi`;
}

function commandsOf(lxd: string, lxc: string) {
  return {
    init: [lxd, 'init', '--preseed'],
    waitReady: (seconds: number) => [lxd, 'waitready', `--timeout=${seconds}`],
    raftAddresses: [...`${lxd} sql local`.split(' '), 'SELECT address FROM raft_nodes'],
    removeRaftNode: (address: string) => [lxd, 'cluster', 'remove-raft-node', '-q', address],
    trust: (file: string, name: string) => [lxc, 'config', 'trust', 'add', file, '--name', name],
  };
}
