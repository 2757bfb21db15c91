import type { BalancerSpec, ServiceSpec } from '../domain/spec.ts';

export interface HaproxyServer {
  readonly name: string;
  /** `198.19.0.11:80`. */
  readonly address: string;
}

export interface HaproxyService {
  readonly service: Pick<ServiceSpec, 'name' | 'health' | 'route'>;
  readonly servers: readonly HaproxyServer[];
  /** Its instances answer different health paths just now: only the connection is checked. */
  readonly connectOnly: boolean;
}

/**
 * haproxy.cfg for one balancer. Source of the settings and of what each one saves: HAProxy 2.6's configuration
 * manual and the measurements in docs/haproxy.md.
 */
export function haproxyConfig(balancer: Pick<BalancerSpec, 'algorithm'>, services: readonly HaproxyService[]): string {
  return [globalSection, defaultsSection, frontend(services), ...services.map((s) => backend(balancer, s))].join('\n');
}

export const adminSocket = '/run/haproxy/admin.sock';
export const serverStateFile = '/var/lib/haproxy/server-state';

const globalSection = `# Written by relevo; changes made here are replaced.
global
    log /dev/log local0 info
    user haproxy
    group haproxy
    stats socket ${adminSocket} mode 600 level admin expose-fd listeners
    server-state-file ${serverStateFile}
    hard-stop-after 60s
`;

/** A request that never reached a server is tried again, on another one; one that may have reached it only if it is idempotent. */
const defaultsSection = `defaults
    mode http
    log global
    option httplog
    option dontlognull
    option forwardfor
    option redispatch 1
    retries 4
    retry-on conn-failure empty-response
    timeout connect 250ms
    timeout check 1s
    timeout client 30s
    timeout server 30s
    timeout queue 5s
    timeout http-request 10s
    timeout http-keep-alive 15s
    load-server-state-from-file global
    default-server check inter 500ms fastinter 100ms fall 2 rise 2 observe layer4 error-limit 1 on-error mark-down
`;

function frontend(services: readonly HaproxyService[]): string {
  const routed = services.filter((s) => !isDefault(s));
  const fallback = services.find(isDefault);
  return `${[
    'frontend web',
    '    bind :80',
    '    http-request disable-l7-retry unless METH_GET || METH_HEAD || METH_OPTIONS',
    ...[...routed].sort(moreSpecificFirst).map((s) => `    use_backend ${s.service.name} if ${conditions(s)}`),
    ...(fallback === undefined ? [] : [`    default_backend ${fallback.service.name}`]),
  ].join('\n')}\n`;
}

function isDefault({ service }: HaproxyService): boolean {
  return service.route.host === undefined && service.route.path === undefined;
}

function conditions({ service: { route } }: HaproxyService): string {
  return [
    ...(route.host === undefined ? [] : [`{ req.hdr(host),field(1,:) -i ${route.host} }`]),
    ...(route.path === undefined ? [] : [`{ path_beg ${route.path} }`]),
  ].join(' ');
}

/** A host with a path before a host before a path; longer paths first. HAProxy takes the first rule that matches. */
function moreSpecificFirst(a: HaproxyService, b: HaproxyService): number {
  const weight = ({ service: { route } }: HaproxyService) =>
    (route.host === undefined ? 0 : 1e6) + (route.path?.length ?? 0);
  return weight(b) - weight(a);
}

function backend(balancer: Pick<BalancerSpec, 'algorithm'>, { service, servers, connectOnly }: HaproxyService): string {
  return `${[
    `backend ${service.name}`,
    `    balance ${balancer.algorithm}`,
    ...(connectOnly ? [] : [`    option httpchk GET ${service.health.path}`, '    http-check expect status 200-399']),
    ...servers.map((server) => `    server ${server.name} ${server.address}`),
  ].join('\n')}\n`;
}
