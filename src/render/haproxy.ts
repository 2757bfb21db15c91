import { backend, type HaproxyService, lastResort, overloadBackend } from './haproxy-backend.ts';
import { callsSections } from './haproxy-calls.ts';
import { errorPagesSection } from './haproxy-errors.ts';
import { type FrontendInput, frontend } from './haproxy-frontend.ts';
import { defaultsSection, globalSection } from './haproxy-global.ts';
import { byPort } from './haproxy-ports.ts';
import { type HaproxyStats, statsSections } from './haproxy-stats.ts';

export { type HaproxyServer, type HaproxyService, overloadName, twinOf } from './haproxy-backend.ts';
export { adminSocket, configFile, configLock, serverStateFile } from './haproxy-global.ts';
export { isPortBackend, portBackend } from './haproxy-ports.ts';

/** What of a balancer decides its haproxy.cfg; a `BalancerSpec` fits, with the password of the statistics added. */
export interface HaproxyBalancer extends FrontendInput {
  readonly stats?: HaproxyStats | undefined;
}

/**
 * haproxy.cfg for one balancer. Source of the settings and of what each one saves: HAProxy's configuration manual
 * (2.6 and 3.0; both take it) and the measurements in docs/haproxy.md. The files it refers to: `balancerFiles`.
 */
export function haproxyConfig(balancer: HaproxyBalancer, services: readonly HaproxyService[]): string {
  const all = services.flatMap(byPort);
  return [
    globalSection(balancer, longestWait(services)),
    defaultsSection(balancer),
    errorPagesSection(),
    ...statsSections(balancer),
    frontend(balancer, all),
    ...callsSections(services),
    ...all.flatMap((service) => [backend(balancer, service), ...overloadBackend(balancer, service)]),
    lastResort(),
  ].join('\n');
}

/** Seconds that anything may be in flight which was begun before a reload. */
function longestWait(services: readonly HaproxyService[]): number {
  return Math.max(
    ...services.flatMap(({ service: { timeouts } }) => [timeouts.tunnel, timeouts.drain, timeouts.server]),
  );
}
