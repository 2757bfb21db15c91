import { agentPort } from '../domain/network.ts';
import { isBranch, pick } from './data.ts';
import { defaults } from './defaults.ts';
import type { Finding } from './source.ts';
import { parseDuration } from './units.ts';

/** What the checks of a service must agree on. */
export function healthFindings(data: unknown, service: string): Finding[] {
  return [...patienceFindings(data, service), ...agentFindings(data, service)];
}

function patienceFindings(data: unknown, service: string): Finding[] {
  const at = ['services', service, 'health'];
  const seconds = (key: string, fallback: string) => {
    const written = pick(data, [...at, key]) ?? fallback;
    return typeof written === 'string' ? parseDuration(written) : undefined;
  };
  const timeout = seconds('timeout', defaults.healthTimeout);
  const start = seconds('start_period', defaults.startPeriod);
  if (timeout === undefined || start === undefined || timeout < start) return [];
  const message = 'a check may take as long as the whole start: nobody would wait for its end';
  const key = pick(data, [...at, 'timeout']) === undefined ? 'start_period' : 'timeout';
  return [{ path: [...at, key], message, hint: 'a longer `start_period`, or a shorter `timeout`' }];
}

/** Both would listen there in one instance. */
function agentFindings(data: unknown, service: string): Finding[] {
  const at = ['services', service];
  const algorithm = pick(data, [...at, 'algorithm']) ?? pick(data, ['balancer', 'algorithm']);
  if (!isBranch(pick(data, at)) || algorithm !== 'resource' || pick(data, [...at, 'port']) !== agentPort) return [];
  const message = `port ${agentPort} is the one where the load agent of \`algorithm: resource\` answers`;
  return [{ path: [...at, 'port'], message, hint: 'choose another port, or another algorithm' }];
}
