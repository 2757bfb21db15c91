import type { MachinePlan, Published } from '../domain/desired.ts';
import type { Network } from '../domain/network.ts';
import type { ObservedMachine } from '../domain/observed.ts';
import type { CopySource, ExecOptions, ExecResult, Lxd, LxdServerInfo } from './lxd.ts';

/** Makes machines: system containers of the local LXD now; Vagrant and SSH hosts come as further providers. */
export interface Provider {
  observe(): Promise<ObservedProvider>;
  /** Makes the ground that machines stand on; complete or repeatable. */
  prepare(): Promise<void>;
  /** An LXD that build containers may run on, with what they need to be created. Valid after `prepare`. */
  builder(): Promise<Builder>;
  /** From the image file; running and answering when it resolves. */
  createMachine(machine: MachinePlan, imageFile: string): Promise<void>;
  startMachine(name: string): Promise<void>;
  haltMachine(name: string): Promise<void>;
  deleteMachine(name: string): Promise<void>;
  /** Remembers that the machine is a member of the cluster. */
  markJoined(name: string): Promise<void>;
  exec(machine: string, argv: readonly string[], options?: ExecOptions): Promise<ExecResult>;
  /** Without warning; this host gives it back after so many seconds, whether or not this process is there then. Resolves to when. */
  cutPower(machine: string, cut: Omit<PowerCut, 'machine'> & { readonly seconds: number }): Promise<Date>;
  /** Those that last. */
  powerCuts(): Promise<readonly PowerCut[]>;
  /** Before its time. */
  restorePower(machine: string): Promise<void>;
  /** Forwards these ports of this host's loopback, and no others, to the same ports of that address. Without ports: none any more. */
  publish(published: Published): Promise<void>;
  /** Removes all that this provider ever made for the project. Each line says what is being removed. */
  destroy(onLine: (line: string) => void): Promise<void>;
}

export interface PowerCut {
  readonly machine: string;
  /** Unlike any other's. */
  readonly id: string;
  /** Whatever its maker wants to remember of it. */
  readonly record: string;
}

export interface ObservedProvider {
  readonly network: Network;
  readonly prepared: boolean;
  /** Nothing of the project exists. */
  readonly empty: boolean;
  readonly machines: readonly ObservedMachine[];
  readonly published: Published | null;
}

export interface Builder {
  readonly lxd: Lxd;
  readonly pool: string;
  readonly network: string;
  /** A free address of the network for a build container; `ipv4.address` of its NIC is left to DHCP. */
  readonly config: Readonly<Record<string, string>>;
}

/** Base images as unified tarballs in the cache. */
export interface BaseImages {
  /** Where the base image's file is or shall be. A file there is complete. */
  file(base: string): string;
  isCached(base: string): Promise<boolean>;
  /** An image server that serves this kind of daemon, where one can be reached. */
  server(base: string, product: LxdServerInfo['product']): Promise<ImageServer | undefined>;
  /** Builds it from the distribution's mirror, into its file. */
  build(base: string, onLine: (line: string) => void): Promise<void>;
  /** What an image from a server may lack: Debian packages, and shell lines run as root. */
  readonly completion: { readonly packages: readonly string[]; readonly run: readonly string[] };
}

/** A simplestreams server. Source: LXD's doc/reference/remote_image_servers.md. */
export type ImageServer = Omit<CopySource, 'stall'>;
