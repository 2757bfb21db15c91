import { RelevoError } from '../../domain/failure.ts';
import type { HostSpec, Spec } from '../../domain/spec.ts';
import type { Loss, LostMachine, Obstacle } from '../../ports/provider.ts';
import { putBack, refuseStrangersOnDisk } from './destroy.ts';
import { type Fleet, type FleetHost, isAdopted, isJoined, isNew, isOutcast, rememberedAt, sightIn } from './fleet.ts';
import type { Hosts } from './hosts.ts';
import { dialectOf } from './packaging.ts';
import type { Exec } from './remote.ts';

/** What of a provider's it takes to give hosts up. */
export interface LossDoors {
  readonly spec: Spec;
  readonly hosts: Hosts;
  look(): Promise<Fleet>;
  exec(name: string): Exec;
  /** No other host remembers it from then on. */
  forget(name: string): Promise<void>;
  cutPower(name: string): Promise<void>;
}

export function sshLoss({ spec, hosts, look, exec, forget, cutPower }: LossDoors): Loss {
  const { name: project, machines } = spec;
  return {
    async judge(name) {
      const fleet = await look();
      if (isAdopted(fleet, project)) throw notOurs(name);
      const host = fleet.hosts.find((each) => each.name === name);
      const before = rememberedAt(name, fleet);
      if (host === undefined) throw unknownHost(name, fleet);
      const state = stateOf(host, fleet);
      if (state === undefined && before === undefined && 'silence' in host.known) throw unknownHost(name, fleet);
      if (state === undefined) throw answers(name, host.spec.address);
      await refuseWhereItWas(hosts, name, host.spec, before, project);
      const fenced = state === 'silent' && machines.power?.[name] !== undefined;
      return { name, state, fenced, wanted: host.inFile };
    },
    fence: cutPower,
    async forget(name) {
      const fleet = await look();
      const host = fleet.hosts.find((each) => each.name === name);
      if (host !== undefined && isOutcast(host, fleet)) {
        const dialect = dialectOf(sightIn(host.known));
        await refuseStrangersOnDisk(exec(name), name, project, dialect);
        await putBack(exec(name), name, dialect, () => {});
      }
      await forget(name);
    },
  };
}

/** Undefined: it is a member like any other, or one that has not joined yet. */
function stateOf(host: FleetHost, fleet: Fleet): LostMachine['state'] | undefined {
  if (sightIn(host.known) === undefined) return fleet.members.has(host.name) ? 'silent' : undefined;
  if (isNew(host, fleet) || isForgotten(host, fleet)) return 'new';
  return isOutcast(host, fleet) ? 'returned' : undefined;
}

/** The file may lead to its successor's address while it goes on at its own. */
async function refuseWhereItWas(
  hosts: Hosts,
  name: string,
  now: HostSpec,
  before: HostSpec | undefined,
  project: string,
): Promise<void> {
  if (before === undefined || before.address === now.address) return;
  const known = await hosts.look(`${name} at ${before.address}`, before);
  const record = sightIn(known)?.record;
  if (record?.project === project && record.name === name) throw answers(name, before.address);
}

/** What gave it up was interrupted after that, or it never was a member: `up` makes it one. */
function isForgotten({ name, known, inFile }: FleetHost, { members }: Fleet): boolean {
  return inFile && sightIn(known)?.clustered === false && !members.has(name);
}

function unknownHost(name: string, { hosts, members }: Fleet): RelevoError {
  const names = [...new Set([...hosts.map((each) => each.name), ...members])];
  const message = `no host ${name} is or was a member`;
  return new RelevoError({ code: 'not-found', message, hint: `there are: ${names.join(', ')}` });
}

function notOurs(name: string): RelevoError {
  const message = 'the cluster was there before the project, so its members are not replaced by Relevo';
  const hint = `\`lxc cluster remove --force ${name}\`, take ${name} out of the file, and \`relevo up\``;
  return new RelevoError({ code: 'refused', message, hint });
}

function answers(name: string, address: string): RelevoError {
  return new RelevoError({
    code: 'refused',
    message: `${name} answers at ${address}: only a host that is gone can be replaced`,
    hint: `to take a living one out, remove it from the file and \`relevo up\`; to work on it, \`relevo drain ${name}\``,
  });
}

/** In the way of `up`: what must not be done without somebody saying so. */
export async function lossObstacle(fleet: Fleet, exec: (name: string) => Exec): Promise<Obstacle | undefined> {
  for (const host of fleet.hosts.filter(({ inFile }) => inFile)) {
    const { name } = host;
    const say = (message: string): Obstacle => {
      const hint = `\`relevo replace ${name}\` gives the old one up, once you are sure that it is off or gone`;
      return { code: 'refused', path: ['machines', 'hosts', name], message, hint };
    };
    if (isNew(host, fleet))
      return say(`${name} is a member of the cluster, and the host at ${host.spec.address} knows nothing of it`);
    if (isOutcast(host, fleet) && !(await clusterHas(name, fleet, exec)))
      return say(`${name} was given up, and is back: the cluster no longer knows it`);
  }
  return undefined;
}

/** As the first member tells that answers; a join that was interrupted may be known to the cluster alone. */
async function clusterHas(name: string, fleet: Fleet, exec: (name: string) => Exec): Promise<boolean> {
  const member = fleet.hosts.find((each) => each.name !== name && isJoined(each, fleet) && sightIn(each.known));
  if (member === undefined) return true; // nobody can tell
  const argv = ['timeout', '20', dialectOf(sightIn(member.known)).client, 'query', '/1.0/cluster/members'];
  const { code, stdout } = await exec(member.name)(argv, { onlyLooks: true });
  return code !== 0 || (JSON.parse(stdout) as string[]).includes(`/1.0/cluster/members/${name}`);
}

/**
 * A join that failed half-way: LXD there believes in a cluster that knows nothing of it, and does not start. The host was ours
 * already, so what is in it is too, as far as its directories tell.
 */
export async function clearFailedJoin(
  host: FleetHost,
  fleet: Fleet,
  project: string,
  exec: (name: string) => Exec,
): Promise<void> {
  const { name, known } = host;
  const sight = sightIn(known);
  const isHalf = sight?.clustered === true && sight.record?.project === project && !fleet.members.has(name);
  if (!isHalf || fleet.members.size === 0 || (await clusterHas(name, fleet, exec))) return;
  await refuseStrangersOnDisk(exec(name), name, project, dialectOf(sight));
  await putBack(exec(name), name, dialectOf(sight), () => {});
}
