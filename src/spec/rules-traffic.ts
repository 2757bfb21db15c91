import { z } from 'zod';
import type { Complaint } from './source.ts';

/** Rules for what ends up in haproxy.cfg. */

/** HAProxy takes 64 words in a line: each header of a check is three of them, each of a route one. */
export const mostHeaders = 16;

export const headerNamePattern = '^[A-Za-z0-9_-]+$';

export function headerNameComplaint(name: string): Complaint | undefined {
  if (new RegExp(headerNamePattern).test(name)) return undefined;
  return {
    message: `\`${name}\` is no name of a header: letters, digits, \`-\` and \`_\``,
    hint: 'for example `X-Version`',
  };
}

export function headerValueComplaint(value: string): Complaint | undefined {
  return /\p{Cc}/u.test(value) ? { message: 'the text has control characters in it' } : undefined;
}

/** A word that begins a section: everything after it would no longer be ours. Source: HAProxy 3.0's configuration manual, 2 and 12. */
const sections =
  /^(global|defaults|frontend|backend|listen|peers|mailers|resolvers|userlist|cache|program|http-errors|ring|log-forward|log-profile|fcgi-app|crt-store|traces|acme)$/;

export function rawBlockComplaint(block: string): Complaint | undefined {
  for (const line of block.split('\n')) {
    const complaint = rawLineComplaint(line);
    if (complaint !== undefined) return complaint;
  }
  return undefined;
}

export function rawLineComplaint(line: string): Complaint | undefined {
  if (/\n/.test(line)) return { message: 'a line has no line break in it', hint: 'give each line an item of its own' };
  if (/[^\P{Cc}\t]/u.test(line)) return { message: 'the text has control characters in it' };
  const word = line.trim().split(/\s+/, 1)[0] ?? '';
  if (sections.test(word))
    return {
      message: `\`${word}\` would begin another section`,
      hint: 'only lines that belong into this section can be added',
    };
  if (word.startsWith('.'))
    return { message: `\`${word}\` is for whole files, not for lines of one`, hint: 'write the lines that you need' };
  return line.trimEnd().endsWith('\\')
    ? { message: 'a line may not end with `\\`: it would swallow the next one', hint: 'write it as one line' }
    : undefined;
}

const ipv4 = /^(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(\.(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}$/;
export const ipv4Pattern = ipv4.source;

export function vipComplaint(address: string): Complaint | undefined {
  const hint = 'a free address of the network that the machines are on, such as `192.0.2.10`';
  if (!ipv4.test(address)) return { message: `\`${address}\` is no IPv4 address`, hint };
  const first = Number(address.split('.')[0]);
  const unusable = first === 0 || first === 127 || first >= 224;
  return unusable ? { message: `\`${address}\` can't be the address of a host`, hint } : undefined;
}

const ipv6 = z.regexes.ipv6;
export const vip6Pattern = ipv6.source;

/** Global ones and those of private networks. Source: RFC 4291, 2.4; RFC 4193. */
export function vip6Complaint(address: string): Complaint | undefined {
  const hint = 'a free address of the network that the machines are on, such as `2001:db8::10`';
  if (!ipv6.test(address)) return { message: `\`${address}\` is no IPv6 address`, hint };
  const isHosts = /^([23][\da-f]{3}|f[cd][\da-f]{2}):/i.test(address);
  return isHosts ? undefined : { message: `\`${address}\` can't be the address of a host`, hint };
}

const ipv4Network = ipv4.source.replace('$', '(/([0-9]|[12][0-9]|3[0-2]))?$');
const ipv6Network = ipv6.source.replace(/\$$/, '(/([0-9]|[1-9][0-9]|1[01][0-9]|12[0-8]))?$');
export const networkPattern = `${ipv4Network}|${ipv6Network}`;

export function networkComplaint(network: string): Complaint | undefined {
  if (new RegExp(networkPattern).test(network)) return undefined;
  const hint = 'for example `192.0.2.5`, `198.51.100.0/24` or `2001:db8::/32`';
  return { message: `\`${network}\` is no address, and no network`, hint };
}

export const errorCodes = ['400', '408', '500', '502', '503', '504'] as const;

export function errorCodeComplaint(code: string): Complaint | undefined {
  if ((errorCodes as readonly string[]).includes(code)) return undefined;
  return { message: `the balancer has no error page \`${code}\``, hint: `it has ${errorCodes.join(', ')}` };
}
