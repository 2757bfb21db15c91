import { containerFunctions, containerValues, type Effect } from './fault.ts';
import type { BalancerTarget, CutTarget, Endpoint, InstanceTarget, Party } from './target.ts';

/**
 * Each of the two is kept from the other on its own side, since an address that one of them sees may be its machine's (NAT).
 * `verdicts`: nftables statements, for each packet in this order.
 */
export function cut({ between: [a, b] }: CutTarget, verdicts: readonly string[]): Effect[] {
  return [...cutFrom(a, b.endpoints, verdicts), ...cutFrom(b, a.endpoints, verdicts)];
}

function cutFrom(party: Party, from: readonly Endpoint[], verdicts: readonly string[]): Effect[] {
  if (party.kind !== 'machine') return [inContainer(party, from, verdicts)];
  const own = onMachine(party.name, from, verdicts);
  return [own, ...party.balancers.map((each) => inContainer(each, from, verdicts))];
}

const table = 'relevo_fault_$id';

/** Where it is not there it is made first: deleting what is not there would be an error. */
export const removal = `table ip ${table}; delete table ip ${table}`;

function onMachine(machine: string, from: readonly Endpoint[], verdicts: readonly string[]): Effect {
  const values = { chains: chainsAgainst(from, verdicts) };
  const inject = `echo "table ip ${table} { $chains }" | nft -f -`;
  const heal = `nft "${removal}"`;
  return { kind: 'script', machine, values, inject, heal };
}

/** On the container's network, which goes with the container. */
function inContainer(
  target: InstanceTarget | BalancerTarget,
  from: readonly Endpoint[],
  verdicts: readonly string[],
): Effect {
  const values = { ...containerValues(target), chains: chainsAgainst(from, verdicts) };
  const inject = `${containerFunctions}echo "table ip ${table} { $chains }" | online nft -f -`;
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
