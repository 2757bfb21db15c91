import type { BalancerSpec } from '../domain/spec.ts';
import { backend, type HaproxyService } from './haproxy-backend.ts';
import { defaultsSection } from './haproxy-global.ts';
import { section } from './haproxy-words.ts';

/** Where its Runtime API answers; the directory is made for each trial. */
export const trialSocket = 'TRIAL/admin.sock';

/** Seconds: who waits for checks need not wait for the next one. */
const soon = 0.5;

/**
 * A HAProxy beside the one that serves, for the time that it takes to see how its checks end: without frontends, so that nobody
 * comes to it. Its backends are those that shall be, with whatever the file adds to them; each server has the new check.
 */
export function haproxyTrial(
  balancer: Pick<BalancerSpec, 'tls' | 'haproxy'>,
  services: readonly HaproxyService[],
): string {
  const global = ['user haproxy', 'group haproxy', `stats socket ${trialSocket} mode 600 level admin`];
  const raw = balancer.haproxy.global.filter((line) => !isOfProcess.test(line));
  return [
    section('global', [...global, ...raw]),
    defaultsSection(balancer)
      .split('\n')
      .filter((line) => !isOfService.test(line))
      .join('\n'),
    ...services.map((each) => backend(balancer, tried(each))),
  ].join('\n');
}

/** Of one process only, or to be met by nobody but the one that serves. */
const isOfProcess =
  /^(stats|log|log-tag|daemon|pidfile|chroot|user|group|uid|gid|master-worker|mworker-\S+|server-state-\S+)\b/;
const isOfService = /^\s+(log|errorfiles|errorfile|option httplog|load-server-state-from-file)\b/;

function tried({ service, servers }: HaproxyService): HaproxyService {
  const health = { ...service.health, interval: Math.min(service.health.interval, soon) };
  return {
    service: { ...service, health },
    servers: servers.map(({ name, address }) => ({ name, address })),
    connectOnly: false,
  };
}
