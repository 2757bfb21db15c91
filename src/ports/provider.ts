import type { MachinePlan } from '../domain/desired.ts';
import type { ObservedMachine } from '../domain/observed.ts';
import type { ExecOptions, ExecResult, Lxd } from './lxd.ts';

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
  /** Forwards the port of this host's loopback to the same port of the machine's address. */
  publish(port: number, machine: string): Promise<void>;
  unpublish(machine: string): Promise<void>;
  /** Removes all that this provider ever made for the project. Each line says what is being removed. */
  destroy(onLine: (line: string) => void): Promise<void>;
}

export interface ObservedProvider {
  readonly subnet: string;
  readonly prepared: boolean;
  /** Nothing of the project exists. */
  readonly empty: boolean;
  readonly machines: readonly ObservedMachine[];
  readonly published: { readonly port: number; readonly machine: string } | null;
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
  /** Makes the base image if it is not cached; resolves to its file. */
  ensure(base: string, onLine: (line: string) => void): Promise<string>;
}
