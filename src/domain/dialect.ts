/** How LXD comes to a machine: as Debian's package, or as the snap, which is all that Ubuntu has. */
export type Packaging = 'deb' | 'snap';

/**
 * What is called differently on the machines depending on where their LXD comes from; all else about it is alike. Where its descendant
 * Incus is meant as well, another value of this shape says so: their APIs differ in the names of some headers.
 */
export interface Dialect {
  readonly packaging: Packaging;
  /** The package of the daemon, or the snap. */
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
  /** The client reads its remotes and certificates where `LXD_CONF` says. */
  readonly readsConfiguration: boolean;
  /** A shell command that prints the daemon's process, by itself: without what it started. */
  readonly pid: string;
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
