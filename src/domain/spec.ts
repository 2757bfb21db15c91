/**
 * The Spec: what the user's file says, after parsing, validation and defaults.
 * Every field is present here, so that nothing behind `spec/` needs to know a default.
 */
export interface Spec {
  readonly version: 1;
  readonly name: string;
  readonly machines: MachinesSpec;
  readonly services: readonly ServiceSpec[];
  readonly balancer: BalancerSpec;
}

export interface MachinesSpec {
  /** The key of the machine provider that makes these machines (`local`: system containers of this host's LXD). */
  readonly provider: 'local';
  readonly hosts: readonly string[];
  /** Base image of the machines, e.g. `debian/12`. */
  readonly image: string;
}

export interface ServiceSpec {
  readonly name: string;
  /** Base image: `debian/12`. */
  readonly image: string;
  readonly packages: readonly string[];
  readonly files: readonly FileSpec[];
  /** Build steps, each one line for `sh -e`, run as root inside the image's build container. */
  readonly run: readonly string[];
  /** The service's own program, argv; becomes a systemd unit with restart. Absent: a package brings its unit. */
  readonly command?: readonly string[];
  /** The user that runs `command`; made at build time where missing. */
  readonly user: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets: readonly SecretSpec[];
  readonly limits: LimitsSpec;
  readonly port: number;
  readonly health: HealthSpec;
  readonly replicas: number;
  /** Machines that may carry this service; all of them unless the file says otherwise. */
  readonly place: readonly string[];
  /** Which requests reach this service; both empty: the default service. */
  readonly route: RouteSpec;
}

export interface FileSpec {
  /** Path of the source, relative to the spec's file. */
  readonly source: string;
  readonly target: string;
  /** Rendered for each instance: `{{instance.name}}`, `{{machine.name}}`, … */
  readonly template: boolean;
  /** Octal permission bits, e.g. 0o644. */
  readonly mode: number;
}

export interface SecretSpec {
  /** The environment variable under which the service sees it. */
  readonly name: string;
  readonly from: { readonly file: string } | { readonly env: string };
}

export interface LimitsSpec {
  /** Number of CPUs. */
  readonly cpu?: number;
  /** Bytes. */
  readonly memory?: number;
}

export interface HealthSpec {
  readonly path: string;
  /** Seconds that a started instance may take until its check first succeeds. */
  readonly startPeriod: number;
}

export interface RouteSpec {
  readonly host?: string;
  /** Path prefix. */
  readonly path?: string;
}

export interface BalancerSpec {
  readonly image: string;
  readonly algorithm: 'roundrobin' | 'leastconn';
  readonly place: readonly string[];
  /** TCP port on the host's loopback and on the balancer's machine. */
  readonly publish: number;
}

/** What the files named by a Spec hold: everything that decides what an instance contains, beside the Spec itself. */
export interface Assets {
  /** By `FileSpec.source`. */
  readonly files: Readonly<Record<string, Asset>>;
  /** Secret values by `${service}/${name}`. Never printed, never logged. */
  readonly secrets: Readonly<Record<string, string>>;
}

export interface Asset {
  readonly bytes: Uint8Array;
}
