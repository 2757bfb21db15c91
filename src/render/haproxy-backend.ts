import type { Algorithm, BalancerSpec, Protocol, ServiceSpec } from '../domain/spec.ts';
import { healthCheck, spoken } from './haproxy-check.ts';
import { milliseconds, section } from './haproxy-words.ts';

export interface HaproxyServer {
  readonly name: string;
  /** `198.19.0.11:80`. */
  readonly address: string;
  /** The same for its further ports, by port; absent: they are where it is. */
  readonly further?: Readonly<Record<number, string>>;
  /** Absent: a primary. */
  readonly role?: 'primary' | 'backup';
  /** Absent: as its service says. */
  readonly protocol?: Protocol;
  /** Where its load agent answers, `198.19.0.11:9707`; read for the algorithm `resource` only. */
  readonly agent?: string;
}

export interface HaproxyService {
  readonly service: Pick<
    ServiceSpec,
    | 'name'
    | 'protocol'
    | 'health'
    | 'routes'
    | 'algorithm'
    | 'sticky'
    | 'idempotent'
    | 'timeouts'
    | 'maxconn'
    | 'backups'
    | 'haproxy'
  >;
  readonly servers: readonly HaproxyServer[];
  /** Its instances answer different health paths just now: only the connection is checked. */
  readonly connectOnly: boolean;
  /** The backend whose servers these follow, by their names. */
  readonly follows?: string;
}

/** Answers what no service is there for. Names of services have no dot in them. */
export const lastResortBackend = 'relevo.nobody';

/**
 * A backup stands in its backend twice: under its own name it gets requests like a primary once it has a weight, which is
 * given and taken while HAProxy runs; under this name only while no such server is UP, before anybody has promoted it.
 */
export function twinOf(server: string): string {
  return `${server}-backup`;
}

export function backend(balancer: Pick<BalancerSpec, 'tls'>, given: HaproxyService): string {
  const { service, servers, connectOnly, follows } = given;
  const backups = servers.filter(isBackup);
  return section(`backend ${service.name}`, [
    ...balance(service.algorithm),
    `retries ${retries(given, servers.length - backups.length)}`,
    ...manners(balancer, given, backups),
    'option allbackups',
    ...(follows === undefined ? healthCheck(service, connectOnly) : []),
    ...service.haproxy.filter((line) => follows === undefined || !isUnique(line)),
    ...servers.flatMap((server) => serverLines(given, server)),
  ]);
}

/** Its backend for as long as none of its servers is UP. A cold backup is always UP: requests wait for it instead. */
export function overloadBackendOf({ service, servers }: HaproxyService): string | undefined {
  const waits = service.backups.kind === 'cold' && servers.some(isBackup);
  return waits || servers.length === 0 ? undefined : overloadName(service.name);
}

export function overloadName(service: string): string {
  return `${service}.overload`;
}

/**
 * Servers under overload can't answer their checks in time either. Without this, HAProxy would turn all requests away, and a
 * site that could be slow would be gone; so where nobody is UP, all servers are tried, whatever their checks said.
 */
export function overloadBackend(balancer: Pick<BalancerSpec, 'tls'>, given: HaproxyService): string[] {
  const { service, servers } = given;
  const name = overloadBackendOf(given);
  if (name === undefined) return [];
  const lines = [
    ...balance(service.algorithm),
    `retries ${servers.length === 1 ? 1 : blindRetries(servers.length)}`,
    ...manners(balancer, given, []),
    ...service.haproxy.filter((line) => !isUnique(line)),
    ...servers.map((server) => [placeOf(service, server), 'no-check', ...common(service, server.name)].join(' ')),
  ];
  return [section(`backend ${name}`, lines)];
}

/** Nothing else may have the same. */
function isUnique(line: string): boolean {
  return /^(id|guid)\s/.test(line);
}

/** How requests are passed on, whoever gets them. */
function manners(
  balancer: Pick<BalancerSpec, 'tls'>,
  { service, follows = service.name }: HaproxyService,
  backups: readonly HaproxyServer[],
): string[] {
  const sticky = { service: follows, backend: service.name, secure: balancer.tls !== undefined };
  return [
    `timeout connect ${milliseconds(service.timeouts.connect)}`,
    `timeout server ${milliseconds(service.timeouts.server)}`,
    `timeout queue ${milliseconds(service.timeouts.queue)}`,
    `timeout tunnel ${milliseconds(service.timeouts.tunnel)}`,
    ...(service.idempotent ? [] : onlyOnce(service.timeouts)),
    ...(service.sticky ? stickiness(sticky, backups) : []),
  ];
}

function isBackup({ role }: HaproxyServer): boolean {
  return role === 'backup';
}

/** For requests that belong to no service: without servers HAProxy answers 503 with its page. */
export function lastResort(): string {
  return section(`backend ${lastResortBackend}`, ['timeout connect 250ms', 'timeout server 2s']);
}

const repeatable = 'METH_GET or METH_HEAD or METH_OPTIONS';

/** Seconds. What is given up may have been done all the same: where it can't be asked again, patience is better. */
const patience = 30;

/** Also, HAProxy 2.6 counts an upload's pauses as the server's silence. */
function onlyOnce({ server }: ServiceSpec['timeouts']): string[] {
  return [
    `http-request disable-l7-retry unless ${repeatable}`,
    ...(server < patience ? [`http-request set-timeout server ${patience}s unless ${repeatable}`] : []),
  ];
}

/** Weights are HAProxy's own matter for all but `resource`, whose agents report percentages of 100. */
function balance(algorithm: Algorithm): string[] {
  if (algorithm === 'resource') return ['balance roundrobin'];
  const consistent = algorithm === 'source' || algorithm === 'uri';
  return [`balance ${algorithm}`, ...(consistent ? ['hash-type consistent'] : [])];
}

/** Each of them may be a server that the same request brought down. */
const mostRetries = 10;

/** Where a request that fails marks nobody DOWN, who is dead may be met again. */
function blindRetries(servers: number): number {
  return Math.min(mostRetries, 3 * servers);
}

/**
 * A request that meets only dead primaries needs, for each of them, one attempt on a kept connection that died with it
 * and one that is refused, which marks the server DOWN (`error-limit 1`); then one for the backup. A cold backup is asked
 * again, `connect` after `connect`, until it has started.
 */
function retries({ service: { backups, timeouts }, follows }: HaproxyService, primaries: number): number {
  const several =
    follows === undefined ? Math.min(mostRetries, Math.max(3, 2 * primaries)) : blindRetries(Math.max(1, primaries));
  return backups.count > 0 && backups.kind === 'cold' ? several + Math.ceil(wakingTime / timeouts.connect) : several;
}

/** Seconds that requests wait for a cold backup. */
const wakingTime = 5;

/**
 * A name per service, which is that of its further ports too: two services of one host would overwrite each other's. Who
 * still has the cookie of a backup that stepped back is a new visitor: HAProxy itself would keep sending requests with a
 * cookie to a server without a weight.
 */
function stickiness(
  { service, backend, secure }: { readonly service: string; readonly backend: string; readonly secure: boolean },
  backups: readonly HaproxyServer[],
): string[] {
  const name = `RELEVO-${service}`;
  const forget = `http-request replace-header Cookie '(.*)${name}=[^;]*(.*)' '\\1${name}=\\2'`;
  return [
    `cookie ${name} insert indirect nocache httponly${secure ? ' secure' : ''} attr SameSite=Lax`,
    ...backups.map(
      (server) => `${forget} if { req.cook(${name}) ${server.name} } { srv_weight(${backend}/${server.name}) 0 }`,
    ),
  ];
}

/** A cold backup's twin is not checked, so that requests wait for it while it starts. */
function serverLines({ service, follows }: HaproxyService, server: HaproxyServer): string[] {
  const { name } = server;
  const [own, track] =
    follows === undefined ? [[], name] : [[`no-check track ${follows}/${name}`], `${follows}/${name}`];
  const { algorithm, backups } = service;
  const full = algorithm === 'resource' ? ['weight 100', ...agentCheck(server.agent)] : [];
  const place = placeOf(service, server);
  if (!isBackup(server)) return [[place, ...own, ...common(service, name), ...full].join(' ')];
  const like = backups.kind === 'cold' ? 'no-check' : `no-check track ${track}`;
  return [
    [place, 'weight 0', ...own, ...common(service, name)].join(' '),
    [placeOf(service, { ...server, name: twinOf(name) }), `backup ${like}`, ...limit(service), ...full].join(' '),
  ];
}

function placeOf(service: HaproxyService['service'], { name, address, protocol }: HaproxyServer): string {
  return [`server ${name} ${address}`, ...spoken(protocol ?? service.protocol, service.health)].join(' ');
}

function common(service: HaproxyService['service'], name: string): string[] {
  return [...(service.sticky ? [`cookie ${name}`] : []), ...limit(service)];
}

function limit({ maxconn }: HaproxyService['service']): string[] {
  return maxconn === undefined ? [] : [`maxconn ${maxconn}`];
}

/** The agent gives weights only: connections to it prove nothing, and its silence changes nothing. */
function agentCheck(agent: string | undefined): string[] {
  if (agent === undefined) return [];
  const colon = agent.lastIndexOf(':');
  return [`agent-check agent-addr ${agent.slice(0, colon)} agent-port ${agent.slice(colon + 1)} agent-inter 1s`];
}
