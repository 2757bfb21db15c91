import type { Dialect } from '../../domain/dialect.ts';
import { RelevoError } from '../../domain/failure.ts';
import { clusterNetwork, clusterPool } from '../../render/preseed.ts';
import { buildProject } from './builder.ts';
import { leaveEstate } from './estate.ts';
import { type Fleet, type FleetHost, isJoined, sightIn } from './fleet.ts';
import { dialectOf } from './packaging.ts';
import { agreedFile } from './record.ts';
import { type Exec, must } from './remote.ts';
import { undoArgv, undoMemberArgv } from './undo.ts';

/** What it takes to put hosts back. */
export interface Undoing {
  readonly project: string;
  exec(name: string): Exec;
  startLxd(name: string): Promise<void>;
}

/** Nothing is removed before all hosts can be asked but those that are left, and nothing of anybody else's. */
export async function destroyAll(
  fleet: Fleet,
  { project, exec, startLxd }: Undoing,
  onLine: (line: string) => void,
  left: readonly string[],
): Promise<void> {
  refuseSilent(fleet, left);
  const own = fleet.hosts.filter(({ known }) => sightIn(known)?.record?.project === project);
  const asked = own.filter(({ known }) => sightIn(known)?.daemon !== 'absent');
  const lone = asked.filter((host) => cantAsk(host, fleet, left));
  const able = asked.filter((host) => !lone.includes(host));
  await Promise.all(able.filter(({ known }) => sightIn(known)?.daemon === 'stopped').map(({ name }) => startLxd(name)));
  const member = able.find((host) => isJoined(host, fleet));
  const apart = able.filter((host) => !isJoined(host, fleet));
  for (const { name, known } of [...(member === undefined ? [] : [member]), ...apart])
    await refuseStrangers(exec(name), name, project, dialectOf(sightIn(known)));
  for (const { name, known } of lone) await refuseStrangersOnDisk(exec(name), name, project, dialectOf(sightIn(known)));
  await Promise.all(own.map(({ name }) => agree(exec(name))));
  await Promise.all(own.map(({ name, known }) => putBack(exec(name), name, dialectOf(sightIn(known)), onLine)));
  for (const { name, spec } of fleet.hosts.filter(({ known }) => 'silence' in known))
    onLine(`stays: all that is on ${name} (${spec.address}); when it is back, \`relevo destroy\` puts it back too`);
}

/** Out of a cluster that was there before the project: through one of its members, which must all be there. */
export async function leaveAll(
  fleet: Fleet,
  { project, exec }: Omit<Undoing, 'startLxd'>,
  onLine: (line: string) => void,
  certificates: readonly string[],
): Promise<void> {
  refuseSilent(fleet, []);
  const own = fleet.hosts.filter(({ known }) => sightIn(known)?.record?.project === project);
  const [first] = own;
  if (first !== undefined) await leaveEstate(exec(first.name), project, certificates, dialectOf(sightIn(first.known)));
  await Promise.all(own.map(({ name, known }) => putBack(exec(name), name, dialectOf(sightIn(known)), onLine, true)));
}

function refuseSilent({ hosts }: Fleet, left: readonly string[]): void {
  const silent = hosts.filter(({ known }) => 'silence' in known);
  const answering = left.find((name) => !silent.some((host) => host.name === name));
  if (answering !== undefined) {
    const message = `${answering} is no host that does not answer, so it can't be left behind`;
    throw new RelevoError({ code: 'refused', message, hint: 'nothing was removed' });
  }
  const missed = silent.find(({ name }) => !left.includes(name));
  if (missed === undefined || !('silence' in missed.known)) return;
  const { silence } = missed.known;
  const hint = `nothing was removed; where it is gone for good: \`relevo destroy --without ${silent.map(({ name }) => name).join(' --without ')}\`; ${silence.hint ?? ''}`;
  throw new RelevoError({ ...silence, hint });
}

/**
 * No majority of its cluster is there to tell what is in it: it was given up, or the others have been put back already, or too many
 * are left behind.
 */
function cantAsk({ name, known }: FleetHost, fleet: Fleet, left: readonly string[]): boolean {
  const sight = sightIn(known);
  if (sight?.clustered !== true) return false;
  const record = sight.record;
  if (record === undefined) return false;
  const mates = record.members.filter((each) => each !== name);
  const there = mates.filter((each) => {
    const mate = fleet.hosts.find((host) => host.name === each);
    return (
      mate !== undefined && !left.includes(each) && sightIn(mate.known)?.clustered === true && fleet.members.has(each)
    );
  });
  return !fleet.members.has(name) || (there.length + 1) * 2 <= record.members.length;
}

interface Listed {
  readonly name: string;
  readonly project?: string;
  readonly managed?: boolean;
}

/**
 * Throws where the cluster that a host belongs to has something in it that Relevo did not make, or can't tell: it is never
 * destroyed with the rest.
 */
async function refuseStrangers(exec: Exec, name: string, project: string, { client }: Dialect): Promise<void> {
  const projects = [project, buildProject(project)];
  const { code } = await exec(['test', '-e', agreedFile], { onlyLooks: true });
  if (code === 0) return;
  const ask = async (path: string) => {
    const text = await must(exec, ['timeout', '20', client, 'query', path], { onlyLooks: true }).catch((error) => {
      throw untold(name, error);
    });
    return JSON.parse(text) as readonly Listed[];
  };
  const own = ['default', ...projects];
  const [all, instances, networks, pools] = await Promise.all([
    ask('/1.0/projects?recursion=1'),
    ask('/1.0/instances?recursion=1&all-projects=true'),
    ask('/1.0/networks?recursion=1'),
    ask('/1.0/storage-pools?recursion=1'),
  ]);
  const strangers = [
    ...all.filter((each) => !own.includes(each.name)).map((each) => `project ${each.name}`),
    ...instances.filter(({ project = '' }) => !projects.includes(project)).map((each) => `instance ${each.name}`),
    ...networks.filter((each) => each.managed && each.name !== clusterNetwork).map((each) => `network ${each.name}`),
    ...pools.filter((each) => each.name !== clusterPool).map((each) => `storage pool ${each.name}`),
  ];
  if (strangers.length === 0) return;
  throw new RelevoError({
    code: 'refused',
    message: `the cluster has things in it that Relevo did not make: ${strangers.slice(0, 6).join(', ')}`,
    hint: 'move or delete them, and destroy again: nothing was removed',
  });
}

/** Where LXD can't be asked: what its directories tell. Containers of a project bear its name before their own. */
export async function refuseStrangersOnDisk(
  exec: Exec,
  name: string,
  project: string,
  dialect: Dialect,
): Promise<void> {
  const { stdout } = await exec(['sh', '-c', listOnDisk(dialect)], { onlyLooks: true });
  const own = [`${project}_`, `${buildProject(project)}_`];
  const others = stdout.split('\n').filter((each) => each !== '' && !own.some((prefix) => each.startsWith(prefix)));
  if (others.length === 0) return;
  throw new RelevoError({
    code: 'refused',
    message: `${name} has things on it that Relevo did not make: ${others.slice(0, 6).join(', ')}`,
    hint: `its LXD can't be asked; they lie in ${dialect.directory}: save them, remove their entries there, and do it again`,
  });
}

/** The snap's pools are mounted where it alone sees them. Source: snap-confine(8). */
const listOnDisk = ({ directory }: Dialect) => `
within=
[ ! -e /run/snapd/ns/lxd.mnt ] || within='nsenter --mount=/run/snapd/ns/lxd.mnt'
[ -z "$within" ] || $within true 2>/dev/null || within=
$within sh -c 'cd "$0" && for place in containers virtual-machines storage-pools/*/custom; do ls "$place"; done' ${directory} 2>/dev/null
ls /var/lib/relevo/pool/custom 2>/dev/null; :`;

function untold(name: string, error: unknown): unknown {
  if (!(error instanceof RelevoError)) return error;
  return new RelevoError(
    {
      ...error.failure,
      code: 'unreachable',
      message: `LXD on ${name} does not tell what is in the cluster, so nothing was removed`,
      hint: 'a majority of its members must run: bring them back, and destroy again',
    },
    { cause: error },
  );
}

async function agree(exec: Exec): Promise<void> {
  await must(exec, ['sh', '-c', '[ ! -d "$(dirname "$1")" ] || : > "$1"', 'sh', agreedFile]);
}

/** The host as it was before. `adopted`: its LXD is somebody's, and stays. */
export async function putBack(
  exec: Exec,
  name: string,
  dialect: Dialect,
  onLine: (line: string) => void,
  adopted = false,
): Promise<void> {
  const lines = await must(exec, adopted ? undoMemberArgv : undoArgv(dialect), {
    timeout: 600,
    what: `putting ${name} back`,
  });
  onLine(`host ${name}`);
  for (const line of lines.split('\n').filter((each) => each.startsWith('stays: '))) onLine(`${name}: ${line}`);
}
