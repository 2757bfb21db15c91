import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { unknownHost } from './failure.ts';

/** Addresses of a host in the order in which they are tried. Rejects with HttpFailure. */
export type Resolver = (host: string) => Promise<readonly string[]> | readonly string[];

/** As long as Java keeps what it was told. */
const kept = { found: 30_000, failed: 10_000 };
const most = 10_000;

interface Entry {
  readonly addresses: Promise<readonly string[]>;
  until: number;
}

const entries = new Map<string, Entry>();

/** Asks the system, once for all users; IPv4 addresses first, as Java does. */
export const systemResolver: Resolver = (host) => {
  if (isIP(host) !== 0) return [host];
  const now = performance.now();
  const known = entries.get(host);
  if (known !== undefined && known.until > now) return known.addresses;
  if (entries.size >= most) entries.clear();
  const entry: Entry = { addresses: ask(host), until: now + kept.found };
  entries.set(host, entry);
  entry.addresses.catch(() => {
    entry.until = now + kept.failed;
  });
  return entry.addresses;
};

async function ask(host: string): Promise<readonly string[]> {
  try {
    return (await lookup(host, { all: true, order: 'ipv4first' })).map(({ address }) => address);
  } catch (error) {
    throw unknownHost(error as Error, host);
  }
}
