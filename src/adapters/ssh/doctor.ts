import { type Failure, RelevoError } from '../../domain/failure.ts';
import { clusterPort } from '../../domain/network.ts';
import type { HostSpec, Spec } from '../../domain/spec.ts';
import type { Check } from '../../ports/host.ts';
import { dialect } from '../../render/dialect.ts';
import type { Hosts } from './hosts.ts';
import { hostObstacles, ownInterface, type SeenHost } from './preflight.ts';
import { type Exec, must } from './remote.ts';
import { isJoined, lookAtAll, recordedLink, seenHosts, type World } from './world.ts';

/** Changes nothing. `$@`: the other hosts' addresses. A refusal comes from the host itself, so its firewall let the question through. */
export const examine = `
echo "kernel $(uname -r)"
echo "btrfs $(grep -qw btrfs /proc/filesystems && echo yes || { modprobe -qn btrfs 2>/dev/null && echo yes; })"
echo "candidate $(apt-cache policy ${dialect.package} 2>/dev/null | sed -n 's/^ *Candidate: //p')"
echo "machine $(cat /etc/machine-id 2>/dev/null)"
echo "memory $(sed -n 's/^MemTotal: *\\([0-9]*\\) kB/\\1/p' /proc/meminfo)"
echo "forward $({ iptables -S FORWARD || nft list chain ip filter FORWARD; } 2>/dev/null | grep -ciE 'P FORWARD DROP|policy drop')"
echo "cgroups $(cat /sys/fs/cgroup/cgroup.controllers 2>/dev/null)"
for each; do
  said=$(timeout 4 bash -c 'exec 3<>"/dev/tcp/$0/${clusterPort}"' "$each" 2>&1) && said=open || case $said in
    *refused*) said=open ;;
    *) said=closed ;;
  esac
  echo "to $each $said"
done
`;

/** Linux that LXD 5.0 needs. Source: LXD's doc/requirements.md. */
const leastKernel = [5, 4] as const;
const leastMemory = 1024 ** 2;

interface Examined {
  readonly host: SeenHost;
  /** By the first word of each line. */
  readonly says: ReadonlyMap<string, string>;
  /** Addresses that it does not get to. */
  readonly closed: readonly string[];
}

/** All hosts of the file, each with what is wrong there and its cure. */
export async function examineHosts(spec: Spec, hosts: Hosts): Promise<readonly Check[]> {
  const ways = spec.machines.ways ?? {};
  const looked = Object.entries(ways).map(async ([name, way]) => [name, await troubleOf(hosts, name, way)] as const);
  const failures = (await Promise.all(looked)).flatMap(([name, failure]) =>
    failure ? [unreached(name, failure)] : [],
  );
  if (failures.length > 0) return [...reachedOf(spec, failures), ...failures];
  const world = await lookAtAll(spec, hosts);
  const seen = seenHosts(world);
  const exec = (name: string): Exec => hosts.exec(name, ways[name] ?? { address: '' });
  const examined = await Promise.all(seen.map((host) => examineOne(host, seen, exec(host.name))));
  const obstacles = hostObstacles(spec, seen).map(({ path, message, hint }): Check => {
    return { what: path.join('.'), state: 'missing', detail: `${message}; ${hint}` };
  });
  return [...examined.flatMap((each) => checksOf(each, world, examined)), sharedCheck(spec, world), ...obstacles];
}

function sharedCheck({ name, balancer: { vip, link } }: Spec, world: World): Check {
  const chosen = link ?? recordedLink(world, name);
  const way = chosen === undefined ? 'the first `up` tries how balancers can be on the network' : `link: ${chosen}`;
  const detail = vip === undefined ? 'none: each balancer answers at its host’s own' : `${vip}, ${way}`;
  return { what: 'shared address', state: 'ok', detail };
}

/** Why nobody gets to the host, or in; undefined where somebody does. */
async function troubleOf(hosts: Hosts, name: string, way: HostSpec): Promise<Failure | undefined> {
  try {
    const known = await hosts.look(name, way);
    return 'silence' in known ? known.silence : undefined;
  } catch (error) {
    if (error instanceof RelevoError) return error.failure;
    throw error;
  }
}

function unreached(name: string, { message, hint = '' }: Failure): Check {
  return { what: `${name}: reachable`, state: 'missing', detail: `${message}; ${hint}` };
}

function reachedOf({ machines }: Spec, failures: readonly Check[]): Check[] {
  const silent = new Set(failures.map(({ what }) => what));
  return machines.hosts
    .map((name) => `${name}: reachable`)
    .filter((what) => !silent.has(what))
    .map((what) => ({ what, state: 'ok' }));
}

async function examineOne(host: SeenHost, all: readonly SeenHost[], exec: Exec): Promise<Examined> {
  const others = all.filter(({ name }) => name !== host.name).map(({ address }) => address);
  const options = { onlyLooks: true, timeout: 30 + 5 * others.length, what: `examining ${host.name}` };
  const text = await must(exec, ['sh', '-c', examine, 'sh', ...others], options);
  const lines = text.trim().split('\n');
  const says = lines.map((line): [string, string] => [
    line.split(' ')[0] ?? '',
    line.slice(line.indexOf(' ') + 1).trim(),
  ]);
  const closed = lines.flatMap((line) => /^to (\S+) closed$/.exec(line)?.[1] ?? []);
  return { host, says: new Map(says), closed };
}

function checksOf({ host, says, closed }: Examined, world: World, all: readonly Examined[]): Check[] {
  const { name, sight } = host;
  const say = (key: string) => says.get(key) ?? '';
  const own = ownInterface(host);
  const joined = world.hosts.some((each) => each.name === name && isJoined(each, world));
  const check = (
    what: string,
    isFine: boolean,
    fine: string,
    cure: string,
    state: 'missing' | 'note' = 'missing',
  ): Check =>
    isFine
      ? { what: `${name}: ${what}`, state: 'ok', detail: fine }
      : { what: `${name}: ${what}`, state, detail: cure };
  const twin = all.find((each) => each.host.name !== name && each.says.get('machine') === say('machine'));
  const blocked = all.filter(({ host: { address } }) => closed.includes(address)).map((each) => each.host.name);
  const candidate = say('candidate').replace('(none)', '');
  return [
    check('reachable', true, `${sight.system}, ${own?.name ?? '?'} ${host.address}/${own?.prefixLength ?? '?'}`, ''),
    check(
      'kernel',
      isAtLeast(say('kernel'), leastKernel),
      say('kernel'),
      `${say('kernel')} is older than ${leastKernel.join('.')}: upgrade the release`,
    ),
    check(
      'btrfs',
      say('btrfs') === 'yes',
      'its kernel has it',
      'its kernel has no btrfs: boot one of the distribution’s own',
    ),
    check(
      'LXD',
      joined || sight.daemon !== 'absent' || candidate !== '',
      joined ? 'member of the cluster' : sight.daemon === 'absent' ? `${candidate} can be installed` : sight.daemon,
      'apt knows no package `lxd`: is the archive’s `main` among its sources, and `apt-get update` done?',
    ),
    check(
      'memory',
      Number(say('memory')) >= leastMemory,
      `${(Number(say('memory')) / 1024 ** 2).toFixed(1)} GiB`,
      'less than 1 GiB: there is little room for instances',
      'note',
    ),
    check(
      'machine id',
      twin === undefined,
      'its own',
      `the same as ${twin?.host.name}'s: rm /etc/machine-id && systemd-machine-id-setup, then reboot`,
    ),
    check(
      `to the others at ${clusterPort}`,
      blocked.length === 0,
      'open',
      `a firewall lets nothing through to ${blocked.join(', ')}: open ${clusterPort}, 10001-19999 and 20001-29999 (TCP) between the hosts`,
    ),
    check(
      'forwarding',
      say('forward') === '0' || say('forward') === '',
      'not dropped',
      'its firewall drops what is forwarded (Docker does so): iptables -I DOCKER-USER -i relevo0 -j ACCEPT; iptables -I DOCKER-USER -o relevo0 -j ACCEPT',
      'note',
    ),
    check(
      'limits on cpu and memory',
      ['cpuset', 'memory'].every((each) => say('cgroups').split(' ').includes(each)),
      'enforced',
      `not enforced: cgroup2 has ${say('cgroups') || 'no controllers'} there`,
      'note',
    ),
  ];
}

function isAtLeast(version: string, [major, minor]: readonly [number, number]): boolean {
  const [own = 0, sub = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  return own > major || (own === major && sub >= minor);
}
