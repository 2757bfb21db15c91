import { hashOf } from './hash.ts';
import type { HealthSpec, Protocol, ServiceSpec } from './spec.ts';

/** What a balancer asks a server, and which answers are good. */
export type Check = Pick<HealthSpec, 'path' | 'host' | 'headers' | 'status' | 'timeout'> & {
  readonly protocol: Protocol;
};

export function checkOf({ protocol, health }: Pick<ServiceSpec, 'protocol' | 'health'>): Check {
  const { path, host, headers, status, timeout } = health;
  return { protocol, path, host, headers, status, timeout };
}

/** The same for the same question; what an instance that is there bears of its check. */
export function checkMark({ timeout, ...question }: Check): string {
  return `${question.protocol} ${hashOf(question)}`;
}

/** What an instance with this mark speaks. */
export function protocolIn(mark: string): Protocol {
  const [word] = mark.split(' ');
  return word === 'https' || word === 'h2c' ? word : 'http';
}

/** `status`: as a check has it, `200-399,401`. */
export function isGood(code: string, status: string): boolean {
  return status.split(',').some((range) => {
    const [from = '', to = from] = range.split('-');
    return from <= code && code <= to;
  });
}

/** What is asked, in words. */
export function questionOf({ protocol, path, host }: Check): string {
  const how = { http: '', https: ' over TLS', h2c: ' over HTTP/2' }[protocol];
  return `GET ${path} with Host ${host}${how}`;
}
