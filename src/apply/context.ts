import type { Desired, ImageFile, ImageProgram } from '../domain/desired.ts';
import type { Secret } from '../domain/secret.ts';
import type { ImageCache } from '../ports/cache.ts';
import type { ClusterAccess } from '../ports/cluster.ts';
import type { Lxd } from '../ports/lxd.ts';
import type { BaseImages, Provider } from '../ports/provider.ts';
import type { Clock } from '../ports/system.ts';

/** What steps inside the cluster need beside it. */
export interface InsideContext {
  readonly desired: Desired;
  readonly clock: StepClock;
  /** All that a controller is made of; `config`: what it is told. */
  controllerFiles(config: Secret): Promise<readonly ImageFile[]>;
}

/** What steps may touch. */
export interface Context extends InsideContext {
  /** Whether the provider's ground was complete when the world was observed. */
  readonly prepared: boolean;
  /** Whether the cluster could be read then. */
  readonly readable: boolean;
  /** Whether there were a project for the instances, and so a lease. */
  readonly configured: boolean;
  /** Machines that were members of the cluster when the world was observed, running or not. */
  readonly joined: readonly string[];
  readonly provider: Provider;
  readonly access: ClusterAccess;
  readonly bases: BaseImages;
  readonly cache: ImageCache;
  /** The cluster's server, and its project that holds the instances; nothing is written there without the lease, once there is one. */
  cluster(): Promise<Cluster>;
  /** Where the programs that go into images lie on this host. */
  readonly programs: Readonly<Record<ImageProgram['program'], string>>;
  /**
   * From now on this command writes into the cluster, and controllers keep still. True: it did not before, so that what was
   * seen of the cluster may be out of date.
   */
  lead(): Promise<boolean>;
  /** Resolves once a write may go out. */
  mayGoOn(): Promise<void>;
  /** Closes what `cluster` opened. */
  close(): Promise<void>;
}

export interface Cluster {
  readonly root: Lxd;
  readonly lxd: Lxd;
}

export type StepClock = Pick<Clock, 'elapsed' | 'sleep'>;

export type OnLine = (line: string) => void;
