import type { BalancerSpec } from '../domain/spec.ts';
import { usualPace, usualTimeout } from './haproxy-check.ts';
import { tlsDefaults } from './haproxy-tls.ts';
import { milliseconds, section } from './haproxy-words.ts';

/** In use; whoever replaces it holds the lock. */
export const configFile = '/etc/haproxy/haproxy.cfg';
export const configLock = '/run/relevo-haproxy.lock';
export const adminSocket = '/run/haproxy/admin.sock';
/** As the unit of Debian and Ubuntu names it (`-S`). */
export const masterSocket = '/run/haproxy-master.sock';
export const serverStateFile = '/var/lib/haproxy/server-state';

/** 1 while the balancer gives its address away: each answer is the last one on its connection. */
export const leavingVariable = 'proc.leaving';

type Input = Pick<BalancerSpec, 'tls' | 'haproxy'>;

/** Old workers hold the connections that were open when the configuration changed; each costs memory. */
const mostOldWorkers = 20;

/** `longest`: seconds that an old worker lives at most, for what it still has in flight. */
export function globalSection({ tls, haproxy }: Input, longest: number): string {
  const lines = [
    'log /dev/log local0 info',
    'user haproxy',
    'group haproxy',
    `stats socket ${adminSocket} mode 600 level admin expose-fd listeners`,
    `server-state-file ${serverStateFile}`,
    `hard-stop-after ${milliseconds(longest)}`,
    `mworker-max-reloads ${mostOldWorkers}`,
    `set-var ${leavingVariable} int(0)`,
    ...(tls === undefined ? [] : tlsDefaults),
    ...haproxy.global,
  ];
  return `# Written by relevo; changes made here are replaced.\n${section('global', lines)}`;
}

/**
 * A request that fails is tried again, on another server, and whatever failed to take a connection is DOWN at once.
 * What may be repeated at all is each backend's affair.
 */
export function defaultsSection({ haproxy }: Input): string {
  return section('defaults', [
    'mode http',
    'log global',
    'option httplog',
    'option dontlognull',
    // else a reload closes connections just as their next request comes
    'option idle-close-on-response',
    'option redispatch 1',
    // When servers die, a request that draws on a shared pool of idle connections may use up its retries (measured on 2.6).
    'http-reuse never',
    // not after a timeout: a page that takes longer would be computed by one server after the other
    'retry-on conn-failure empty-response',
    usualTimeout,
    'timeout client 30s',
    'timeout http-request 10s',
    'timeout http-keep-alive 15s',
    'errorfiles relevo',
    'load-server-state-from-file global',
    `default-server check ${usualPace} fall 2 rise 2 observe layer4 error-limit 1 on-error mark-down`,
    ...haproxy.defaults,
  ]);
}
