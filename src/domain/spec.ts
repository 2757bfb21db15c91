import type { Link } from './network.ts';
import type { Secret } from './secret.ts';

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
  /** What people may load the services with. It changes nothing of what runs. */
  readonly load: readonly LoadSpec[];
}

export interface MachinesSpec {
  /** Whose machines they are: `local`, system containers of this host's LXD; `ssh`, hosts that are there already; `vagrant`, its VMs. */
  readonly provider: 'local' | 'ssh' | 'vagrant';
  readonly hosts: readonly string[];
  /** How machines are reached whose addresses the file gives, by name; absent where the provider gives them. */
  readonly ways?: Readonly<Record<string, HostSpec>>;
  /** By name, of hosts whose power can be cut and given back from here. */
  readonly power?: Readonly<Record<string, PowerSpec>>;
  /** Base image of the machines, e.g. `debian/12`. */
  readonly image: string;
  /**
   * A storage pool that is there already: of this host's LXD where machines are made, else of the cluster's; absent: one that is
   * made, or the only one of a cluster that was there before.
   */
  readonly pool?: string;
  /** What Vagrant makes them of; absent with other providers. */
  readonly vagrant?: VagrantSpec;
}

/** What Vagrant calls a provider, which is another word here. */
export type Hypervisor = 'virtualbox' | 'libvirt' | 'vmware_desktop' | 'hyperv' | 'parallels' | 'lxc';

export interface VagrantSpec {
  readonly hypervisor: Hypervisor;
  /** A Vagrantfile of the user's own, relative to the spec's file; what follows is then its affair. */
  readonly vagrantfile?: string;
  /** `bento/debian-12`; absent where the hypervisor has none that is alive, and the file names none. */
  readonly box?: string;
  readonly boxUrl?: string;
  readonly boxVersion?: string;
  /** By machine. */
  readonly sizes: Readonly<Record<string, MachineSize>>;
}

export interface MachineSize {
  readonly cpus: number;
  /** Bytes. */
  readonly memory: number;
}

/** How a host that is there already is reached. */
export interface HostSpec {
  /** IPv4, on the network that all machines share; SSH goes there too. */
  readonly address: string;
  /** Who logs in; unless told, whom ssh takes. */
  readonly user?: string;
  /** TCP port of its SSH server. */
  readonly port?: number;
  /** `user@host:port` of a host through which it is reached. */
  readonly jump?: string;
  /** Its public host key, `ssh-ed25519 AAAA…`; absent: as the user's known_hosts say. */
  readonly hostKey?: string;
}

/** Commands of the computer that Relevo runs on, argv. They may hold what only their owner should know. */
export interface PowerSpec {
  /** Ends well when the host has no power any more. */
  readonly off: readonly string[];
  readonly on: readonly string[];
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
  /** The user that runs `command`; made at build time where missing, with a home. */
  readonly user: string;
  /** Absolute; where `command` and `releaseCommand` start. */
  readonly workingDir: string;
  /** What `command` gets first when it shall end: `SIGTERM`. */
  readonly stopSignal: StopSignal;
  /** Of the whole instance, `Europe/Madrid`; absent: UTC. */
  readonly timezone?: string;
  /** argv; run once for each release, before an instance of the new revision gets requests. */
  readonly releaseCommand?: readonly string[];
  /** Names of services whose new instances are ready before this one's are made. */
  readonly dependsOn: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets: readonly SecretSpec[];
  readonly limits: LimitsSpec;
  /** Where its health is asked for, and where all routes lead that name no port of their own. */
  readonly port: number;
  /** What it speaks, on further ports too. */
  readonly protocol: Protocol;
  readonly health: HealthSpec;
  readonly replicas: number;
  /** Machines that may carry this service; all of them unless the file says otherwise. */
  readonly place: readonly string[];
  /**
   * Which requests from outside reach this service; one without conditions: whatever no other service asks for. None: only
   * other services call it, by its name.
   */
  readonly routes: readonly RouteSpec[];
  /** Who gets the next request; the balancer's own algorithm unless the file says otherwise. */
  readonly algorithm: Algorithm;
  /** A visitor stays with one instance, by a cookie. */
  readonly sticky: boolean;
  /** Any request, a POST too, may reach two servers when the first one fails: the service says that it does no harm. */
  readonly idempotent: boolean;
  readonly timeouts: TimeoutsSpec;
  /** Seconds between SIGTERM and the end by force of an instance that is stopped, restarted, replaced or removed. */
  readonly stopGracePeriod: number;
  /** Requests that one instance gets at a time; more wait in the balancer. Absent: no limit. */
  readonly maxconn?: number;
  readonly backups: BackupsSpec;
  /** Raw lines for this service's `backend` in haproxy.cfg. */
  readonly haproxy: readonly string[];
}

/** HAProxy's own, and `resource`: round robin by weights that an agent in each instance reports from its load. */
export type Algorithm = 'roundrobin' | 'leastconn' | 'source' | 'uri' | 'resource';

/** Seconds, fractions too. */
export interface TimeoutsSpec {
  /** For a connection to an instance. */
  readonly connect: number;
  /** For the next piece of an answer. */
  readonly server: number;
  /** For a place, where every instance has `maxconn` requests. */
  readonly queue: number;
  /** For the next message of a WebSocket, and how long one outlives a change of the balancer's configuration. */
  readonly tunnel: number;
  /** For what is in flight on an instance that is stopped for a change; what takes longer is cut. */
  readonly drain: number;
}

export interface BackupsSpec {
  readonly count: number;
  /** `warm`: running. `cold`: created and stopped; it costs disk only. */
  readonly kind: 'warm' | 'cold';
}

export interface FileSpec {
  /** Path of the source, a file or a directory, relative to the spec's file. */
  readonly source: string;
  readonly target: string;
  /** Rendered for each instance: `{{instance.name}}`, `{{machine.name}}`, … */
  readonly template: boolean;
  /** Permission bits, e.g. 0o644. Absent: 0o644, and in a directory as they are there. */
  readonly mode?: number;
  /** `user` or `user:group` in the instance; absent: root. */
  readonly owner?: string;
}

export interface SecretSpec {
  /** The environment variable under which the service sees it; with `file` only what it is called here. */
  readonly name: string;
  readonly from: { readonly file: string } | { readonly env: string };
  /** Absent: an environment variable. */
  readonly file?: SecretFileSpec;
}

export interface SecretFileSpec {
  /** Absolute. */
  readonly target: string;
  /** `user` or `user:group`. */
  readonly owner: string;
  readonly mode: number;
}

export const stopSignals = ['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGWINCH'] as const;
export type StopSignal = (typeof stopSignals)[number];

export interface LimitsSpec {
  /** Number of CPUs. */
  readonly cpu?: number;
  /** Bytes. */
  readonly memory?: number;
  /** Bytes of its root disk. */
  readonly disk?: number;
  /** Processes and threads. */
  readonly processes?: number;
}

/** `https`: without a look at the certificate. `h2c`: HTTP/2 without TLS, as gRPC has it. */
export type Protocol = 'http' | 'https' | 'h2c';

export interface HealthSpec {
  readonly path: string;
  /** Name of the host that it is asked for. */
  readonly host: string;
  /** Beside `Host`. */
  readonly headers: Readonly<Record<string, string>>;
  /** Good answers, as HAProxy writes them: `200-399,401`. */
  readonly status: string;
  /** Seconds that an answer may take. */
  readonly timeout: number;
  /** Seconds between two checks of an instance that is well. */
  readonly interval: number;
  /** Seconds that a started instance may take until its check first succeeds. */
  readonly startPeriod: number;
}

export interface RouteSpec {
  /** `api.example.org`, or `*.example.org`: each name below that one. */
  readonly host?: string;
  /** This path, and those below it. */
  readonly path?: string;
  /** Exact values by the names of request headers, which are in lower case. */
  readonly header: Readonly<Record<string, string>>;
  /** Where its requests go in the instances; absent: to the service's own port. */
  readonly port?: number;
}

export interface BalancerSpec {
  readonly image: string;
  /** What a service gets that names none. */
  readonly algorithm: Algorithm;
  readonly place: readonly string[];
  readonly replicas: number;
  /** IPv4 address that the balancers share. */
  readonly vip?: string;
  /** IPv6 address that goes with it. */
  readonly vip6?: string;
  /** How balancers are on the machines' network; absent: as a trial there shows. */
  readonly link?: Link;
  /** IPv4 addresses of the balancers' own, on machines whose network is somebody else's. */
  readonly addresses?: readonly string[];
  /** TCP port on the host's loopback and on the balancer's machine. */
  readonly publish: number;
  readonly tls?: TlsSpec;
  /** IPv4 addresses and networks of proxies in front, whose word on who asks counts. */
  readonly trustedProxies: readonly string[];
  /** TCP port of the statistics page and of the Prometheus endpoint. Absent: there are none. */
  readonly stats?: number;
  /** HTML files by status code, in place of Relevo's own error pages. Paths relative to the spec's file. */
  readonly errors: Readonly<Partial<Record<ErrorCode, string>>>;
  readonly haproxy: RawHaproxySpec;
}

export interface TlsSpec {
  /** Those of whom a host name chooses one; the first one is for all other names. Or a single one that is made for a lab. */
  readonly certificates: 'self-signed' | readonly CertificateSpec[];
  /** TCP port for HTTPS, beside `publish`. */
  readonly publish: number;
  /** HTTP answers with a redirect to HTTPS. */
  readonly redirect: boolean;
  /** Browsers are told to use HTTPS only, for two years. */
  readonly hsts: boolean;
}

/** PEM files, their paths relative to the spec's file. */
export interface CertificateSpec {
  readonly certificate: string;
  readonly key: string;
  /** The file has it beside its list. */
  readonly alone?: true;
}

/** Status codes that HAProxy itself answers with. */
export type ErrorCode = '400' | '408' | '500' | '502' | '503' | '504';

/** Raw lines by the section of haproxy.cfg that they are added to. */
export interface RawHaproxySpec {
  readonly global: readonly string[];
  readonly defaults: readonly string[];
  readonly frontend: readonly string[];
}

/** What the files named by a Spec hold: everything that decides what an instance contains, beside the Spec itself. */
export interface Assets {
  /** By `FileSpec.source`. */
  readonly files: Readonly<Record<string, Asset>>;
  /** By `${service}/${name}`. */
  readonly secrets: Readonly<Record<string, Secret>>;
  readonly controller: ControllerAssets;
}

/** What runs beside HAProxy in each balancer. */
export interface ControllerAssets {
  /** The version of Node.js that it runs on. */
  readonly node: string;
  /** The hash of its program. */
  readonly program: string;
}

/** A file, or what a directory holds. */
export type Asset = { readonly bytes: Uint8Array } | { readonly entries: readonly DirectoryEntry[] };

/** `path`: relative to the directory, with `/`; in ascending order, so that a directory is before what it holds. */
export type DirectoryEntry = { readonly path: string } & (
  | { readonly kind: 'file'; readonly bytes: Uint8Array; readonly mode: number }
  | { readonly kind: 'directory'; readonly mode: number }
  | { readonly kind: 'link'; readonly to: string }
);

/** One entry of `load:`. */
export type LoadSpec = { readonly name: string; readonly expect: readonly Threshold[] } & (
  | ({
      /** Closed model: so many users, each of whom waits for its answer before it goes on. */
      readonly model: 'closed';
      readonly users: number;
      /** Seconds until all of them are at work. */
      readonly rampUp: number;
      /** Seconds from one beginning of the requests to the next, for each user; 0: at once. */
      readonly pace: number;
    } & RequestsSpec)
  | ({
      /** Open model: requests begin on time, whether or not earlier ones were answered. */
      readonly model: 'open';
      /** Beginnings per second. */
      readonly rate: number;
    } & RequestsSpec)
  | {
      readonly model: 'plan';
      /** Path of a `.jmx`, relative to the file. */
      readonly plan: string;
      readonly properties: Readonly<Record<string, string>>;
    }
);

interface RequestsSpec {
  /** Seconds. */
  readonly duration: number;
  readonly requests: readonly RequestSpec[];
}

export interface RequestSpec {
  /** What its samples are called: `GET /`, unless the file says otherwise. */
  readonly name: string;
  readonly method: string;
  /** From the first slash on, or a whole URL. Placeholders (`placeholder.ts`) are filled in for each request, here, in headers and in the body. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** What a good answer has; absent: any status from 200 to 399. */
  readonly expect: { readonly status?: number; readonly body?: string };
}

/** `p99 < 400ms`. */
export interface Threshold {
  /** As it was written. */
  readonly text: string;
  readonly figure:
    | 'samples'
    | 'errors'
    | 'error%'
    | 'rate'
    | 'min'
    | 'mean'
    | 'median'
    | 'p90'
    | 'p95'
    | 'p99'
    | 'p99.9'
    | 'max'
    | 'apdex';
  /** Of one label; absent: of all samples. */
  readonly label?: string;
  readonly is: '<' | '<=' | '==' | '>=' | '>';
  /** Milliseconds for times. */
  readonly value: number;
}
