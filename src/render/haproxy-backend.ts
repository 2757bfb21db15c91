import type { Algorithm, BalancerSpec, ServiceSpec } from '../domain/spec.ts';
import { milliseconds, section, word } from './haproxy-words.ts';

export interface HaproxyServer {
  readonly name: string;
  /** `198.19.0.11:80`. */
  readonly address: string;
  /** What it is now: a promoted backup is a primary. Absent: a primary. */
  readonly role?: 'primary' | 'backup';
  /** Where its load agent answers, `198.19.0.11:9707`; read for the algorithm `resource` only. */
  readonly agent?: string;
}

export interface HaproxyService {
  readonly service: Pick<
    ServiceSpec,
    'name' | 'health' | 'route' | 'algorithm' | 'sticky' | 'idempotent' | 'timeouts' | 'maxconn' | 'haproxy'
  >;
  readonly servers: readonly HaproxyServer[];
  /** Its instances answer different health paths just now: only the connection is checked. */
  readonly connectOnly: boolean;
}

/** Answers what no service is there for. */
export const lastResortBackend = 'relevo-nobody';

export function backend(
  balancer: Pick<BalancerSpec, 'tls'>,
  { service, servers, connectOnly }: HaproxyService,
): string {
  return section(`backend ${service.name}`, [
    ...balance(service.algorithm),
    `retries ${retries(servers)}`,
    `timeout connect ${milliseconds(service.timeouts.connect)}`,
    `timeout server ${milliseconds(service.timeouts.server)}`,
    `timeout queue ${milliseconds(service.timeouts.queue)}`,
    ...(service.idempotent ? [] : onlyOnce(service.timeouts)),
    ...(service.sticky ? [stickyCookie(service.name, balancer.tls !== undefined)] : []),
    'option allbackups',
    ...(connectOnly ? [] : healthCheck(service)),
    ...service.haproxy,
    ...servers.map((server) => serverLine(service, server)),
  ]);
}

function healthCheck({ health, route }: HaproxyService['service']): string[] {
  const request = `meth GET uri ${word(health.path)} ver HTTP/1.1`;
  const headers = `hdr Host ${word(route.host ?? 'localhost')} hdr User-Agent relevo`;
  return ['option httpchk', `http-check send ${request} ${headers}`, 'http-check expect status 200-399'];
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

/**
 * A request that meets only dead primaries needs, for each of them, one attempt on a kept connection that died with it
 * and one that is refused, which marks the server DOWN (`error-limit 1`); then one for the backup.
 */
function retries(servers: readonly HaproxyServer[]): number {
  return Math.max(3, 2 * servers.length);
}

/** A name per service: two services of one host would overwrite each other's. */
function stickyCookie(service: string, secure: boolean): string {
  return `cookie RELEVO-${service} insert indirect nocache httponly${secure ? ' secure' : ''} attr SameSite=Lax`;
}

/** A backup has no cookie: its visitors return to a primary as soon as there is one. */
function serverLine({ algorithm, maxconn, sticky }: HaproxyService['service'], server: HaproxyServer): string {
  const isBackup = server.role === 'backup';
  return [
    `server ${server.name} ${server.address}`,
    ...(isBackup ? ['backup'] : []),
    ...(sticky && !isBackup ? [`cookie ${server.name}`] : []),
    ...(maxconn === undefined ? [] : [`maxconn ${maxconn}`]),
    ...(algorithm === 'resource' ? ['weight 100', ...agentCheck(server.agent)] : []),
  ].join(' ');
}

/** The agent gives weights only: connections to it prove nothing, and its silence changes nothing. */
function agentCheck(agent: string | undefined): string[] {
  if (agent === undefined) return [];
  const colon = agent.lastIndexOf(':');
  return [`agent-check agent-addr ${agent.slice(0, colon)} agent-port ${agent.slice(colon + 1)} agent-inter 1s`];
}
