import type { Published } from '../../domain/desired.ts';
import type { System } from '../../ports/system.ts';

/**
 * What is sent to the ports of this host's loopback goes to the same ports of the address, by kernel NAT, as container engines
 * do it. Nobody accepts on the way: the client speaks with the balancer's own kernel. One table of the bridge's name; whole again
 * where it is set twice. Without quotes, since hooks carry it.
 *
 * The kernel lets loopback addresses through the bridge only where `route_localnet` is on, and then its neighbours might reach
 * what listens on the loopback (CVE-2020-8558): such packets of theirs are dropped before anything else looks at them.
 */
export function publishRules(bridge: string, { ports, address }: Published): string {
  const closed = `iifname ${bridge} ip daddr 127.0.0.0/8 drop; iifname ${bridge} ip saddr 127.0.0.0/8 drop;`;
  const lead = `ip daddr 127.0.0.1 tcp dport { ${ports.join(', ')} } dnat to ${address};`;
  const chains = [
    `chain closed { type filter hook prerouting priority raw; ${closed} };`,
    `chain ${chain} { type nat hook output priority -100; ${lead} };`,
    `chain leaving { type nat hook postrouting priority srcnat; oifname ${bridge} ip saddr 127.0.0.0/8 masquerade; };`,
  ];
  return `${removeRules(bridge)}; table ip ${bridge} { ${chains.join(' ')} };`;
}

/** Where it is not there it is made first: deleting what is not there would be an error. */
export function removeRules(bridge: string): string {
  return `table ip ${bridge}; delete table ip ${bridge}`;
}

/** The setting of the kernel. Source: Documentation/networking/ip-sysctl.rst. */
export function localRoutes(bridge: string): string {
  return `/proc/sys/net/ipv4/conf/${bridge}/route_localnet`;
}

const chain = 'lead';

/** As much of nft's JSON as our rules need. Source: libnftables-json(5). */
interface Listed {
  readonly nftables: readonly { readonly rule?: { readonly expr: readonly Expression[] } }[];
}

interface Expression {
  readonly match?: { readonly left: { readonly payload?: { readonly field: string } }; readonly right: unknown };
  readonly dnat?: { readonly addr: string };
}

/** What the kernel does now; nothing where the rules are not there, or the setting is off. */
export async function leadsTo(bridge: string, { run, files }: System): Promise<Published> {
  const { code, stdout } = await run(['nft', '-j', 'list', 'chain', 'ip', bridge, chain]);
  const open = (await files.readText(localRoutes(bridge)))?.trim() === '1';
  if (code !== 0 || !open) return { ports: [], address: '' };
  const expressions = (JSON.parse(stdout) as Listed).nftables.flatMap(({ rule }) => rule?.expr ?? []);
  const ports = expressions.flatMap(({ match }) =>
    match?.left.payload?.field === 'dport' ? numbers(match.right) : [],
  );
  const address = expressions.find(({ dnat }) => dnat !== undefined)?.dnat?.addr ?? '';
  return { ports: ports.sort((a, b) => a - b), address };
}

/** One is listed as it is, several as `{ "set": [1080, 1443] }`, neighbours as `{ "range": [1080, 1081] }`. */
function numbers(right: unknown): number[] {
  if (typeof right === 'number') return [right];
  const { set, range } = right as { set?: readonly unknown[]; range?: readonly [number, number] };
  if (range === undefined) return (set ?? []).flatMap(numbers);
  return Array.from({ length: range[1] - range[0] + 1 }, (_, index) => range[0] + index);
}
