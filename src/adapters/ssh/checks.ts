import { clusterPort } from '../../domain/network.ts';
import type { Check } from '../../ports/host.ts';
import { moreIds } from '../../render/user-ids.ts';
import type { Examined, Mend } from './examine.ts';
import { type Fleet, isJoined } from './fleet.ts';
import { forwardCure, inputCure } from './forwarding.ts';
import { listenersInTheWay } from './listeners.ts';
import { candidateFor, channelFor } from './packaging.ts';
import { isNew, leastIds, leastKernel, mostSkew, ownInterface } from './preflight.ts';
import { type Passage, samplesOfFurther } from './probe.ts';
import { hasPath, makesClones } from './storage.ts';

/** Of one host; `mend`: what `doctor --fix` does there. */
export interface HostCheck extends Check {
  readonly host: string;
  readonly mend?: Mend;
}

/** KiB. */
const leastMemory = 1024 ** 2;
interface Verdict {
  readonly what: string;
  readonly isFine: boolean;
  readonly fine: string;
  readonly cure: string;
  /** What is wrong costs something, and stops nothing. */
  readonly note?: boolean;
  readonly mend?: Mend;
}

const fixes: Readonly<Record<Mend, string>> = {
  packages: 'finish what is half installed, and ask the archive what there is',
  clock: 'let it follow time servers',
  snapd: 'install snapd',
  hold: 'hold its LXD, so that it is not refreshed by itself',
  forward: 'let Docker forward for instances, now and whenever it starts',
};

/** All that is to be said of a host that answers. Pure. */
export function checksOf(
  one: Examined,
  fleet: Fleet,
  all: readonly Examined[],
  passages: readonly Passage[],
): HostCheck[] {
  const { name } = one.host;
  const verdicts = [
    ...systemOf(one),
    ...lxdOf(one, fleet, all),
    ...resourcesOf(one, all),
    ...networkOf(one, all, passages),
  ];
  return verdicts.map(({ what, isFine, fine, cure, note = false, mend }): HostCheck => {
    const head = { host: name, what: `${name}: ${what}` };
    if (isFine) return { ...head, state: 'ok', detail: fine };
    const mended = mend && { mend, fix: fixes[mend] };
    return { ...head, state: note ? 'note' : 'missing', detail: cure, ...mended };
  });
}

function systemOf({ host }: Examined): Verdict[] {
  const { sight, address } = host;
  const own = ownInterface(host);
  return [
    {
      ...{ what: 'reachable', isFine: true, cure: '' },
      fine: `${sight.system}, ${own?.name ?? '?'} ${address}/${own?.prefixLength ?? '?'}`,
    },
    {
      ...{ what: 'kernel', isFine: isNew(sight.kernel), fine: sight.kernel },
      cure: `${sight.kernel} is older than ${leastKernel.join('.')}: upgrade the release`,
    },
    {
      ...{ what: 'packages', isFine: sight.broken.length === 0, fine: 'none half installed', mend: 'packages' },
      cure: `half installed: ${sight.broken.join(', ')}`,
    },
  ];
}

function lxdOf({ host, says }: Examined, fleet: Fleet, all: readonly Examined[]): Verdict[] {
  const { snap, snapd, daemon, packaging } = host.sight;
  const joined = fleet.hosts.some((each) => each.name === host.name && isJoined(each, fleet));
  const isSnap = packaging === 'snap';
  const channel = channelFor(all.map((each) => each.host));
  const candidate = isSnap ? candidateFor(host, channel)?.version : says.get('candidate')?.replace('(none)', '');
  const kind = isSnap ? ` (snap, ${snap?.channel ?? channel})` : '';
  const there = joined ? 'member of the cluster' : daemon !== 'absent' ? daemon : undefined;
  const fromStore = snapd
    ? { cure: `the snap store does not tell of LXD ${channel}: \`snap info lxd\` there says why` }
    : { cure: 'no snapd, from which LXD comes there', mend: 'snapd' as const };
  const fromArchive = {
    ...{ cure: 'apt knows no package `lxd`: is the archive’s `main` among its sources?', mend: 'packages' as const },
  };
  const lxd: Verdict = {
    ...{ what: 'LXD', isFine: there !== undefined || (candidate ?? '') !== '' },
    fine: `${there ?? `${candidate} can be installed: \`up\` does it`}${kind}`,
    ...(isSnap ? fromStore : fromArchive),
  };
  if (snap === undefined) return [lxd];
  const refreshes: Verdict = {
    ...{ what: 'refreshes of LXD', isFine: snap.held || !joined, fine: snap.held ? 'held' : '`up` holds them' },
    cure: 'its snap is refreshed by itself, so that members part from one another: snap refresh --hold lxd',
    mend: 'hold',
  };
  return [lxd, refreshes];
}

function resourcesOf({ host, says }: Examined, all: readonly Examined[]): Verdict[] {
  const { name, sight } = host;
  const say = (key: string) => says.get(key) ?? '';
  const twin = all.find((each) => each.host.name !== name && each.says.get('machine') === say('machine'));
  const gibibytes = (sight.storage.free / 1024 ** 3).toFixed(0);
  const ntp = say('ntp');
  const remedy = [
    ...(sight.packaging === 'deb' ? ['let /var/lib be on btrfs'] : []),
    say('container') === '' ? 'let it have loop devices' : 'give this container /dev/loop-control and loop devices',
  ].join(', or ');
  return [
    {
      ...{ what: 'memory', isFine: Number(say('memory')) >= leastMemory, note: true },
      fine: `${(Number(say('memory')) / 1024 ** 2).toFixed(1)} GiB`,
      cure: 'less than 1 GiB: there is little room for instances',
    },
    {
      ...{ what: 'storage', isFine: makesClones(sight) && say('btrfs') === 'yes', note: true },
      fine: `${hasPath(sight) ? 'btrfs under /var/lib' : 'btrfs in a file'}, ${gibibytes} GiB free`,
      cure: `${gibibytes} GiB free, and ${sight.packaging === 'deb' ? 'neither btrfs under /var/lib nor a' : 'no'} loop device: instances become whole copies on all hosts (pool \`dir\`), which takes seconds and full size each; ${remedy}`,
    },
    {
      ...{ what: 'ids for containers', isFine: sight.ids >= leastIds, fine: 'enough' },
      cure: `only ${sight.ids} exist there: ${moreIds}`,
    },
    {
      ...{ what: 'machine id', isFine: twin === undefined, fine: 'its own' },
      cure: `the same as ${twin?.host.name}'s: rm /etc/machine-id && systemd-machine-id-setup, then reboot`,
    },
    {
      what: 'clock',
      isFine: ntp === '' || ntp.includes('NTP=yes') || ntp.includes('NTPSynchronized=yes') || say('container') !== '',
      fine: say('container') === '' ? 'follows time servers' : 'its own host’s',
      cure: `follows no time server: members' clocks must not differ by more than ${mostSkew} s`,
      note: true,
      mend: 'clock',
    },
    {
      what: 'limits on cpu and memory',
      isFine: ['cpuset', 'memory'].every((each) => say('cgroups').split(' ').includes(each)),
      fine: 'enforced',
      cure: `not enforced: cgroup2 has ${say('cgroups') || 'no controllers'} there`,
      note: true,
    },
  ];
}

function networkOf({ host, says }: Examined, all: readonly Examined[], passages: readonly Passage[]): Verdict[] {
  const say = (key: string) => says.get(key) ?? '';
  const to = passages.filter(({ from }) => from === host.name);
  const isFurther = (port: number) => samplesOfFurther.includes(port);
  const blocked = to.flatMap((each) => blockedPorts(each, all, (port) => !isFurther(port)));
  const withoutFurther = to.flatMap((each) => blockedPorts(each, all, isFurther));
  const lost = to.filter(({ large }) => large === 'lost').map((each) => each.to);
  const uplink = Number(say('uplink'));
  const other = all.find((each) => each.says.get('mtu') !== say('mtu'));
  const { drops, deaf } = host.sight;
  const inTheWay = listenersInTheWay(host);
  return [
    {
      ...{ what: 'to the others', isFine: blocked.length === 0, fine: 'open' },
      cure: `something lets nothing through to ${blocked.join(', ')}: open ${clusterPort}, 10001-19999 and 20001-29999 (TCP) between the hosts`,
    },
    {
      ...{ what: 'further ports', isFine: withoutFurther.length === 0, fine: 'open', note: true },
      cure: `nothing gets through to ${withoutFurther.join(', ')}: where routes have a \`port\` of their own, open 30001-59999 (TCP) between the hosts`,
    },
    {
      ...{ what: 'ports for instances', isFine: inTheWay.length === 0, fine: 'nobody else listens there', note: true },
      cure: `in use: ${inTheWay.join(', ')}; an instance may come to get one, and then what is for that program: let it listen elsewhere than 10001-29999, or on 127.0.0.1 alone`,
    },
    {
      ...{ what: 'packet size', isFine: lost.length === 0 && other === undefined, fine: `MTU ${say('mtu')}` },
      cure:
        lost.length === 0
          ? `MTU ${say('mtu')}, and ${other?.says.get('mtu')} on ${other?.host.name}: set one for all`
          : `packets of ${say('mtu')} bytes get lost on the way to ${lost.join(', ')}, smaller ones do not: lower the MTU of the interface (\`ip link set mtu\`, and in its configuration), or raise the network's`,
    },
    {
      ...{ what: 'uplink', isFine: !(uplink > 0 && uplink < 1500), fine: 'MTU 1500', note: true },
      cure: `MTU ${uplink}: instances are told so by the size of their TCP segments; other protocols of theirs must find out`,
    },
    {
      ...{ what: 'forwarding', isFine: drops === undefined, fine: 'not dropped' },
      cure: drops === undefined ? '' : forwardCure(drops).join(': '),
      ...(drops?.by === 'docker' && { mend: 'forward' as const }),
    },
    {
      ...{ what: 'addresses and names', isFine: deaf === undefined, fine: 'instances may ask for them' },
      cure: deaf === undefined ? '' : inputCure(deaf).join(': '),
    },
  ];
}

/** Somebody listens at all of them, but on a member, whose ports lead to instances: there a refusal came through. */
function blockedPorts({ to, ports }: Passage, all: readonly Examined[], isMeant: (port: number) => boolean): string[] {
  const isMember = all.find(({ host }) => host.name === to)?.host.sight.clustered === true;
  const meant = ports.filter(({ port }) => isMeant(port));
  const closed = meant.filter(({ said }) => said === 'closed' || (said === 'refused' && !isMember));
  return closed.length === 0 ? [] : [`${to} (${closed.map(({ port }) => port).join(', ')})`];
}
