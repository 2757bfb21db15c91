import type { Check } from './check.ts';
import type { Link, Network } from './network.ts';
import type { Secret } from './secret.ts';
import type { LimitsSpec } from './spec.ts';

/** What an image is built from. Two recipes with equal content have equal hashes and share one image. */
export interface ImageRecipe {
  /** Base image, `debian/12`. */
  readonly base: string;
  readonly packages: readonly string[];
  readonly files: readonly ImageFile[];
  /** System users that are made where missing, after the packages and before the files. */
  readonly users?: readonly string[];
  /** Absolute; root's, made where they are missing after the files. */
  readonly directories?: readonly string[];
  /** Programs of this host that are copied into the image. */
  readonly programs?: readonly ImageProgram[];
  /** Each a line for `sh -e`, run as root in the build container. */
  readonly run: readonly string[];
  /** Of ours, before those of the file, which keep the numbers that they have there. */
  readonly before?: readonly string[];
}

/** Known by name and version, not by content: it is large. */
export interface ImageProgram {
  readonly program: 'node';
  readonly version: string;
  readonly target: string;
}

export interface ImageFile {
  readonly target: string;
  readonly mode: number;
  readonly content: Uint8Array | string | Secret;
  /** Absent: a file. A link's content is where it leads; a directory has none, and stays as it is where there is one. */
  readonly kind?: 'link' | 'directory';
  /** `user` or `user:group`, by names of the image; absent: root. */
  readonly owner?: string;
}

export interface ImagePlan {
  /** `balancer` or the service's name; `machine`. */
  readonly name: string;
  /** `relevo-<16 hex digits of the recipe's SHA-256>`: the image's alias everywhere, and its file's name in the cache. */
  readonly alias: string;
  readonly recipe: ImageRecipe;
}

export interface MachinePlan {
  readonly name: string;
  readonly address: string;
  /** Of which it is made; absent where it is there already. */
  readonly image?: string;
}

export interface InstancePlan {
  readonly name: string;
  readonly service: string;
  /** 1-based within its service. */
  readonly number: number;
  readonly role: 'primary' | 'backup';
  /** A cold backup: started once, so that it is whole, and then stopped until it is needed. */
  readonly cold: boolean;
  readonly machine: string;
  /** Unique in the cluster, 1..9999; decides the address and the machine's port. */
  readonly slot: number;
  /** On the bridge of its machine. */
  readonly address: string;
  readonly port: number;
  /** On which it listens beside that one, in ascending order; each has a port of the machine. */
  readonly further: readonly number[];
  readonly machineAddress: string;
  readonly image: string;
  /** Written before the first start. */
  readonly files: readonly ImageFile[];
  readonly limits: LimitsSpec;
  /** Of all that needs a new instance when it changes. */
  readonly hash: string;
  readonly check: Check;
  /** Of the check. */
  readonly checkMark: string;
  readonly startPeriod: number;
  readonly stopping: Stopping;
}

/** How an instance ends. */
export interface Stopping {
  /** Seconds for what is in flight on it. */
  readonly drain: number;
  /** Seconds between SIGTERM and the end by force. */
  readonly grace: number;
}

/** What is run once before the instances of a new revision are made. */
export interface ReleasePlan {
  readonly service: string;
  /** Of the image, what it is given and the command: another one is another release. */
  readonly revision: string;
  /** Run as this user in this directory; argv. */
  readonly command: readonly string[];
  readonly user: string;
  readonly workingDir: string;
  /** Where, and with which image and files; it gets a name of its own. */
  readonly image: string;
  readonly machine: string;
  readonly files: readonly ImageFile[];
}

export interface BalancerPlan {
  readonly name: string;
  readonly machine: string;
  readonly slot: number;
  readonly address: string;
  readonly image: string;
  /** Its second interface; absent where balancers share no address. */
  readonly outer?: BalancerLink;
  /** Ports of its machine that lead to the same ports of its own. */
  readonly forwards: readonly number[];
  /** Written before the first start. */
  readonly files: readonly ImageFile[];
  readonly hash: string;
  readonly final: BalancerConfig;
  readonly controller: ControllerPlan;
}

/** How a balancer is on the machines' network. */
export interface BalancerLink {
  readonly link: Link;
  /** Its own, beside the one that balancers share. */
  readonly address: string;
  /** The machine's interface on that network. */
  readonly parent: string;
}

/** What the controller beside a balancer must know to go on without this host. */
export interface ControllerPlan {
  /** JSON of a `ControllerConfig`. */
  readonly text: Secret;
  /** Of the text and of the controller's program. */
  readonly hash: string;
}

export interface BalancerConfig {
  /** haproxy.cfg, whole. */
  readonly text: string;
  /** Another one, which serves nobody, in which each server has its new check. */
  readonly trial: string;
  /** What it refers to: error pages, the certificate. */
  readonly files: readonly ImageFile[];
  /** Of the files. */
  readonly filesHash: string;
  /** Commands, each an argv, to be run in the balancer once the files are there and before HAProxy reads them. */
  readonly prepare: readonly (readonly string[])[];
  readonly hash: string;
  /** Of what the health checks ask for. */
  readonly checksHash: string;
  readonly servers: readonly ServerPlan[];
}

/** One server of haproxy.cfg, and what its check asks for. */
export interface ServerPlan {
  readonly backend: string;
  readonly server: string;
  readonly role: 'primary' | 'backup';
  /** As reached from the balancer. */
  readonly address: string;
  readonly port: number;
  /** The same for its further ports, which have backends of their own. */
  readonly further: readonly { readonly backend: string; readonly port: number }[];
  readonly check: Check;
  readonly startPeriod: number;
}

export interface Published {
  /** In ascending order. */
  readonly ports: readonly number[];
  /** The one that the balancers share. */
  readonly address: string;
}

/** The Spec with every choice made: what shall be, where, under which address. */
export interface Desired {
  readonly name: string;
  /** The cluster's storage pool that instances lie in. */
  readonly pool: string;
  readonly network: Network;
  readonly machineImage?: ImagePlan;
  /** Of instances and balancers. */
  readonly images: readonly ImagePlan[];
  readonly machines: readonly MachinePlan[];
  readonly instances: readonly InstancePlan[];
  readonly releases: readonly ReleasePlan[];
  /** By service, whom its new instances wait for. */
  readonly dependencies: Readonly<Record<string, readonly string[]>>;
  readonly balancers: readonly BalancerPlan[];
  /** What users reach, and the address that it leads to; absent where balancers share none. */
  readonly publish?: Published;
}
