import type { HealthSpec, Protocol, ServiceSpec } from '../domain/spec.ts';
import { milliseconds, word } from './haproxy-words.ts';

type Checked = Pick<ServiceSpec, 'protocol' | 'health'>;

/** What the `defaults` section says for all. */
const usual = { interval: 0.5, timeout: 0.6 };

/** For the section `defaults`. */
export const usualTimeout = `timeout check ${milliseconds(usual.timeout)}`;
export const usualPace = pace(usual.interval);

/**
 * `connectOnly`: its instances answer different checks just now. Source: HAProxy's configuration manual, `http-check send`, whose
 * header values are log formats.
 */
export function healthCheck({ health }: Checked, connectOnly: boolean): string[] {
  const { path, host, headers, status, timeout, interval } = health;
  const sent = Object.entries({ Host: host, 'User-Agent': 'relevo', ...headers });
  const words = sent.map(([name, value]) => `hdr ${name} ${word(value.replaceAll('%', '%%'))}`);
  const question = `http-check send meth GET uri ${word(path)} ver HTTP/1.1 ${words.join(' ')}`;
  return [
    ...(timeout === usual.timeout ? [] : [`timeout check ${milliseconds(timeout)}`]),
    ...(interval === usual.interval ? [] : [`default-server ${pace(interval)}`]),
    ...(connectOnly ? [] : ['option httpchk', question, `http-check expect status ${status}`]),
  ];
}

/** Whose check failed is asked again soon, and so is who is DOWN. */
export function pace(interval: number): string {
  const [fast, down] = [Math.min(interval / 5, 1), Math.min(interval / 2.5, 2)];
  return `inter ${milliseconds(interval)} fastinter ${milliseconds(fast)} downinter ${milliseconds(down)}`;
}

/** Of a `server` line. */
export function spoken(protocol: Protocol, { host }: HealthSpec): string[] {
  if (protocol === 'h2c') return ['proto h2'];
  if (protocol === 'http') return [];
  return [`ssl verify none sni req.hdr(host),host_only check-sni ${host} check-alpn h2,http/1.1 alpn h2,http/1.1`];
}
