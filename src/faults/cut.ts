import { containerFunctions, containerValues, type Effect } from './fault.ts';
import type { BalancerTarget, CutTarget, Endpoint, InstanceTarget, Party } from './target.ts';

export interface Manner {
  /** nftables statements, for each packet in this order. */
  readonly verdicts: readonly string[];
  /** Connections that are open are ended on both sides first, as by who refuses to carry them any longer. */
  readonly ends: boolean;
}

/**
 * Each of the two is kept from the other on its own side, since an address that one of them sees may be its machine's (NAT).
 */
export function cut({ between: [a, b] }: CutTarget, manner: Manner): Effect[] {
  return [...cutFrom(a, b.endpoints, manner), ...cutFrom(b, a.endpoints, manner)];
}

/** By the way that leads there from where it is: what is recreated elsewhere meanwhile is not cut off there. */
function cutFrom(party: Party, all: readonly Endpoint[], manner: Manner): Effect[] {
  const home = party.kind === 'machine' ? party.name : party.machine;
  const from = all.filter(({ within }) => within === undefined || within === home);
  if (party.kind !== 'machine') return [inContainer(party, from, manner)];
  const own = onMachine(party.name, from, manner);
  return [own, ...party.balancers.map((each) => inContainer(each, from, manner))];
}

const table = 'relevo_fault_$id';

/** Where it is not there it is made first: deleting what is not there would be an error. */
export const removal = `table ip ${table}; delete table ip ${table}`;

/** Reads lines of an address and, where it is only that one, a port. Source: ss(8), `-K`. */
const endAll = ({ ends }: Manner, online: string) =>
  ends
    ? `echo "$ends" | while read -r address port; do
  [ -z "$address" ] || ${online} ss -K dst "$address" \${port:+dport = ":$port"} > /dev/null
done
`
    : '';

function valuesOf(from: readonly Endpoint[], { verdicts, ends }: Manner) {
  const lines = from.map(({ address, port }) => `${address} ${port ?? ''}`);
  return { chains: chainsAgainst(from, verdicts), ...(ends && { ends: lines.join('\n') }) };
}

function onMachine(machine: string, from: readonly Endpoint[], manner: Manner): Effect {
  const values = valuesOf(from, manner);
  const inject = `${endAll(manner, '')}echo "table ip ${table} { $chains }" | nft -f -`;
  const heal = `nft "${removal}"`;
  return { kind: 'script', machine, values, inject, heal };
}

/** On the container's network, which goes with the container. */
function inContainer(target: InstanceTarget | BalancerTarget, from: readonly Endpoint[], manner: Manner): Effect {
  const values = { ...containerValues(target), ...valuesOf(from, manner) };
  const inject = `${containerFunctions}${endAll(manner, 'online')}echo "table ip ${table} { $chains }" | online nft -f -`;
  const heal = `${containerFunctions}runs || exit 0; online nft "${removal}"`;
  return { kind: 'script', machine: target.machine, values, inject, heal };
}

/** Before all other rules. Source: nft(8), "Hooks and priorities", "Reject statement". */
export function chainsAgainst(endpoints: readonly Endpoint[], verdicts: readonly string[]): string {
  const rules = endpoints.flatMap(({ address, port }) =>
    verdicts.flatMap((verdict) => [
      `ip saddr ${address}${port === undefined ? '' : ` tcp sport ${port}`} ${verdict}`,
      `ip daddr ${address}${port === undefined ? '' : ` tcp dport ${port}`} ${verdict}`,
    ]),
  );
  const chain = (hook: string) => `chain ${hook} { type filter hook ${hook} priority -160; ${rules.join('; ')}; };`;
  return ['input', 'forward', 'output'].map(chain).join(' ');
}
