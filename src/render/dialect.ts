/**
 * What LXD and its descendant Incus call differently on the machines; all else about them is alike, their API but for the names
 * of some headers. Where Incus is meant as well, a second value of this shape says so.
 */
export interface Dialect {
  /** Debian's package of the daemon. */
  readonly package: string;
  /** The daemon's systemd unit. */
  readonly unit: string;
  /** All units that must be stopped before its directory may be touched. */
  readonly units: readonly string[];
  /** What the daemon keeps; its own once it is a member. */
  readonly directory: string;
  /** In that directory, and there as soon as it is a member. */
  readonly certificate: string;
  /** The client, a program's name. */
  readonly client: string;
  /** What the client calls servers of this kind. */
  readonly protocol: string;
  /** Reads a preseed from standard input. */
  readonly init: readonly string[];
  /** Ends well when the daemon answers, badly after so many seconds. */
  waitReady(seconds: number): readonly string[];
  /** Prints the addresses of the members of its database, on the one that leads it. */
  readonly raftAddresses: readonly string[];
  /** Of its database alone, with no member behind it any more. */
  removeRaftNode(address: string): readonly string[];
  /** Lets the holder of the certificate in this file do everything. */
  trust(file: string, name: string): readonly string[];
}

/** Of LXD 5.0. Source: lxd(1), lxc(1). */
const lxd: Dialect = {
  package: 'lxd',
  unit: 'lxd.service',
  units: ['lxd', 'lxd.socket'],
  directory: '/var/lib/lxd',
  certificate: '/var/lib/lxd/cluster.crt',
  client: 'lxc',
  protocol: 'lxd',
  init: ['lxd', 'init', '--preseed'],
  waitReady: (seconds) => ['lxd', 'waitready', `--timeout=${seconds}`],
  raftAddresses: [...'lxd sql local'.split(' '), 'SELECT address FROM raft_nodes'],
  removeRaftNode: (address) => ['lxd', 'cluster', 'remove-raft-node', '-q', address],
  trust: (file, name) => ['lxc', 'config', 'trust', 'add', file, '--name', name],
};

/** The one that all machines speak. */
export const dialect = lxd;
