import { RelevoError } from '../../domain/failure.ts';
import type { Link, MachineAddress, Network } from '../../domain/network.ts';
import type { ObservedMachine } from '../../domain/observed.ts';
import type { HostSpec, Spec } from '../../domain/spec.ts';
import type { Hosts, Known } from './hosts.ts';
import type { SeenHost } from './look.ts';
import { ownInterface } from './preflight.ts';

/** A host of the file, or one that it no longer has and that has not left yet. */
export interface FleetHost {
  readonly name: string;
  readonly spec: HostSpec;
  readonly known: Known;
  readonly inFile: boolean;
}

/** All hosts of the project, looked at once. */
export interface Fleet {
  readonly hosts: readonly FleetHost[];
  /** Names of the cluster's members, as those that answer remember them. */
  readonly members: ReadonlySet<string>;
}

export async function lookAtAll(
  { name: project, machines }: Pick<Spec, 'name' | 'machines'>,
  all: Pick<Hosts, 'look'>,
): Promise<Fleet> {
  const look = (inFile: boolean) => async (entry: readonly [string, HostSpec]) => {
    const [name, spec] = entry;
    return { name, spec, inFile, known: await all.look(name, spec) };
  };
  const ways = machines.ways ?? {};
  const first = await Promise.all(Object.entries(ways).map(look(true)));
  const recorded = first.flatMap(({ known }) => {
    const record = sightIn(known)?.record;
    return record?.project === project ? Object.entries(record.hosts) : [];
  });
  const gone = new Map(recorded.filter(([name]) => ways[name] === undefined));
  const hosts = [...first, ...(await Promise.all([...gone].map(look(false))))];
  return { hosts, members: membersOf(hosts, project) };
}

/**
 * As those remember it that are members themselves; what a host says of itself counts only where no other one can tell: the
 * others may have given it up while it was away.
 */
function membersOf(hosts: readonly FleetHost[], project: string): ReadonlySet<string> {
  const told = hosts.flatMap(({ name, known }) => {
    const sight = sightIn(known);
    const isMember = sight?.clustered === true && sight.record?.members.includes(name) === true;
    return isMember && sight.record?.project === project ? [{ name, members: sight.record.members }] : [];
  });
  const names = told.flatMap(({ name, members }) =>
    members.filter(
      (each) =>
        each !== name || told.length === 1 || told.some((other) => other.name !== name && other.members.includes(name)),
    ),
  );
  return new Set(names);
}

/** It takes itself for a member, and the others do not. */
export function isOutcast({ name, known }: FleetHost, { members }: Fleet): boolean {
  const sight = sightIn(known);
  return sight?.clustered === true && sight.record?.members.includes(name) === true && !members.has(name);
}

/** The others take it for a member, and it knows nothing: its disk is new, or it is another one. */
export function isNew({ name, known }: FleetHost, { members }: Fleet): boolean {
  const sight = sightIn(known);
  return sight !== undefined && members.has(name) && !sight.clustered && sight.record === undefined;
}

/** As the members that answer remember it: where the file has another address by now, it may still be at this one. */
export function rememberedAt(name: string, { hosts }: Fleet): HostSpec | undefined {
  const records = hosts.flatMap((host) => (host.name === name ? [] : (sightIn(host.known)?.record ?? [])));
  return records.find((record) => record.hosts[name] !== undefined)?.hosts[name];
}

/** The cluster was there before the project; where nothing of it exists yet: all hosts of the file are in one. */
export function isAdopted(fleet: Fleet, project: string): boolean {
  const records = fleet.hosts.flatMap(({ known }) => sightIn(known)?.record ?? []);
  const own = records.filter((record) => record.project === project);
  if (own.length > 0) return own.some(({ adopted }) => adopted === true);
  const seen = seenHosts(fleet);
  return seen.length > 0 && records.length === 0 && seen.every(({ sight }) => sight.clustered);
}

export function sightIn(known: Known) {
  return 'sight' in known ? known.sight : undefined;
}

/** Silence is unknown: where others remember it as a member it still is one. */
export function isJoined({ name, known }: FleetHost, { members }: Fleet): boolean {
  return members.has(name) && (sightIn(known)?.clustered ?? true);
}

export function machinesOf(fleet: Fleet, project: string): ObservedMachine[] {
  return fleet.hosts
    .filter(
      ({ inFile, known }) => inFile || sightIn(known)?.record?.project === project || sightIn(known) === undefined,
    )
    .map((host) => {
      const joined = isJoined(host, fleet);
      const upFor = sightIn(host.known)?.upFor;
      const head = { name: host.name, address: host.spec.address, joined, state: stateOf(host, joined) };
      return { ...head, ...(upFor !== undefined && { upFor }) };
    });
}

/** A member whose LXD was stopped is off as far as anybody else can tell. */
function stateOf({ known }: FleetHost, joined: boolean): ObservedMachine['state'] {
  const sight = sightIn(known);
  if (sight === undefined) return 'unknown';
  return joined && sight.daemon !== 'running' ? 'stopped' : 'running';
}

/** Those of the file that answer. */
export function seenHosts({ hosts }: Fleet): SeenHost[] {
  return hosts.flatMap(({ name, spec, known, inFile }) => {
    const sight = sightIn(known);
    return inFile && sight !== undefined ? [{ name, address: spec.address, sight }] : [];
  });
}

/** What the hosts remember; undefined where nobody tried it out yet. */
export function recordedLink({ hosts }: Fleet, project: string): Link | undefined {
  const records = hosts.map(({ known }) => sightIn(known)?.record);
  return records.find((record) => record?.project === project && record.link !== undefined)?.link;
}

/** The network as the first host that answers has it. Throws where none of them can tell. */
export function networkOf(fleet: Fleet, { vip, vip6, addresses = [] }: Spec['balancer'], link: Link): Network {
  const seen = seenHosts(fleet);
  const own = seen.map(ownInterface).find((each) => each !== undefined);
  if (own === undefined) throw untold(fleet, seen);
  const machines: MachineAddress[] = fleet.hosts.map(({ name, spec: { address } }) => ({ name, address }));
  return {
    ...{ prefixLength: own.prefixLength, gateway: own.gateway ?? '', interface: own.name, machines },
    ...{
      balancers: addresses,
      link,
      ...(vip !== undefined && { shared: vip }),
      ...(vip6 !== undefined && { shared6: vip6 }),
    },
  };
}

function untold({ hosts }: Fleet, [seen]: readonly SeenHost[]): RelevoError {
  const silent = hosts.flatMap(({ known }) => ('silence' in known ? [known.silence] : []))[0];
  if (seen === undefined && silent !== undefined) return new RelevoError(silent);
  const { name = '', address = '' } = seen ?? {};
  const hint = '`address` is the one that the host itself has on the network that all share';
  return new RelevoError({ code: 'refused', message: `${address} is no address of ${name} itself`, hint });
}

/** Reached in the same way. */
export function isSame(one: HostSpec | undefined, other: HostSpec): boolean {
  const keys = ['address', 'user', 'port', 'jump', 'hostKey'] as const;
  return one !== undefined && keys.every((key) => one[key] === other[key]);
}
