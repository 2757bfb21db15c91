import type { Readable, Writable } from 'node:stream';
import type { Secret } from '../domain/secret.ts';
import type { Space } from '../domain/storage.ts';

/**
 * One LXD (or Incus) server or cluster, seen through one project.
 * Source of shapes and semantics: LXD's REST API, doc/rest-api.yaml of 5.0.
 *
 * Errors: every method throws a RelevoError with code `unreachable` (no endpoint answers, or the deadline passed),
 * `not-found` (404), `conflict` (409, and 400 where LXD says that the thing already exists is NOT guessed from text),
 * `refused` (403), or `failed` (LXD's own message kept). Background operations are awaited; a failed operation throws `failed`.
 */
export interface Lxd {
  /** The same server seen through another project. */
  project(name: string): Lxd;

  /**
   * The same client; `mayWrite` is asked right before the bytes of anything but a read are written, on whatever attempt and
   * after whatever wait; where it says no, `interrupted` is thrown and nothing is sent.
   */
  guardedBy(mayWrite: () => boolean): Lxd;

  server(): Promise<LxdServerInfo>;

  projects: LxdProjects;
  pools: LxdPools;
  networks: LxdNetworks;
  images: LxdImages;
  instances: LxdInstances;
  cluster: LxdCluster;

  /**
   * Resolves when no background task of the project runs any more: those of a client that was killed go on without it,
   * and LXD refuses to touch their instances meanwhile. Nor any command that a `guardedBy` client began: that is waited for
   * 30 s at most, and other commands, such as a user's, are not.
   */
  settled(): Promise<void>;

  /** Lifecycle events of the project, until disposed: over the failures of members as well. */
  changes(onChange: (change: LxdChange) => void): Disposable;

  /** Lets the holder of this certificate (PEM) do what it likes in these projects, and nothing else. Known already: no error. */
  trust(name: string, certificate: string, projects: readonly string[]): Promise<void>;

  /** Of the endpoints that it was made with, only these are used from now on; what is under way through the others ends. */
  useOnly(endpoints: readonly string[]): void;

  /** Closes event sockets and idle connections. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** `gap`: events are heard from now on, and earlier ones may have been missed: LXD does not send them again. */
export type LxdChange =
  | {
      readonly kind: 'event';
      /** `instance-stopped`, `image-alias-updated`, … Source: LXD's doc/events.md. */
      readonly action: string;
      /** URL of the object: `/1.0/instances/web-1?project=shop`. */
      readonly source: string;
    }
  | { readonly kind: 'gap' };

export interface LxdServerInfo {
  readonly product: 'lxd' | 'incus';
  readonly version: string;
  readonly name: string;
  /** Of the daemon, as this host sees it where it is this host's. */
  readonly pid: number;
}

export type Config = Readonly<Record<string, string>>;
export type Devices = Readonly<Record<string, Config>>;

export interface LxdProjects {
  get(name: string): Promise<{ name: string; config: Config; description: string } | undefined>;
  create(name: string, config: Config, description?: string): Promise<void>;
  delete(name: string): Promise<void>;
}

export interface LxdPools {
  get(name: string): Promise<{ name: string; driver: string; config: Config; status: string } | undefined>;
  create(name: string, driver: string, config: Config): Promise<void>;
  delete(name: string): Promise<void>;
  /** What of it is on this member; `unreachable` where the member does not tell within 4 s. */
  space(name: string, member: string): Promise<Space>;
}

export interface LxdNetworks {
  get(name: string): Promise<{ name: string; type: string; managed: boolean; config: Config } | undefined>;
  list(): Promise<readonly { name: string; type: string; managed: boolean; config: Config }[]>;
  create(name: string, config: Config, description?: string): Promise<void>;
  delete(name: string): Promise<void>;
}

export interface LxdImage {
  readonly fingerprint: string;
  readonly aliases: readonly string[];
  readonly properties: Config;
  /** Bytes. */
  readonly size: number;
}

/** How many bytes of how many have gone out. */
export type Sent = (bytes: number, of: number) => void;

export interface LxdImages {
  list(): Promise<readonly LxdImage[]>;
  getAlias(alias: string): Promise<string | undefined>;
  /** Uploads one unified image tarball (a file's path, or its bytes) and gives it the alias. Resolves to the fingerprint. An image already there only gets the alias. */
  upload(image: string | Uint8Array, alias: string, onSent?: Sent): Promise<string>;
  /** Lets the server copy from a simplestreams server. Resolves to the fingerprint. */
  copyFromServer(source: CopySource, alias: string): Promise<string>;
  /** Publishes a stopped instance. `compression`: `zstd`, `none`, … Resolves to the fingerprint. */
  publish(instance: string, alias: string, compression: string, properties?: Config): Promise<string>;
  /** Streams the image (one unified tarball) into the file, which is complete or not there. */
  download(fingerprint: string, file: string): Promise<void>;
  delete(fingerprint: string): Promise<void>;

  /** Every alias of the project, with what is written on it. */
  aliases(): Promise<readonly LxdAlias[]>;
  readAlias(name: string): Promise<(LxdAlias & { readonly etag: string }) | undefined>;
  /** Atomic in the whole cluster: false where the name is taken. */
  createAlias(alias: LxdAlias): Promise<boolean>;
  /** Compare-and-swap (If-Match), one transaction in LXD's database: false where it is no longer as it was, or gone. */
  swapAlias(alias: LxdAlias, etag: string): Promise<boolean>;
  /** The ETag of an alias with this content, told without asking. If a later LXD makes it in another way, a swap by it is refused. */
  etagOf(alias: LxdAlias): string;
  /** Whole; false where there is none of that name. */
  updateAlias(alias: LxdAlias): Promise<boolean>;
  /** An absent alias is no error. */
  deleteAlias(name: string): Promise<void>;
}

export interface CopySource {
  /** `https://images.lxd.canonical.com`. */
  readonly server: string;
  /** The image's name there. */
  readonly alias: string;
  /** PEM, where no public authority signed the server's certificate. */
  readonly certificate?: string;
  /** Seconds without any progress after which `unreachable` is thrown. */
  readonly stall: number;
}

export interface LxdAlias {
  readonly name: string;
  /** Fingerprint of an image. */
  readonly target: string;
  readonly description: string;
}

export interface NewInstance {
  readonly name: string;
  /** Image alias or fingerprint, or the name of a stopped instance on the same member that is cloned. */
  readonly image: { readonly alias: string } | { readonly fingerprint: string } | { readonly instance: string };
  readonly config: Config;
  readonly devices: Devices;
  /** Cluster member that shall carry it. */
  readonly target?: string;
}

export interface LxdInstance {
  readonly name: string;
  /** LXD's word: `Running`, `Stopped`, `Frozen`, `Error`. */
  readonly status: string;
  readonly location: string;
  readonly config: Config;
  readonly devices: Devices;
  readonly profiles: readonly string[];
}

export interface LxdInstances {
  /** With config and devices. Those of cluster members that do not answer are missing: see `survey`. */
  list(): Promise<readonly LxdInstance[]>;
  /** All instances, and of those whose member does not answer what the other members know. */
  survey(): Promise<{
    readonly read: readonly LxdInstance[];
    readonly unread: readonly Pick<LxdInstance, 'name' | 'location'>[];
  }>;
  get(name: string): Promise<LxdInstance | undefined>;
  /** Created with no profile: everything it has is in `config` and `devices`. */
  create(instance: NewInstance): Promise<void>;
  /** Sends the whole config and devices (PUT), keeping `volatile.*` and `image.*` keys as they are. */
  update(name: string, config: Config, devices: Devices): Promise<void>;
  /** Merges keys into the config (PATCH). */
  patchConfig(name: string, config: Config): Promise<void>;
  start(name: string): Promise<void>;
  /** `force` kills; else a clean shutdown within `timeout` seconds. */
  stop(name: string, options: { force: boolean; timeout?: number }): Promise<void>;
  /** The instance must be stopped. An absent instance is no error. */
  delete(name: string): Promise<void>;

  /** What the instance printed on its console since its start. */
  consoleLog(name: string): Promise<string>;

  exec(name: string, argv: readonly string[], options?: ExecOptions): Promise<ExecResult>;
  /** A terminal on this process's stdin/stdout, with resize and signals. Resolves to the exit code. */
  execInteractive(name: string, argv: readonly string[], terminal: Terminal): Promise<number>;

  pushFile(name: string, path: string, bytes: Uint8Array | string, attributes?: FileAttributes): Promise<void>;
  readFile(name: string, path: string): Promise<Uint8Array | undefined>;
  deleteFile(name: string, path: string): Promise<void>;
  makeDirectory(name: string, path: string, attributes?: FileAttributes): Promise<void>;
}

export interface FileAttributes {
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
}

export interface ExecOptions {
  readonly stdin?: string | Uint8Array | Readable;
  readonly environment?: Config;
  readonly user?: number;
  readonly cwd?: string;
  /** It changes nothing, or nothing more when it is run again: so it may be, where its outcome was lost. */
  readonly onlyLooks?: boolean;
  /** Seconds until the command is killed and `unreachable` thrown; 60 unless told; Infinity: never. */
  readonly timeout?: number;
  /** Where its bytes go as they come, and as fast as they are taken. Nothing is collected then, and the streams are not ended. */
  readonly output?: { readonly stdout: Writable; readonly stderr: Writable };
  /** Called with each complete line as it comes. Nothing is collected then. */
  readonly onLine?: (line: string, stream: 'stdout' | 'stderr') => void;
  /** The command is killed. */
  readonly signal?: AbortSignal;
}

export interface ExecResult {
  readonly code: number;
  /** Empty where the output is handed on; else `failed` is thrown where it is longer than 64 MiB. */
  readonly stdout: string;
  readonly stderr: string;
  /** All that it printed has arrived. Always so where it only looks. */
  readonly whole: boolean;
}

export interface Terminal {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
  readonly error: NodeJS.WriteStream;
}

export interface LxdMember {
  readonly name: string;
  readonly url: string;
  /** `Online`, `Offline`, `Evacuated`, … */
  readonly status: string;
  readonly message: string;
  readonly roles: readonly string[];
}

export interface LxdCluster {
  members(): Promise<readonly LxdMember[]>;
  /** A join token for a new member, as `lxd init --preseed` takes it (base64 JSON). */
  joinToken(member: string): Promise<Secret>;
  removeMember(name: string, options: { force: boolean }): Promise<void>;
}

/** How to reach a server. */
export type LxdTarget =
  | { readonly socket: string }
  | {
      /** Tried in this order; the one that answered last is tried first. `https://198.18.4.11:8443`. */
      readonly endpoints: readonly string[];
      /** PEM. */
      readonly clientCertificate: string;
      readonly clientKey: Secret;
      /** PEM of the server's (cluster's) certificate: the only one accepted, whatever name it bears. */
      readonly serverCertificate: string;
      readonly way?: WayTo;
    };

/**
 * How an endpoint is reached: a unix socket of this host that leads there, or undefined for its own address. Asked before each
 * request; `failed`: the last way did not work.
 */
export type WayTo = (endpoint: string, failed: boolean) => Promise<string | undefined>;

/** Opens nothing until the first call. */
export type ConnectLxd = (target: LxdTarget, options?: ConnectOptions) => Lxd;

export interface ConnectOptions {
  readonly project?: string;
  /** The client's certificate is good for this project only. */
  readonly restricted?: boolean;
  /** Milliseconds until an answer's head must be there; 30 s unless told. */
  readonly deadline?: number;
}
