import type { Dialect } from '../../domain/dialect.ts';
import type { LinkNote, Note } from '../../domain/event.ts';
import { RelevoError } from '../../domain/failure.ts';
import type { Link } from '../../domain/network.ts';
import type { HostSpec, Spec } from '../../domain/spec.ts';
import type { PoolPlan } from '../../domain/storage.ts';
import type { ClusterAccess } from '../../ports/cluster.ts';
import type { Loss, ObservedProvider, Obstacle, Power, Provider, Upgrades } from '../../ports/provider.ts';
import { hears, noStrangers, tryStranger } from './addresses.ts';
import { clusterBuilder } from './builder.ts';
import { destroyAll, leaveAll, putBack } from './destroy.ts';
import { estateObstacle, estateOf, makeNetwork } from './estate.ts';
import {
  type Fleet,
  type FleetHost,
  isAdopted,
  isJoined,
  isSame,
  lookAtAll,
  machinesOf,
  networkOf,
  recordedLink,
  seenHosts,
  sightIn,
} from './fleet.ts';
import type { Hosts } from './hosts.ts';
import type { HostSight } from './look.ts';
import { clearFailedJoin, lossObstacle, sshLoss } from './loss.ts';
import { channelFor, dialectFor, dialectOf } from './packaging.ts';
import { hostObstacles, poolObstacle, sharedAddresses } from './preflight.ts';
import { prepareHost, prepareMember, stopLxd } from './prepare.ts';
import { type HostRecord, writeRecord } from './record.ts';
import { type Exec, must } from './remote.ts';
import { throughSsh } from './routes.ts';
import { driverFor, driverOf, makesClones, poolDriverOf, poolOn, storageObstacle } from './storage.ts';
import { takenAddress } from './taken.ts';
import { sshUpgrades } from './upgrade.ts';

/** The operator's computer: what cuts the hosts' power from there. */
export interface PowerDoors {
  readonly power: Power;
  /** For good. */
  fence(machine: string): Promise<void>;
}

/** Hosts that are there already, over SSH. */
export function sshProvider(
  spec: Spec,
  hosts: Hosts,
  access: ClusterAccess,
  power: PowerDoors,
): Provider & AsyncDisposable & Through {
  return new SshProvider(spec, hosts, access, power);
}

interface Through {
  /** To the cluster, also where its hosts close LXD's port to this computer. */
  readonly access: ClusterAccess;
}

class SshProvider implements Provider, AsyncDisposable, Through {
  readonly access: ClusterAccess;
  readonly #spec: Spec;
  readonly #hosts: Hosts;
  readonly #builder: ReturnType<typeof clusterBuilder>;
  #fleet: Promise<Fleet> | undefined;
  /** What a trial showed, until the hosts remember it. */
  #found: Link | undefined;
  readonly power: Power;
  readonly loss: Loss;
  readonly upgrades: Upgrades = sshUpgrades(
    (name) => this.#exec(name),
    () => this.existing(),
    () => this.dialect(),
  );

  constructor(spec: Spec, hosts: Hosts, access: ClusterAccess, { power, fence }: PowerDoors) {
    this.power = power;
    this.loss = sshLoss({
      ...{ spec, hosts, cutPower: fence },
      look: () => this.#look(),
      exec: (name) => this.#exec(name),
      forget: (name) => this.#forget(name),
    });
    this.#spec = spec;
    this.#hosts = hosts;
    this.access = throughSsh(access, hosts, async (address) => {
      const all = { ...recordedHosts(await this.#known()), ...spec.machines.ways };
      return Object.entries(all).find(([, each]) => each.address === address);
    });
    this.#builder = clusterBuilder(
      spec.name,
      this.access,
      (member) => this.#exec(member),
      async () => (await this.dialect()).client,
      spec.machines.pool,
    );
  }

  async observe(): Promise<ObservedProvider> {
    const fleet = await this.#look();
    const { name: project, balancer } = this.#spec;
    const machines = machinesOf(fleet, project);
    const isWhole = fleet.hosts.every((host) => !host.inFile || isJoined(host, fleet));
    const builder = machines.find(({ joined, state }) => joined && state === 'running');
    const mayBuild = isWhole && builder !== undefined;
    if (mayBuild) this.#builder.ready(builder);
    const records = fleet.hosts.map(({ known }) => sightIn(known)?.record);
    return {
      ...{ network: networkOf(fleet, balancer, this.#link(fleet)), machines, published: null },
      prepared: mayBuild && seenHosts(fleet).every(({ sight }) => this.#isComplete(sight, this.#link(fleet))),
      empty: fleet.hosts.every(({ known }) => 'sight' in known) && !records.some((each) => each?.project === project),
    };
  }

  async preflight(spec: Spec): Promise<Obstacle | undefined> {
    const fleet = await this.#known();
    const silent = fleet.hosts.find((host) => host.inFile && 'silence' in host.known && !isJoined(host, fleet));
    if (silent !== undefined && 'silence' in silent.known) {
      const { code, message, hint = '' } = silent.known.silence;
      return { code, path: ['machines', 'hosts', silent.name], message, hint };
    }
    const adopted = isAdopted(fleet, spec.name);
    return (
      (await lossObstacle(fleet, (name) => this.#exec(name))) ??
      poolObstacle(spec, adopted) ??
      hostObstacles(spec, seenHosts(fleet), adopted)[0] ??
      (adopted ? undefined : await this.#storageObstacle(fleet)) ??
      (adopted ? await this.#estateObstacle(fleet) : undefined) ??
      (await takenAddress(spec, seenHosts(fleet), (name) => this.#exec(name)))
    );
  }

  /** Nobody to try it with: what works everywhere. */
  async decide(): Promise<LinkNote | undefined> {
    const { name: project, balancer } = this.#spec;
    if (balancer.vip === undefined || balancer.link === 'routed') return undefined;
    const fleet = await this.#known();
    const known = recordedLink(fleet, project);
    const open =
      balancer.link === undefined ? known === undefined && this.#found === undefined : balancer.link !== known;
    if (!open) return undefined;
    const [from, to] = seenHosts(fleet);
    if (from === undefined || to === undefined) {
      if (balancer.link === undefined) this.#found = 'routed';
      return this.#found && { about: 'link', link: this.#found };
    }
    const way = { ...networkOf(fleet, balancer, 'macvlan'), addresses: balancer.addresses ?? [] };
    const carries = await tryStranger(this.#exec(from.name), this.#exec(to.name), way, balancer.link === undefined);
    if (balancer.link === undefined) this.#found = carries ? 'macvlan' : 'routed';
    else if (!carries) throw noStrangers(from.name, to.name, balancer.vip6);
    return this.#found && { about: 'link', link: this.#found };
  }

  /** By name, as it was found out, or as it is until somebody tries. */
  #link(fleet: Fleet): Link {
    return this.#spec.balancer.link ?? recordedLink(fleet, this.#spec.name) ?? this.#found ?? 'macvlan';
  }

  async prepare(): Promise<void> {
    const fleet = await this.#known();
    const { name: project, balancer, machines } = this.#spec;
    const link = this.#link(fleet);
    const { shared, balancers: own, interface: networkInterface } = networkOf(fleet, balancer, link);
    const adopted = isAdopted(fleet, project);
    const hosts = { ...recordedHosts(fleet), ...machines.ways };
    const record = {
      ...{ project, hosts, members: [...fleet.members] },
      addresses: sharedAddresses(this.#spec).map(([address]) => address),
      ...(shared !== undefined && { link }),
      ...(adopted && { adopted }),
    };
    const present = seenHosts(fleet);
    const [dialect, channel] = [await this.dialect(), channelFor(present)];
    await Promise.all(
      present.map(async ({ name, address }) => {
        const exec = this.#exec(name);
        const host = fleet.hosts.find((each) => each.name === name) as FleetHost;
        if (!adopted) await clearFailedJoin(host, fleet, this.#spec.name, (each) => this.#exec(each));
        await writeRecord(exec, { ...record, name });
        const isRouted = shared !== undefined && link === 'routed';
        const standIn = isRouted ? { interface: networkInterface, address, shared, own } : undefined;
        await (adopted ? prepareMember : prepareHost)(exec, { name, dialect, channel, networkInterface, standIn });
      }),
    );
    const [one] = present;
    if (adopted && one !== undefined) await this.#makeNetwork(one.name);
  }

  async startMachine(name: string): Promise<void> {
    const dialect = await this.#dialectOn(name);
    await must(this.#exec(name), ['systemctl', 'start', ...dialect.units], {
      what: `starting LXD on ${name}`,
      timeout: 120,
    });
    await must(this.#exec(name), dialect.waitReady(60), { what: `LXD on ${name}`, timeout: 70 });
  }

  /** Its LXD, with nothing in it that runs: the host is somebody's, and could not be started again from here. */
  async haltMachine(name: string): Promise<void> {
    if (await this.existing()) return; // it carries what is somebody else's
    await must(this.#exec(name), ['sh', '-c', stopLxd(await this.#dialectOn(name))], {
      what: `stopping LXD on ${name}`,
      timeout: 60,
    });
  }

  async deleteMachine(name: string): Promise<void> {
    await putBack(this.#exec(name), name, await this.#dialectOn(name), () => {}, await this.existing());
    await this.#forget(name);
  }

  async #forget(name: string): Promise<void> {
    await this.#rewrite(await this.#look(), (record) => {
      const { [name]: _, ...hosts } = record.hosts;
      return { ...record, hosts, members: record.members.filter((each) => each !== name) };
    });
  }

  async markJoined(name: string): Promise<void> {
    const fleet = await this.#look();
    const host = fleet.hosts.find((each) => each.name === name);
    if (host === undefined || sightIn(host.known)?.record === undefined)
      throw new RelevoError({ code: 'failed', message: `${name} no longer knows what it is part of` });
    await this.#rewrite(fleet, (record) => ({ ...record, members: [...new Set([...record.members, name])] }));
    if (fleet.hosts.every((each) => !each.inFile || each.name === name || isJoined(each, fleet)))
      this.#builder.ready({ name, address: host.spec.address });
  }

  /** What each host that answers remembers of the project. */
  async #rewrite(fleet: Fleet, change: (record: HostRecord) => HostRecord): Promise<void> {
    const written = fleet.hosts.map(async ({ name, known }) => {
      const record = sightIn(known)?.record;
      if (record?.project === this.#spec.name) await writeRecord(this.#exec(name), change(record));
    });
    await Promise.all(written);
  }

  /** Where all have the same, as they must, it is everybody's. */
  async #dialectOn(name: string): Promise<Dialect> {
    const known = (await this.#known()).hosts.find((host) => host.name === name)?.known;
    return dialectOf(known && sightIn(known));
  }

  async dialect(): Promise<Dialect> {
    return dialectFor((await this.#known()).hosts.map(({ known }) => sightIn(known)));
  }

  async existing(): Promise<boolean> {
    return isAdopted(await this.#known(), this.#spec.name);
  }

  async #storageObstacle(fleet: Fleet): Promise<Obstacle | undefined> {
    const newcomers = seenHosts(fleet).filter(({ name }) => !fleet.members.has(name));
    return newcomers.length === 0 ? undefined : storageObstacle(newcomers, await this.#driver(fleet));
  }

  async #estateObstacle(fleet: Fleet): Promise<Obstacle | undefined> {
    const seen = seenHosts(fleet);
    const all = seen.map(async (host) => ({
      host,
      estate: await estateOf(this.#exec(host.name), host.name, dialectOf(host.sight)),
    }));
    const begun = seen.some(({ sight }) => sight.record?.project === this.#spec.name);
    return estateObstacle(this.#spec, await Promise.all(all), begun);
  }

  async #makeNetwork(member: string): Promise<void> {
    const exec = this.#exec(member);
    const dialect = await this.dialect();
    await makeNetwork(exec, this.#spec.name, await estateOf(exec, member, dialect), dialect);
  }

  /** What the cluster trusts because of us; those that were never made it never knew. */
  async #certificates(): Promise<string[]> {
    return [await this.access.certificate(), (await this.access.controllerKeys()).certificate];
  }

  exec: Provider['exec'] = (machine, argv, options) => this.#exec(machine)(argv, options);

  async pool(machine: string): Promise<PoolPlan | undefined> {
    const fleet = await this.#known();
    const host = seenHosts(fleet).find(({ name }) => name === machine);
    return host && poolOn(host.sight, await this.#driver(fleet));
  }

  async poolDriver(pool: string): Promise<string | undefined> {
    const host = seenHosts(await this.#known()).find(({ sight }) => sight.daemon === 'running');
    return host && poolDriverOf(this.#exec(host.name), dialectOf(host.sight), pool);
  }

  async notes(): Promise<readonly Note[]> {
    const fleet = await this.#known();
    if (fleet.members.size > 0 || isAdopted(fleet, this.#spec.name)) return [];
    if ((await this.#driver(fleet)) === 'btrfs') return [];
    const machines = seenHosts(fleet).filter(({ sight }) => !makesClones(sight));
    return [{ about: 'storage-copies', machines: machines.map(({ name }) => name) }];
  }

  /** Of the cluster, or of the one that would be made now. */
  #driver(fleet: Fleet): Promise<PoolPlan['driver']> {
    const member = fleet.hosts.find((host) => isJoined(host, fleet) && sightIn(host.known)?.daemon === 'running');
    return member === undefined
      ? Promise.resolve(driverFor(seenHosts(fleet)))
      : driverOf(this.#exec(member.name), dialectOf(sightIn(member.known)));
  }

  /** A host hears its own balancer's address as little as this computer may: the others are asked as well. */
  async reaches(url: string): Promise<boolean> {
    const asked = seenHosts(await this.#known()).map(({ name }) => hears(this.#exec(name), url).catch(isSilent));
    return (await Promise.all(asked)).includes(true);
  }

  builder = () => this.#builder.get();

  ways = async () => {
    const { config } = this.#hosts;
    const all = recordedHosts(await this.#known());
    return Object.fromEntries(
      Object.entries(all).map(([name, { hostKey: _, ...way }]) => [
        name,
        { ...way, ...(config !== undefined && { config }) },
      ]),
    );
  };

  async destroy(onLine: (line: string) => void, left: readonly string[] = []): Promise<void> {
    const fleet = await this.#look();
    const undoing = {
      project: this.#spec.name,
      exec: (name: string) => this.#exec(name),
      startLxd: (name: string) => this.startMachine(name),
    };
    if (isAdopted(fleet, this.#spec.name)) await leaveAll(fleet, undoing, onLine, await this.#certificates());
    else await destroyAll(fleet, undoing, onLine, left);
    this.#fleet = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#builder.close();
    this.#hosts.close();
  }

  #look(): Promise<Fleet> {
    this.#fleet = lookAtAll(this.#spec, this.#hosts);
    return this.#fleet;
  }

  /** As it was last looked at. */
  #known(): Promise<Fleet> {
    return this.#fleet ?? this.#look();
  }

  #exec(name: string): Exec {
    return async (argv, options) => {
      const spec = this.#spec.machines.ways?.[name] ?? recordedHosts(await this.#known())[name];
      if (spec === undefined) throw new RelevoError({ code: 'not-found', message: `there is no host ${name}` });
      return this.#hosts.exec(name, spec)(argv, options);
    };
  }

  #isComplete({ record, leaving }: HostSight, link: Link): boolean {
    const { name, machines } = this.#spec;
    const addresses = sharedAddresses(this.#spec).map(([address]) => address);
    return (
      leaving === undefined &&
      record?.project === name &&
      record.addresses.join() === addresses.join() &&
      (this.#spec.balancer.vip === undefined || record.link === link) &&
      Object.entries(machines.ways ?? {}).every(([host, spec]) => isSame(record.hosts[host], spec))
    );
  }
}

/** One that has gone meanwhile is no answer. */
function isSilent(error: unknown): false {
  if (error instanceof RelevoError) return false;
  throw error;
}

function recordedHosts({ hosts }: Fleet): Record<string, HostSpec> {
  return Object.fromEntries(hosts.map(({ name, spec }: FleetHost) => [name, spec]));
}
