import type { ImageRecipe, MachinePlan, Published } from '../domain/desired.ts';
import type { Dialect } from '../domain/dialect.ts';
import type { LinkNote, Note } from '../domain/event.ts';
import type { FailureCode } from '../domain/failure.ts';
import type { Network } from '../domain/network.ts';
import type { ObservedMachine } from '../domain/observed.ts';
import type { HostSpec, MachinesSpec, Spec } from '../domain/spec.ts';
import type { PoolPlan } from '../domain/storage.ts';
import type { Surroundings } from '../domain/surroundings.ts';
import type { ClusterAccess } from './cluster.ts';
import type { Check, Host } from './host.ts';
import type { CopySource, ExecOptions, ExecResult, Lxd, LxdServerInfo } from './lxd.ts';

/**
 * The machines of one project: where they come from, and how they are reached. What is optional is there where these machines
 * can do it; all that plans must know of them is data in `observe`.
 */
export interface Provider {
  observe(): Promise<ObservedProvider>;
  /** Why the file can't be made real here, found before anything is done; undefined where nothing is in the way. */
  preflight(spec: Spec, observed: Pick<ObservedProvider, 'network' | 'published'>): Promise<Obstacle | undefined>;
  /**
   * Finds out by a trial on the machines how their balancers can be on the network, where that is open yet; nothing stays of it.
   * From then on `observe` has what it found. Undefined: nothing new. Throws where the file asks for what does not work there.
   */
  decide?(): Promise<LinkNote | undefined>;
  /** Makes the ground that machines stand on; complete or repeatable. */
  prepare(onLine?: (line: string) => void): Promise<void>;
  /** From the file of the image that `observe` names, if it names one; running and answering when it resolves. */
  createMachine?(machine: MachinePlan, imageFile: string | undefined): Promise<void>;
  startMachine(name: string, onLine?: (line: string) => void): Promise<void>;
  haltMachine(name: string): Promise<void>;
  /** It is no longer the project's. One that was there before the project stays, and is forgotten. */
  deleteMachine(name: string): Promise<void>;
  /** Remembers that the machine is a member of the cluster. */
  markJoined(name: string): Promise<void>;
  /** As root, on the machine. */
  exec(machine: string, argv: readonly string[], options?: ExecOptions): Promise<ExecResult>;
  /** The machines are in a cluster that was there before the project: it is neither made, nor do machines leave it. */
  existing?(): Promise<boolean>;
  /** How their LXD is spoken to there; absent: as Debian's package is. */
  dialect?(): Promise<Dialect>;
  readonly power?: Power;
  /** The machines themselves, whatever is in them. */
  readonly machines?: MachineControl;
  /** How ssh gets to the machines, by name; absent where they have no SSH server. */
  ways?(): Promise<Readonly<Record<string, MachineWay>>>;
  readonly loss?: Loss;
  readonly upgrades?: Upgrades;
  /** Leads these ports of the network's `entry`, and no others, to the same ports of that address. Without ports: none any more. */
  publish?(published: Published): Promise<void>;
  /** Whether one of the machines gets an answer from that URL, which this host may not reach itself. */
  reaches?(url: string): Promise<boolean>;
  /** Of the cluster's storage pool on this machine; absent, or undefined: a path on the machine's own btrfs. */
  pool?(machine: string): Promise<PoolPlan | undefined>;
  /** `zfs`, of a pool that is there already, whether or not the project is. Undefined: no machine can tell; absent: all pools are made. */
  poolDriver?(pool: string): Promise<string | undefined>;
  /** What people should know before they agree to the ground that would be made now. */
  notes?(): Promise<readonly Note[]>;
  /** Where images can be built; it may take its time until it is there. Valid after `prepare`. */
  builder?(): Promise<Builder>;
  /**
   * Removes all that was ever made for the project. Each line says what is being removed. `left`: machines that do not answer, and
   * on which everything stays; none may be named where machines can't be lost, or are somebody's to make (`machines`).
   */
  destroy(onLine: (line: string) => void, left?: readonly string[]): Promise<void>;
}

/** Machines that were there before the project, and may be gone for good: nobody can tell that but a person. */
export interface Loss {
  /** Throws `refused` where it still answers as the member that it was, `not-found` where there never was one of that name. */
  judge(machine: string): Promise<LostMachine>;
  /** Cuts its power for good, where `judge` says that it can be. */
  fence(machine: string): Promise<void>;
  /** The others no longer remember it; what is left on one that has returned is removed. */
  forget(machine: string): Promise<void>;
}

/** Machines whose packages their distribution renews. */
export interface Upgrades {
  /** Of those that the cluster needs, what is newer; nothing is changed. */
  look(machine: string): Promise<readonly PackageChange[]>;
  /** What runs in containers goes on meanwhile. */
  run(machine: string): Promise<void>;
}

export interface PackageChange {
  readonly name: string;
  /** Empty where it is not there yet. */
  readonly from: string;
  readonly to: string;
  /** The LXD daemon itself. */
  readonly isDaemon: boolean;
}

export interface LostMachine {
  readonly name: string;
  /**
   * `silent`: nothing answers. `new`: what answers has nothing of ours, so it is another one or its disk is new. `returned`: it
   * is the old one, which the others have forgotten already.
   */
  readonly state: 'silent' | 'new' | 'returned';
  /** The file has a command that cuts its power. */
  readonly fenced: boolean;
  /** The file wants a machine of that name. */
  readonly wanted: boolean;
}

/** Something in the way of the file. */
export interface Obstacle {
  readonly code: FailureCode;
  /** The key of the file that it is about. */
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly hint: string;
}

/** Machines that are somebody else's to make: Vagrant's. It tells what it does, line by line. */
export type MachineControl = Readonly<
  Record<MachineVerb, (names: readonly string[], onLine: (line: string) => void) => Promise<void>>
>;

export type MachineVerb = 'up' | 'halt' | 'suspend' | 'resume' | 'destroy';

/** How ssh gets to a machine. */
export type MachineWay = Omit<HostSpec, 'hostKey'> & {
  /** An ssh_config in place of the user's. */
  readonly config?: string;
};

/** Machines that can lose their power. */
export interface Power {
  /** Without warning; it comes back after so many seconds, whether or not this process is there then. Resolves to when it went. */
  cut(machine: string, cut: Omit<PowerCut, 'machine'> & { readonly seconds: number }): Promise<Date>;
  /** Cuts that last. */
  cuts(): Promise<readonly PowerCut[]>;
  /** Before its time. */
  restore(machine: string): Promise<void>;
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
  /** Of which machines are made; absent where they are there already. */
  readonly machineImage?: ImageRecipe;
  readonly published: Published | null;
}

/** An LXD for build containers. */
export interface Builder {
  readonly lxd: Lxd;
  readonly pool: string;
  /** It has DHCP. */
  readonly network: string;
  /** What may be wrong where a build container gets no address, for people. */
  readonly offlineHint: string;
  /** Of the host that carries the build containers. */
  surroundings(): Promise<Surroundings>;
  /** That host, where it is another one than Relevo's. */
  readonly workshop?: Workshop;
}

/** A host on which base images can be made, as its root. */
export interface Workshop {
  /** Of Relevo's own, on that host. */
  readonly directory: string;
  /** Debian's packages; those that come are put away with all else that is done to the host. */
  install(packages: readonly string[]): Promise<void>;
  exec(argv: readonly string[], options?: ExecOptions): Promise<ExecResult>;
  /** The host's file becomes an image of the builder's LXD. */
  takeIn(file: string, alias: string): Promise<void>;
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
  /** The same on another host; resolves to its file there, which is the caller's to remove. */
  buildAt(workshop: Workshop, base: string, onLine: (line: string) => void): Promise<string>;
  /** What an image from a server may lack: Debian packages, and shell lines run as root. */
  readonly completion: { readonly packages: readonly string[]; readonly run: readonly string[] };
}

/** A simplestreams server. Source: LXD's doc/reference/remote_image_servers.md. */
export type ImageServer = Omit<CopySource, 'stall'>;

/** By `machines.provider`. */
export type Providers = Readonly<Record<MachinesSpec['provider'], ProviderKind>>;

/** One kind of machines, before a project of them is opened. */
export interface ProviderKind {
  /** Only root can make and reach such machines. */
  readonly needsRoot: boolean;
  /** What such machines need of the host that Relevo runs on. */
  readonly host: Host;
  /** Where things lie on that host unless its user says otherwise. */
  readonly directories: {
    /** Keys and certificates: each project has a directory in it. */
    readonly state: string;
    /** Images, for all projects. */
    readonly cache: string;
    readonly locks: string;
  };
  /** What the machines of this file have and lack, where they are there already; nothing is changed. */
  examine?(spec: Spec): Promise<readonly Check[]>;
  /** Does there what `examine` says can be done. The caller has asked. */
  mend?(spec: Spec, onLine: (line: string) => void): Promise<void>;
  /** What of the file such machines can't follow, told by the file alone. */
  refuses(spec: Spec): Obstacle | undefined;
  /** The same for two projects only if they are the same one. */
  lockKey(project: string): Promise<string>;
  /** `access`: to the cluster that is made on these machines. `from`: the directory of the user's file, absolute. */
  open(spec: Spec, access: ClusterAccess, from: string): Promise<OpenProvider>;
}

export interface OpenProvider {
  readonly provider: Provider;
  /** In place of the one that it was given, where its machines are reached in ways of their own. */
  readonly access?: ClusterAccess;
  close(): Promise<void>;
}
