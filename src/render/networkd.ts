import type { ImageFile } from '../domain/desired.ts';
import { networkOf } from '../domain/ipv4.ts';
import type { Link } from '../domain/network.ts';
import { outerInterface } from './keepalived.ts';

/** By which each instance is on its machine's bridge. */
export const bridgeInterface = 'eth0';

/** Routes of what came over the bridge. */
const bridgeTable = 101;
/** Routes of what came over the machines' network. */
const outerTable = 102;

/** A balancer's own way on the machines' network. */
export interface OuterNetwork {
  readonly link: Link;
  /** Its own address. */
  readonly address: string;
  readonly prefixLength: number;
  /** Empty where the network leads nowhere else. */
  readonly gateway: string;
  /** IPv6, which keepalived gives to one of them. */
  readonly shared6?: string;
}

/**
 * A balancer has two interfaces: the bridge of its machine, and the machines' network, where two balancers share an
 * address. An answer leaves by the interface that its request came in by: a forwarded port's request looks as if it came
 * from the other network. Source: systemd.network(5).
 * A macvlan interface does not reach its own machine: the bridge does. A routed one has no neighbours but its machine, and only
 * what belongs to it goes by it: keepalived's packets have no source yet when their way is looked up, but an interface.
 * `bridge`: `198.19.0.1/16`, gateway and prefix. `machine`: the address of the balancer's own. Without `outer` it has one interface.
 */
export function balancerNetworks(bridge: string, machine: string, outer?: OuterNetwork): ImageFile[] {
  const [bridgeGateway = ''] = bridge.split('/');
  const bridgePrefix = networkOf(bridge).prefix;
  const ownMachine = `[Route]\nDestination=${machine}/32\nGateway=${bridgeGateway}\nGatewayOnLink=yes\n`;
  const head = (name: string, ipv6 = ipv4Only) => `[Match]\nName=${name}\n[Network]\n${ipv6}`;
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
    ...(outer?.link === 'routed' ? [apart] : []),
    ...(outer === undefined
      ? []
      : [file(outerInterface, head(outerInterface, outer.shared6 && advertised) + outerText(outer, bridgeGateway))]),
  ];
}

const ipv4Only = 'LinkLocalAddressing=no\nIPv6AcceptRA=no\n';
/** Prefix and gateway come from the network's router; addresses of its own from both. Source: systemd.network(5). */
const advertised = 'LinkLocalAddressing=ipv6\nIPv6AcceptRA=yes\n';

/** Both of its interfaces are on one bridge: each answers, and asks, for its own addresses only. Source: Linux' ip-sysctl.rst. */
const apart: ImageFile = {
  target: '/etc/sysctl.d/60-relevo-balancer.conf',
  mode: 0o644,
  content: 'net.ipv4.conf.all.arp_ignore = 1\nnet.ipv4.conf.all.arp_announce = 2\n',
};

function outerText({ link, address, prefixLength, gateway }: OuterNetwork, machine: string): string {
  const { prefix } = networkOf(`${address}/${prefixLength}`);
  if (link === 'macvlan') return `Address=${address}/${prefixLength}\n${policy(prefix, gateway, outerTable)}`;
  const rule = (which: string) => `[RoutingPolicyRule]\n${which}\nTable=${outerTable}\n`;
  const rules = rule(`From=${prefix}`) + rule(`OutgoingInterface=${outerInterface}`);
  return `Address=${address}/32\n${rules}${defaultRoute(machine, outerTable)}`;
}

function policy(prefix: string, gateway: string, table: number): string {
  return `[RoutingPolicyRule]
From=${prefix}
Table=${table}
[Route]
Destination=${prefix}
Scope=link
Table=${table}
${gateway === '' ? '' : defaultRoute(gateway, table)}`;
}

function defaultRoute(gateway: string, table: number): string {
  return `[Route]\nGateway=${gateway}\nGatewayOnLink=yes\nTable=${table}\n`;
}
