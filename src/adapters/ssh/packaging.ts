import type { Dialect, Packaging } from '../../domain/dialect.ts';
import type { Obstacle } from '../../ports/provider.ts';
import { dialects, snap } from '../../render/dialect.ts';
import type { HostSight, SeenHost } from './look.ts';
import type { StoreSnap } from './snap.ts';

export function dialectOf(sight: HostSight | undefined): Dialect {
  return dialects[sight?.packaging ?? 'deb'];
}

/** The one that all hosts have: anything else is refused. */
export function dialectFor(sights: readonly (HostSight | undefined)[]): Dialect {
  return sights.some((sight) => sight?.packaging === 'snap') ? snap : dialectOf(undefined);
}

/** Long-term ones; the first has the version that Debian has too. */
const channels = ['5.0/stable', '5.21/stable'] as const;

/** For all hosts: the members' own, else that of whatever fitting LXD is there already. */
export function channelFor(hosts: readonly SeenHost[]): string {
  const fitting = hosts.filter(({ sight }) => channels.some((each) => each === sight.snap?.channel));
  const first = fitting.find(({ sight }) => sight.clustered) ?? fitting[0];
  return first?.sight.snap?.channel ?? channels[0];
}

/** What `up` would install there. */
export function candidateFor({ sight }: SeenHost, channel: string): StoreSnap | undefined {
  return sight.store.find((each) => each.channel === channel);
}

type Say = (message: string, hint: string) => Obstacle;

/** Members need the same LXD. What is in the way of that on any of these hosts. Pure. */
export function packagingObstacle(hosts: readonly SeenHost[], adopted: boolean): Obstacle | undefined {
  const other = hosts.find(({ sight }) => sight.packaging !== hosts[0]?.sight.packaging);
  if (other !== undefined) return mixed(hosts);
  if (adopted || hosts[0]?.sight.packaging !== 'snap') return undefined;
  const channel = channelFor(hosts);
  const members = hosts.find(({ sight }) => sight.clustered)?.sight.snap?.version;
  for (const host of hosts.filter(({ sight }) => !sight.clustered)) {
    const obstacle = ofChannel(host, channel) ?? ofStore(host, channel, members);
    if (obstacle !== undefined) return obstacle;
  }
  return undefined;
}

function mixed(hosts: readonly SeenHost[]): Obstacle | undefined {
  const [one, two] = (['snap', 'deb'] satisfies Packaging[]).map((each) =>
    hosts.find(({ sight }) => sight.packaging === each),
  );
  if (one === undefined || two === undefined) return undefined;
  return at(one.name)(
    `LXD on ${one.name} is a snap (${one.sight.snap?.version ?? 'not installed yet'}), and ${two.name} has Debian's package`,
    `members need the same version: where that LXD is not needed, \`snap remove --purge lxd\` on ${one.name}, and \`up\` installs the package`,
  );
}

function ofChannel({ name, sight: { snap: own } }: SeenHost, channel: string): Obstacle | undefined {
  if (own === undefined || own.channel === channel) return undefined;
  return at(name)(
    `LXD on ${name} is ${own.version} from ${own.channel}, and it must be from ${channel}`,
    `where nothing is in that LXD: \`snap remove --purge lxd\` on ${name}, and \`up\` installs it again`,
  );
}

function ofStore(host: SeenHost, channel: string, members: string | undefined): Obstacle | undefined {
  const { name, sight } = host;
  if (!sight.snapd)
    return at(name)(`${name} has no snapd, from which its LXD comes`, 'let `relevo doctor --fix` install it');
  const candidate = candidateFor(host, channel);
  if (candidate === undefined)
    return at(name)(
      `the snap store does not tell ${name} of LXD ${channel}`,
      '`snap info lxd` there says why; behind a proxy: snap set system proxy.https=http://…',
    );
  if (members === undefined || candidate.version === members) return undefined;
  return at(name)(
    `${name} would get LXD ${candidate.version}, and the members have ${members}`,
    `take ${name} out of the file, \`relevo upgrade\`, and add it again`,
  );
}

function at(name: string): Say {
  return (message, hint) => ({ code: 'host-lacks', path: ['machines', 'hosts', name], message, hint });
}
