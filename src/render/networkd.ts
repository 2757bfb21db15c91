import type { ImageFile } from '../domain/desired.ts';
import { networkOf } from '../domain/ipv4.ts';
import { outerInterface } from './keepalived.ts';

/** By which each instance is on its machine's bridge. */
export const bridgeInterface = 'eth0';

/** Routes of what came over the bridge. */
const bridgeTable = 101;
/** Routes of what came over the machines' network. */
const outerTable = 102;

/**
 * A balancer has two interfaces: the bridge of its machine, and the machines' network, where two balancers share an
 * address. An answer leaves by the interface that its request came in by: a forwarded port's request looks as if it came
 * from the other network. Source: systemd.network(5).
 * A macvlan interface does not reach its own machine: the bridge does.
 * `bridge`: `198.19.0.1/16`, gateway and prefix. `outer`: `198.18.7.2/24`, own address and prefix, and its network's `gateway`.
 * `machine`: the address of the balancer's own.
 */
export function balancerNetworks(bridge: string, outer: string, gateway: string, machine: string): ImageFile[] {
  const [bridgeGateway = ''] = bridge.split('/');
  const [bridgePrefix, outerPrefix] = [networkOf(bridge).prefix, networkOf(outer).prefix];
  const ownMachine = `[Route]\nDestination=${machine}/32\nGateway=${bridgeGateway}\nGatewayOnLink=yes\n`;
  const head = (name: string) => `[Match]\nName=${name}\n[Network]\nLinkLocalAddressing=no\nIPv6AcceptRA=no\n`;
  const file = (name: string, text: string) => ({
    target: `/etc/systemd/network/10-${name}.network`,
    mode: 0o644,
    content: text,
  });
  return [
    file(
      bridgeInterface,
      `${head(bridgeInterface)}DHCP=ipv4\n[DHCPv4]\nClientIdentifier=mac\n${policy(bridgePrefix, bridgeGateway, bridgeTable)}${ownMachine}`,
    ),
    file(outerInterface, `${head(outerInterface)}Address=${outer}\n${policy(outerPrefix, gateway, outerTable)}`),
  ];
}

function policy(prefix: string, gateway: string, table: number): string {
  return `[RoutingPolicyRule]
From=${prefix}
Table=${table}
[Route]
Destination=${prefix}
Scope=link
Table=${table}
${gateway === '' ? '' : `[Route]\nGateway=${gateway}\nGatewayOnLink=yes\nTable=${table}\n`}`;
}
