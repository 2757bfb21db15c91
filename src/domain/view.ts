import type { ImageRecipe } from './desired.ts';
import type { Intent } from './intent.ts';
import type { Network } from './network.ts';
import type { ObservedInstance, UnreadInstance } from './observed.ts';

/** What there is inside of the cluster, as whoever plans can read it: the command line, or a controller. */
export interface Sighting {
  readonly network: Network;
  /** Of which the provider makes machines; absent where they are there already, and for who makes none. */
  readonly machineImage?: ImageRecipe;
  /** Members that are off, or whose LXD does not answer. */
  readonly dark: readonly string[];
  readonly instances: readonly ObservedInstance[];
  /** Instances that exist, but whose machine does not answer for them just now. */
  readonly unread: readonly UnreadInstance[];
  readonly intent: Intent;
}

/** What the inside of the cluster is planned from. */
export interface View extends Sighting {
  /** HAProxy's status by server name; null where no balancer told it. */
  readonly servers: Readonly<Record<string, string>> | null;
  /** Machines that are taken for dead: what they carried is recreated on others. Only a controller judges so. */
  readonly lost: readonly string[];
  /** Instances that a restart on this machine did not cure: they shall be elsewhere. Only a controller judges so. */
  readonly failed: readonly { readonly name: string; readonly machine: string }[];
}
