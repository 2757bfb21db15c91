import type { ImageRecipe, Published } from './desired.ts';
import type { Failure } from './failure.ts';
import type { Intent } from './intent.ts';
import type { Network } from './network.ts';
import type { LimitsSpec } from './spec.ts';
import type { MemberStatus, RunState } from './status.ts';

/** What there is, as read from the machine provider and the cluster's API. Nothing in here is guessed. */
export interface Observed {
  /** Proposed where nothing exists yet. */
  readonly network: Network;
  /** Of which the provider makes machines; absent where they are there already. */
  readonly machineImage?: ImageRecipe;
  /** The provider's own ground (project, pool, network) is complete. */
  readonly prepared: boolean;
  /** Aliases of the images in this host's cache. */
  readonly cached: readonly string[];
  readonly machines: readonly ObservedMachine[];
  /** Null where it could not be read: a machine that should answer is off, … */
  readonly cluster: ObservedCluster | null;
  /** … or this went wrong. */
  readonly unreadable?: Failure;
  readonly published: Published | null;
}

export interface ObservedMachine {
  readonly name: string;
  readonly state: RunState;
  readonly address: string;
  /** It has been made a member of the cluster. */
  readonly joined: boolean;
  /** Seconds since it booted, where that is told. */
  readonly upFor?: number;
}

export interface ObservedCluster {
  readonly members: readonly MemberStatus[];
  /** The project that holds the instances exists. */
  readonly configured: boolean;
  readonly images: readonly {
    readonly alias: string;
    readonly fingerprint: string;
    /** Machines that have a seed of it. */
    readonly unpackedOn: readonly string[];
  }[];
  readonly instances: readonly ObservedInstance[];
  /** Instances that exist, but whose machine does not answer for them just now. */
  readonly unread: readonly UnreadInstance[];
  /** HAProxy's status by server name (`web-1`), from the first balancer that answered; null where none did. */
  readonly servers: Readonly<Record<string, string>> | null;
  /** Balancers that run and whose HAProxy, or whose LXD, does not answer. */
  readonly mute: readonly string[];
  /** Balancers that hold the shared address: one, but for moments. */
  readonly holders: readonly string[];
  readonly intent: Intent;
  /** By service: the revision whose release command has succeeded last. */
  readonly releases: Readonly<Record<string, string>>;
}

/** What can't be read is told by its name alone. A service may be called `balancer-api`. */
export const isBalancerName = (name: string): boolean => /^balancer-\d+$/.test(name);

export interface UnreadInstance {
  readonly name: string;
  readonly machine: string;
  /** As the balancers' configuration tells it; undefined where it does not. */
  readonly slot?: number;
}

export interface ObservedInstance {
  readonly name: string;
  readonly kind: 'service' | 'balancer';
  readonly service: string;
  readonly number: number;
  readonly role: 'primary' | 'backup';
  readonly machine: string;
  readonly slot: number;
  /** On which its service listens; 0 for balancers. */
  readonly port: number;
  /** Beside that one; empty for balancers. */
  readonly further: readonly number[];
  /** Of its health check; see `checkMark`. */
  readonly checkMark: string;
  readonly state: RunState;
  readonly hash: string;
  readonly image: string;
  /** In LXD's words; empty: none. */
  readonly limits: Readonly<Record<keyof LimitsSpec, string>>;
  /** Of services: seconds that it has to end. */
  readonly grace?: number;
  /** Its creation was completed. */
  readonly complete: boolean;
  /** Balancers: the hash of the haproxy.cfg that was last loaded. */
  readonly configHash: string;
  readonly checksHash: string;
  /** Balancers: `1080,1443`. */
  readonly forwards: string;
  /** Balancers: the hash of what its controller knows; empty where it has none yet. */
  readonly controllerHash: string;
}
