import { RelevoError } from '../../domain/failure.ts';
import type { HostSpec, Spec } from '../../domain/spec.ts';
import type { ClusterAccess } from '../../ports/cluster.ts';
import type { Config } from '../../ports/lxd.ts';
import type { ObservedProvider, Obstacle, Provider } from '../../ports/provider.ts';
import { dialect } from '../../render/dialect.ts';
import { carriesStrangers, neighbour } from './addresses.ts';
import { clusterBuilder } from './builder.ts';
import { agree, putBack, refuseStrangers } from './destroy.ts';
import type { Hosts } from './hosts.ts';
import { hostObstacles, ownInterface, sharedAddresses } from './preflight.ts';
import { prepareHost } from './prepare.ts';
import { type HostRecord, writeRecord } from './record.ts';
import { type Exec, must } from './remote.ts';
import { isJoined, lookAtAll, machinesOf, networkOf, seenHosts, sightIn, type World, type WorldHost } from './world.ts';

/** Hosts that are there already, over SSH. */
export function sshProvider(spec: Spec, hosts: Hosts, access: ClusterAccess): Provider & AsyncDisposable {
  return new SshProvider(spec, hosts, access);
}

class SshProvider implements Provider, AsyncDisposable {
  readonly #spec: Spec;
  readonly #hosts: Hosts;
  readonly #builder: ReturnType<typeof clusterBuilder>;
  #world: Promise<World> | undefined;

  constructor(spec: Spec, hosts: Hosts, access: ClusterAccess) {
    this.#spec = spec;
    this.#hosts = hosts;
    this.#builder = clusterBuilder(spec.name, access);
  }

  async observe(): Promise<ObservedProvider> {
    const world = await this.#look();
    const { name: project, balancer } = this.#spec;
    const machines = machinesOf(world, project);
    const isWhole = world.hosts.every((host) => !host.inFile || isJoined(host, world));
    const builder = machines.find(({ joined, state }) => joined && state === 'running');
    const mayBuild = isWhole && builder !== undefined;
    if (mayBuild) this.#builder.ready(builder);
    const records = world.hosts.map(({ known }) => sightIn(known)?.record);
    return {
      ...{ network: networkOf(world, balancer), machines, published: null },
      prepared: mayBuild && seenHosts(world).every(({ sight }) => this.#isComplete(sight.record)),
      empty: world.hosts.every(({ known }) => 'sight' in known) && !records.some((each) => each?.project === project),
    };
  }

  async preflight(spec: Spec): Promise<Obstacle | undefined> {
    const world = await this.#known();
    const silent = world.hosts.find((host) => host.inFile && 'silence' in host.known && !isJoined(host, world));
    if (silent !== undefined && 'silence' in silent.known) {
      const { code, message, hint = '' } = silent.known.silence;
      return { code, path: ['machines', 'hosts', silent.name], message, hint };
    }
    return hostObstacles(spec, seenHosts(world))[0] ?? (await this.#takenAddress(world));
  }

  async prepare(): Promise<void> {
    const world = await this.#known();
    const { prefixLength, interface: networkInterface } = networkOf(world, this.#spec.balancer);
    const all = { ...recordedHosts(world), ...this.#spec.machines.ways };
    const present = seenHosts(world);
    await Promise.all(
      present.map(async ({ name }) => {
        const exec = this.#exec(name);
        const addresses = sharedAddresses(this.#spec).map(([address]) => address);
        const members = [...world.members];
        await writeRecord(exec, { project: this.#spec.name, name, hosts: all, addresses, members });
        await prepareHost(exec, name, networkInterface);
      }),
    );
    const [from, to] = present;
    const address = `${this.#spec.balancer.addresses?.[0]}/${prefixLength}`;
    if (from === undefined || to === undefined || world.members.size > 0) return;
    const way = { address, networkInterface };
    if (!(await carriesStrangers(this.#exec(from.name), this.#exec(to.name), way)))
      throw noStrangers(from.name, to.name);
  }

  async startMachine(name: string): Promise<void> {
    await must(this.#exec(name), ['systemctl', 'start', ...dialect.units], {
      what: `starting LXD on ${name}`,
      timeout: 120,
    });
    await must(this.#exec(name), dialect.waitReady(60), { what: `LXD on ${name}`, timeout: 70 });
  }

  /** Its LXD, with nothing in it that runs: the host is somebody's, and could not be started again from here. */
  async haltMachine(name: string): Promise<void> {
    const stop = `timeout 20 systemctl stop ${dialect.units.join(' ')} || { systemctl kill -s KILL ${dialect.unit}; systemctl stop ${dialect.units.join(' ')}; }`;
    await must(this.#exec(name), ['sh', '-c', stop], { what: `stopping LXD on ${name}`, timeout: 60 });
  }

  async deleteMachine(name: string): Promise<void> {
    await putBack(this.#exec(name), name, () => {});
    await this.#rewrite(await this.#look(), (record) => {
      const { [name]: _, ...hosts } = record.hosts;
      return { ...record, hosts, members: record.members.filter((each) => each !== name) };
    });
  }

  async markJoined(name: string): Promise<void> {
    const world = await this.#look();
    const host = world.hosts.find((each) => each.name === name);
    if (host === undefined || sightIn(host.known)?.record === undefined)
      throw new RelevoError({ code: 'failed', message: `${name} no longer knows what it is part of` });
    await this.#rewrite(world, (record) => ({ ...record, members: [...new Set([...record.members, name])] }));
    if (world.hosts.every((each) => !each.inFile || each.name === name || isJoined(each, world)))
      this.#builder.ready({ name, address: host.spec.address });
  }

  /** What each host that answers remembers of the project. */
  async #rewrite(world: World, change: (record: HostRecord) => HostRecord): Promise<void> {
    const written = world.hosts.map(async ({ name, known }) => {
      const record = sightIn(known)?.record;
      if (record?.project === this.#spec.name) await writeRecord(this.#exec(name), change(record));
    });
    await Promise.all(written);
  }

  exec: Provider['exec'] = (machine, argv, options) => this.#exec(machine)(argv, options);

  /** LXD's own loop file where the host's file system makes no clones. */
  async pool(machine: string): Promise<Config | undefined> {
    const host = (await this.#known()).hosts.find(({ name }) => name === machine);
    const storage = host && sightIn(host.known)?.storage;
    if (storage === undefined || storage.kind === 'btrfs') return undefined;
    const gibibytes = Math.min(30, Math.floor(storage.free / 1024 ** 3 / 1.5));
    return { size: `${Math.max(3, gibibytes)}GiB` };
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

  /** Nothing is removed before all hosts can be asked, and nothing of anybody else's. */
  async destroy(onLine: (line: string) => void): Promise<void> {
    const world = await this.#look();
    const silent = world.hosts.flatMap(({ known }) => ('silence' in known ? [known.silence] : []))[0];
    if (silent !== undefined) throw new RelevoError({ ...silent, hint: `nothing was removed; ${silent.hint ?? ''}` });
    const own = world.hosts.filter(({ known }) => sightIn(known)?.record?.project === this.#spec.name);
    const asked = own.filter(({ known }) => sightIn(known)?.daemon !== 'absent');
    const [member, ...others] = asked.toSorted((a, b) => Number(isJoined(b, world)) - Number(isJoined(a, world)));
    const apart = others.filter((host) => !isJoined(host, world));
    await Promise.all(
      asked.filter(({ known }) => sightIn(known)?.daemon === 'stopped').map(({ name }) => this.startMachine(name)),
    );
    for (const { name } of member === undefined ? [] : [member, ...apart])
      await refuseStrangers(this.#exec(name), name, { projects: [this.#spec.name, this.#builder.project] });
    await Promise.all(own.map(({ name }) => agree(this.#exec(name))));
    await Promise.all(own.map(({ name }) => putBack(this.#exec(name), name, onLine)));
    this.#world = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#builder.close();
    this.#hosts.close();
  }

  #look(): Promise<World> {
    this.#world = lookAtAll(this.#spec, this.#hosts);
    return this.#world;
  }

  /** As it was last looked at. */
  #known(): Promise<World> {
    return this.#world ?? this.#look();
  }

  #exec(name: string): Exec {
    return async (argv, options) => {
      const spec = this.#spec.machines.ways?.[name] ?? recordedHosts(await this.#known())[name];
      if (spec === undefined) throw new RelevoError({ code: 'not-found', message: `there is no host ${name}` });
      return this.#hosts.exec(name, spec)(argv, options);
    };
  }

  #isComplete(record: HostRecord | undefined): boolean {
    const { name, machines } = this.#spec;
    const addresses = sharedAddresses(this.#spec).map(([address]) => address);
    return (
      record?.project === name &&
      record.addresses.join() === addresses.join() &&
      Object.entries(machines.ways ?? {}).every(([host, spec]) => isSame(record.hosts[host], spec))
    );
  }

  /** Those that no host remembers as ours, asked from each of them: one does not hear its own containers. */
  async #takenAddress(world: World): Promise<Obstacle | undefined> {
    const seen = seenHosts(world);
    const ours = new Set(
      seen.flatMap(({ sight }) => (sight.record?.project === this.#spec.name ? sight.record.addresses : [])),
    );
    const fresh = sharedAddresses(this.#spec).filter(([address]) => !ours.has(address));
    const asked = fresh.flatMap(([address, path]) =>
      seen.map(async (host) => {
        const networkInterface = ownInterface(host)?.name ?? '';
        return { address, path, mac: await neighbour(this.#exec(host.name), address, networkInterface) };
      }),
    );
    const taken = (await Promise.all(asked)).find(({ mac }) => mac !== '');
    if (taken === undefined) return undefined;
    const message = `${taken.address} is in use already: ${taken.mac} answers for it`;
    return {
      code: 'conflict',
      path: taken.path,
      message,
      hint: 'choose a free address, outside of what DHCP gives out',
    };
  }
}

function recordedHosts({ hosts }: World): Record<string, HostSpec> {
  return Object.fromEntries(hosts.map(({ name, spec }: WorldHost) => [name, spec]));
}

function isSame(one: HostSpec | undefined, other: HostSpec): boolean {
  const keys = ['address', 'user', 'port', 'jump', 'hostKey'] as const;
  return one !== undefined && keys.every((key) => one[key] === other[key]);
}

function noStrangers(from: string, to: string): RelevoError {
  return new RelevoError({
    code: 'refused',
    message: `the network between ${from} and ${to} drops frames of hardware addresses that are not the hosts' own`,
    hint: 'balancers need addresses of their own there: allow it (port security of a switch, MAC filter of a hypervisor: promiscuous mode and forged transmits), see docs/ssh.md',
  });
}
