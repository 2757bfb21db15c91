import type { Link } from './network.ts';
import type { Space } from './storage.ts';

/** What `relevo status --json` prints; additions are allowed, renames are not. */
export interface Status {
  readonly name: string;
  /** Null until something is published. */
  readonly url: string | null;
  /** The address that the balancers share, on the machines' network; null until something is published, and where they share none. */
  readonly address: string | null;
  /** How balancers are on the machines' network; null where they share no address. */
  readonly link: Link | null;
  /** Why the cluster can't be read: then nothing is known of members, instances and balancers. */
  readonly unreadable: string | null;
  readonly machines: readonly MachineStatus[];
  readonly members: readonly MemberStatus[];
  readonly instances: readonly InstanceStatus[];
  readonly balancers: readonly BalancerStatus[];
}

/** `unknown`: it could not be read, which is not the same as down. */
export type RunState = 'running' | 'stopped' | 'absent' | 'unknown';

/** Whether somebody answers; `unknown` where he could not be asked. */
export type Answering = 'answers' | 'silent' | 'unknown';

export interface MachineStatus {
  readonly name: string;
  readonly address: string | null;
  readonly state: RunState;
  /** Its LXD. What a machine carries whose LXD is silent is unknown. */
  readonly lxd: Answering;
  /** The storage pool that its instances lie in; null where it did not tell in time. */
  readonly disk: Space | null;
}

export interface MemberStatus {
  readonly name: string;
  /** LXD's own words: `Online`, `Offline`, … in capitals as `lxc cluster list` prints them. */
  readonly state: string;
  readonly message: string;
}

export interface InstanceStatus {
  readonly name: string;
  readonly service: string;
  readonly role: 'primary' | 'backup' | 'unknown';
  readonly machine: string;
  readonly address: string | null;
  readonly state: RunState;
  /** HAProxy's status of the server: `UP`, `DOWN`, `MAINT`, `DRAIN`, `no check`; null where no balancer knows it. */
  readonly server: string | null;
}

export interface BalancerStatus {
  readonly name: string;
  readonly machine: string;
  readonly address: string | null;
  readonly state: RunState;
  readonly haproxy: Answering;
  /** Where it answers beside the shared address: at its machine's own. */
  readonly url: string | null;
  /** It holds the shared address; null where that could not be asked. */
  readonly holder: boolean | null;
}
