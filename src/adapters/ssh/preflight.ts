import type { Packaging } from '../../domain/dialect.ts';
import { numberOf } from '../../domain/ipv4.ts';
import { clusterPort } from '../../domain/network.ts';
import type { Spec } from '../../domain/spec.ts';
import type { Obstacle } from '../../ports/provider.ts';
import { instanceIds, moreIds } from '../../render/user-ids.ts';
import { forwardCure, inputCure } from './forwarding.ts';
import { listenerObstacle } from './listeners.ts';
import { type HostInterface, type HostSight, isWithin, prefixOf, type SeenHost } from './look.ts';
import { packagingObstacle } from './packaging.ts';

type Say = (message: string, hint: string, code?: Obstacle['code']) => Obstacle;

/** Those whose LXD is known: Debian's package, and on Ubuntu the snap. */
const systems = ['debian 12', 'debian 13', 'ubuntu 22.04', 'ubuntu 24.04'];

/** Seconds that clocks may differ: certificates and join tokens have a beginning and an end. */
export const mostSkew = 30;

/** Bytes: LXD, the images and some instances. */
const leastStorage = 4 * 1024 ** 3;

/** Linux that LXD 5.0 needs. Source: LXD's doc/requirements.md. */
export const leastKernel = [5, 4] as const;

export function isNew(kernel: string): boolean {
  const [own = 0, sub = 0] = kernel.split('.').map((part) => Number.parseInt(part, 10));
  return own > leastKernel[0] || (own === leastKernel[0] && sub >= leastKernel[1]);
}

/** Of user ids: containers get theirs from the millionth on. */
export const leastIds = 1_000_000 + instanceIds;

/**
 * What is in the way of the file on hosts that were just looked at; of each host the first thing. `adopted`: in a cluster that was
 * there before. Pure.
 */
export function hostObstacles(spec: Spec, hosts: readonly SeenHost[], adopted = false): Obstacle[] {
  const alone = hosts.flatMap((host) => onHost(spec, host, adopted) ?? []);
  if (hosts.some((host) => ownInterface(host) === undefined)) return alone;
  const among = [
    amongHosts(hosts),
    clockObstacle(hosts),
    packagingObstacle(hosts, adopted),
    onNetwork(spec, hosts),
    listenerObstacle(spec, hosts),
  ];
  return [...alone, ...among.filter((each) => each !== undefined)];
}

function onHost(spec: Spec, host: SeenHost, adopted: boolean): Obstacle | undefined {
  const { name, address, sight } = host;
  const say = sayer(['machines', 'hosts', name]);
  const { record, storage } = sight;
  if (!systems.includes(sight.system))
    return say(
      `${name} runs ${sight.system}, where Relevo can't install LXD`,
      `known are ${systems.join(', ')}`,
      'refused',
    );
  if (!isNew(sight.kernel))
    return say(
      `the kernel of ${name}, ${sight.kernel}, is older than ${leastKernel.join('.')}`,
      'LXD needs a newer one: upgrade the release',
      'host-lacks',
    );
  if (sight.ids < leastIds) return say(`only ${sight.ids} user ids exist on ${name}`, moreIds, 'host-lacks');
  if (ownInterface(host) === undefined) {
    const own = sight.interfaces.map((each) => each.address).filter((each) => !each.startsWith('127.'));
    return say(`${address} is no address of ${name} itself`, `it has ${own.join(', ')}`, 'refused');
  }
  if (record !== undefined && record.project !== spec.name)
    return say(
      `${name} belongs to the project ${record.project}`,
      'a host is part of one project; destroy that one first',
    );
  if (record !== undefined && record.name !== name)
    return say(`${name} is known as ${record.name} already`, 'a member of a cluster keeps its name; destroy first');
  if (record?.hosts[name] !== undefined && record.hosts[name].address !== address)
    return say(
      `${name} has been a host at ${record.hosts[name].address}`,
      'the address of a member stays; destroy first',
      'refused',
    );
  if (record?.members.includes(name)) return undefined;
  if (sight.drops !== undefined) {
    const [wrong, cure] = forwardCure(sight.drops);
    return say(`instances on ${name} could reach nobody: ${wrong}`, cure, 'host-lacks');
  }
  if (sight.deaf !== undefined) {
    const [wrong, cure] = inputCure(sight.deaf);
    return say(`instances on ${name} would get no address: ${wrong}`, cure, 'host-lacks');
  }
  if (!adopted && sight.fixed.length > 0)
    return say(
      `kernel settings of ${name} are too low, and can't be raised from there: ${sight.fixed.join('; ')}`,
      'a host that is a container has those of its own host: raise them there (sysctl -w, /etc/sysctl.d)',
      'host-lacks',
    );
  const strangers = adopted ? outside(host, say) : strangersOn(host, say);
  return strangers ?? (storage.free < leastStorage ? noSpace(name, storage.free, say) : undefined);
}

/** What to do about an LXD that does not tell what it has. */
const silentLxd: Readonly<Record<Packaging, string>> = {
  deb: '`lxc query /1.0` and `journalctl -u lxd` there tell more: start it, so that it can be looked at, or `apt-get purge lxd` where nobody needs it',
  snap: '`/snap/bin/lxc query /1.0` and `snap logs lxd` there tell more: start it, so that it can be looked at, or `snap remove --purge lxd` where nobody needs it',
};
const leftBehind = 'install LXD there again to see what it has, or remove the directory where nobody needs it';

/** LXD that is not ours, or somebody who has its port. */
function strangersOn({ name, sight }: SeenHost, say: Say): Obstacle | undefined {
  const { record, clustered, contents, daemon } = sight;
  if (record === undefined && clustered)
    return say(
      `LXD on ${name} is in a cluster already`,
      'Relevo makes a cluster of hosts without one, or joins one that all hosts of the file are in already',
    );
  if (record === undefined && sight.broken.length > 0)
    return say(
      `packages on ${name} are half installed: ${sight.broken.slice(0, 4).join(', ')}`,
      'let `relevo doctor --fix` finish them (dpkg --configure -a; apt-get -f install)',
      'host-lacks',
    );
  if (record === undefined && contents.length > 0)
    return say(
      `LXD on ${name} is in use: ${contents.slice(0, 4).join(', ')}`,
      'Relevo needs an LXD with nothing in it, or none at all',
    );
  if (record === undefined && sight.unread !== undefined)
    return say(
      `what LXD on ${name} has in it is not known: ${sight.unread}`,
      daemon === 'absent' ? leftBehind : silentLxd[sight.packaging],
      'host-lacks',
    );
  if (listensOn(sight, clusterPort) && record === undefined && daemon === 'absent')
    return say(
      `port ${clusterPort} of ${name} is taken by another program`,
      `LXD needs it: \`ss -ltnp sport = :${clusterPort}\` there names who has it`,
    );
  return undefined;
}

function listensOn({ listeners }: HostSight, port: number): boolean {
  return listeners.some((each) => each.port === port);
}

function outside({ name, sight }: SeenHost, say: Say): Obstacle | undefined {
  if (sight.clustered) return undefined;
  return say(
    `${name} is not in the cluster of the other hosts`,
    'Relevo did not make that one, so it adds no member to it: do so first',
  );
}

function noSpace(name: string, free: number, say: Say): Obstacle {
  const message = `${name} has ${(free / 1024 ** 3).toFixed(1)} GiB free under /var/lib, and LXD needs ${leastStorage / 1024 ** 3}`;
  return say(message, `make room there: \`du -xh /var | sort -h | tail\` tells where it is`, 'host-lacks');
}

/** Of a cluster that is made the pool is made too. */
export function poolObstacle({ machines }: Spec, adopted: boolean): Obstacle | undefined {
  if (adopted || machines.pool === undefined) return undefined;
  const message = '`pool` names a storage pool that is there already, and these hosts are in no cluster yet';
  return sayer(['machines', 'pool'])(message, 'leave it away: Relevo makes one');
}

export function ownInterface({ address, sight }: Omit<SeenHost, 'name'>): HostInterface | undefined {
  return sight.interfaces.find((each) => each.address === address);
}

function amongHosts(hosts: readonly SeenHost[]): Obstacle | undefined {
  const [first, ...others] = hosts;
  if (first === undefined) return undefined;
  const own = ownInterface(first) as HostInterface;
  for (const other of others) {
    const say = sayer(['machines', 'hosts', other.name]);
    const its = ownInterface(other) as HostInterface;
    const skew = Math.abs(other.sight.ahead - first.sight.ahead);
    if (prefixOf(its) !== prefixOf(own))
      return say(
        `${other.name} is on ${prefixOf(its)}, and ${first.name} on ${prefixOf(own)}`,
        'all hosts must share one network',
        'refused',
      );
    if (its.name !== own.name)
      return say(
        `the network's interface is ${its.name} on ${other.name}, and ${own.name} on ${first.name}`,
        'it must have the same name everywhere: systemd.link(5) tells how to give it one',
        'refused',
      );
    if (skew > mostSkew)
      return say(
        `the clock of ${other.name} differs from ${first.name}'s by ${skew} s`,
        'let both follow NTP: timedatectl set-ntp true',
        'refused',
      );
    if (other.sight.system !== first.sight.system)
      return say(
        `${other.name} runs ${other.sight.system}, and ${first.name} ${first.sight.system}`,
        'members need the same LXD, so the same release',
        'refused',
      );
  }
  return undefined;
}

/** Which of the two is wrong can't be told. Those that are members have certificates that began before. */
function clockObstacle(hosts: readonly SeenHost[]): Obstacle | undefined {
  const far = hosts.find(
    ({ name, sight }) => Math.abs(sight.ahead) > mostSkew && sight.record?.members.includes(name) !== true,
  );
  if (far === undefined) return undefined;
  const { name, sight } = far;
  const [there, here] = [sight.clock, sight.clock - sight.ahead].map((each) => timeOf(each));
  return sayer(['machines', 'hosts', name])(
    `the clock of ${name} says ${there}, and this computer's ${here}: certificates would not be valid yet`,
    'let the one that is wrong follow NTP: timedatectl set-ntp true',
    'refused',
  );
}

/** `2026-01-31 12:00:00 UTC`. */
function timeOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('T', ' ').replace(/\..*/, ' UTC');
}

/** Addresses must be of the hosts' own network, and ports not those of the hosts' own services. */
function onNetwork({ balancer }: Spec, hosts: readonly SeenHost[]): Obstacle | undefined {
  const [first] = hosts;
  if (first === undefined) return undefined;
  const own = ownInterface(first) as HostInterface;
  for (const [address, path] of sharedAddresses({ balancer })) {
    if (address.includes(':') || isWithin(numberOf(address), own)) continue; // hosts tell of IPv4 only
    return sayer(path)(
      `${address} is no free address of the hosts' network ${prefixOf(own)}`,
      'choose one there',
      'refused',
    );
  }
  for (const { name, sight } of hosts.filter((each) => balancer.place.includes(each.name))) {
    for (const [port, path] of publishedPorts({ balancer })) {
      if (!listensOn(sight, port)) continue;
      const message = `port ${port} of ${name} is in use by another program`;
      return sayer(path)(
        message,
        `choose another port, or end that program (\`ss -ltnp sport = :${port}\` there names it)`,
      );
    }
  }
  return undefined;
}

type Placed<T> = readonly (readonly [T, Obstacle['path']])[];

/** All that balancers take, and where the file says so. */
export function sharedAddresses({ balancer: { vip, vip6, addresses = [] } }: Pick<Spec, 'balancer'>): Placed<string> {
  return [
    ...(vip === undefined ? [] : [[vip, ['balancer', 'vip']] as const]),
    ...(vip6 === undefined ? [] : [[vip6, ['balancer', 'vip6']] as const]),
    ...addresses.map((each, index) => [each, ['balancer', 'addresses', index]] as const),
  ];
}

function publishedPorts({ balancer: { publish, tls, stats } }: Pick<Spec, 'balancer'>): Placed<number> {
  const all: [number | undefined, Obstacle['path']][] = [
    [publish, ['balancer', 'publish']],
    [tls?.publish, ['balancer', 'tls', 'publish']],
    [stats, ['balancer', 'stats']],
  ];
  return all.flatMap(([port, path]) => (port === undefined ? [] : [[port, path] as const]));
}

function sayer(path: Obstacle['path']): Say {
  return (message, hint, code = 'conflict') => ({ code, path, message, hint });
}
