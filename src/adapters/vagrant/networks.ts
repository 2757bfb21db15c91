import { networkOf, numberOf } from '../../domain/ipv4.ts';
import type { Spec } from '../../domain/spec.ts';
import type { Obstacle } from '../../ports/provider.ts';
import type { Files } from '../../ports/system.ts';

/** What VirtualBox 6.1.28 and later let host-only networks have unless this file says otherwise. Source: its manual, 6.7. */
const usual = '192.168.56.0/21';
export const networksFile = '/etc/vbox/networks.conf';

/** Whose addresses VirtualBox would refuse, with the line that allows them. Vagrant finds the same later, after the box is there. */
export async function networkObstacle(
  { machines }: Spec,
  files: Pick<Files, 'readText'>,
): Promise<Obstacle | undefined> {
  if (machines.vagrant?.hypervisor !== 'virtualbox') return undefined;
  const allowed = allowedNetworks(await files.readText(networksFile));
  for (const [name, { address }] of Object.entries(machines.ways ?? {})) {
    if (allowed.some((network) => isIn(address, network))) continue;
    const { prefix } = networkOf(`${address}/24`);
    return {
      code: 'refused',
      path: ['machines', 'hosts', name],
      message: `VirtualBox gives machines no address such as ${address}`,
      hint: `add the line \`* ${prefix}\` to ${networksFile} (as root; make the file where it is missing), or choose addresses of ${usual}`,
    };
  }
  return undefined;
}

/** Lines are `* 192.168.100.0/24 2001:db8::/64`; without the file the usual network alone. */
export function allowedNetworks(text: string | undefined): string[] {
  if (text === undefined) return [usual];
  const lines = text.split('\n').filter((line) => /^\s*\*/.test(line));
  return lines
    .flatMap((line) =>
      line
        .replace(/^\s*\*/, '')
        .trim()
        .split(/\s+/),
    )
    .filter((each) => /^[\d.]+\/\d+$/.test(each));
}

function isIn(address: string, network: string): boolean {
  const { first, size } = networkOf(network);
  const number = numberOf(address);
  return number >= first && number < first + size;
}
