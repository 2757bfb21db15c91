import { RelevoError } from '../../domain/failure.ts';
import type { Network } from '../../domain/network.ts';
import type { ObservedMachine } from '../../domain/observed.ts';
import type { Hypervisor, Spec } from '../../domain/spec.ts';
import type {
  MachineControl,
  ObservedProvider,
  Obstacle,
  OpenProvider,
  Power,
  Provider,
} from '../../ports/provider.ts';
import type { System } from '../../ports/system.ts';
import { vagrantOf } from '../../render/vagrantfile.ts';
import type { VagrantFiles } from './files.ts';
import { networkObstacle } from './networks.ts';
import { runStateOf, sshBlocks } from './output.ts';
import { markOf, vagrantPower } from './power.ts';
import { type OnLine, Together, Vagrant } from './vagrant.ts';

interface Parts {
  readonly spec: Spec;
  readonly system: System;
  readonly files: VagrantFiles;
  /** The same machines as hosts over SSH, by the configuration that Vagrant gives. */
  readonly hosts: OpenProvider['provider'];
}

/** Machines that the user's own Vagrant makes; what is inside of them is as with hosts over SSH. */
export function vagrantProvider(parts: Parts): Provider {
  const { hosts } = parts;
  const { loss, upgrades } = hosts;
  return Object.assign(new VagrantProvider(parts), {
    ...(loss && { loss }),
    ...(upgrades && { upgrades }),
    ...(hosts.reaches && { reaches: (url: string) => hosts.reaches?.(url) ?? Promise.resolve(false) }),
    ...(hosts.decide && { decide: async () => hosts.decide?.() }),
    ...(hosts.dialect && { dialect: hosts.dialect.bind(hosts) }),
    ...(hosts.notes && { notes: async () => (await hosts.notes?.()) ?? [] }),
  });
}

class VagrantProvider implements Provider {
  readonly #spec: Spec;
  readonly #system: System;
  readonly #files: VagrantFiles;
  readonly #hosts: Provider;
  readonly #vagrant: Vagrant;
  readonly #starting: Together;
  readonly #halting: Together;
  #last: ObservedProvider | undefined;
  readonly power: Power;
  readonly machines: MachineControl;

  constructor({ spec, system, files, hosts }: Parts) {
    this.#spec = spec;
    this.#system = system;
    this.#files = files;
    this.#hosts = hosts;
    this.#vagrant = new Vagrant(system, files.place);
    const { sleep } = system;
    this.#starting = new Together(sleep, (names, onLine) => this.#up(names, onLine, ['--no-provision']));
    this.#halting = new Together(sleep, (names, onLine) => this.#do('halt', names, onLine));
    this.power = vagrantPower(this.#vagrant, system, files.directory);
    this.machines = {
      up: (names, onLine) => this.#up(names, onLine),
      halt: (names, onLine) => this.#do('halt', names, onLine),
      suspend: (names, onLine) => this.#do('suspend', names, onLine),
      resume: async (names, onLine) => {
        await this.#do('resume', names, onLine);
        await this.#askWays();
      },
      destroy: (names, onLine) => this.#destroyMachines(names, onLine),
    };
  }

  /** Where all hosts answer as they were reached last, Vagrant need not be asked, which takes seconds. */
  async observe(): Promise<ObservedProvider> {
    this.#last = await this.#observe();
    return this.#last;
  }

  async #observe(): Promise<ObservedProvider> {
    const known = await this.#observeHosts();
    if (known !== undefined && this.#isWhole(known))
      return { ...known, prepared: known.prepared && (await this.#files.isCurrent()) };
    const states = await this.#vagrantStates();
    const anyRuns = [...states.values()].some((state) => runStateOf(state) === 'running');
    const seen = anyRuns && (await this.#askWays()) ? await this.#observeHosts() : known;
    return this.#merge(seen, states);
  }

  /** What is in machines that are still to be made is looked at once they are there. */
  async preflight(
    spec: Spec,
    observed: Pick<ObservedProvider, 'network' | 'published'>,
  ): Promise<Obstacle | undefined> {
    const obstacle = await networkObstacle(spec, this.#system.files);
    if (obstacle !== undefined) return obstacle;
    const { machines } = this.#last ?? (await this.observe());
    const allRun = spec.machines.hosts.every((name) =>
      machines.some((each) => each.name === name && each.state === 'running'),
    );
    return allRun ? this.#hosts.preflight(spec, observed) : undefined;
  }

  /** Vagrant has made all that is not there yet, and what is in each of them is as on a host over SSH. */
  async prepare(onLine: OnLine = () => {}): Promise<void> {
    await this.#files.write();
    const planned = await this.observe();
    const states = new Map(planned.machines.map(({ name, state }) => [name, state]));
    const absent = this.#spec.machines.hosts.filter((name) => !states.has(name));
    if (absent.length > 0) await this.#up(absent, onLine);
    const seen = absent.length > 0 ? await this.observe() : planned;
    if (absent.length > 0) this.#mustBeAsPlanned(planned.network, seen.network);
    const obstacle = await this.preflight(this.#spec, seen);
    if (obstacle !== undefined) throw new RelevoError(obstacle);
    await this.#hosts.prepare(onLine);
  }

  /** By then it has been prepared. */
  async createMachine({ name }: { readonly name: string }): Promise<void> {
    await this.exec(name, ['true'], { onlyLooks: true });
  }

  async startMachine(name: string, onLine?: OnLine): Promise<void> {
    const { code } = await this.exec(name, ['true'], { onlyLooks: true, timeout: 10 }).catch(unreached);
    if (code !== 0) await this.#starting.add(name, onLine);
    await this.#hosts.startMachine(name);
  }

  /** Its LXD first: what is left of a cluster without a majority takes a minute to find out. */
  async haltMachine(name: string): Promise<void> {
    await this.#hosts.haltMachine(name);
    await this.#halting.add(name);
  }

  async deleteMachine(name: string): Promise<void> {
    await this.#hosts.deleteMachine(name);
    await this.#destroyMachines([name]);
    await this.#files.forget(name);
  }

  markJoined = (name: string) => this.#hosts.markJoined(name);

  exec: Provider['exec'] = (machine, argv, options) => this.#hosts.exec(machine, argv, options);

  pool = async (machine: string) => this.#hosts.pool?.(machine);

  async builder() {
    if (this.#hosts.builder === undefined) throw new Error('hosts over SSH build images themselves');
    return this.#hosts.builder();
  }

  ways = async () => this.#hosts.ways?.() ?? {};

  async destroy(onLine: OnLine): Promise<void> {
    const states = await this.#vagrantStates();
    const present = [...states].filter(([, state]) => runStateOf(state) !== 'absent').map(([name]) => name);
    if (present.length > 0) await this.#destroyMachines(present);
    for (const name of present) onLine(`machine ${name}`);
    await this.#files.remove();
  }

  /** Nobody brings them back who waits to end a fault. */
  async #destroyMachines(names: readonly string[], onLine: OnLine = () => {}): Promise<void> {
    for (const name of names) await this.#system.files.remove(markOf(this.#files.directory, name));
    await this.#do('destroy', names, onLine, ['-f']);
  }

  async #up(names: readonly string[], onLine: OnLine, more: readonly string[] = []): Promise<void> {
    if (!(await this.#files.isCurrent())) await this.#files.write();
    await this.#vagrant.up([...more, ...names], onLine);
    await this.#askWays();
  }

  async #do(verb: string, names: readonly string[], onLine: OnLine, more: readonly string[] = []): Promise<void> {
    await this.#vagrant.run([verb, ...more, ...names], { onLine, limit: 900 });
  }

  /** Undefined where none of them answers. */
  async #observeHosts(): Promise<ObservedProvider | undefined> {
    if (!(await this.#system.files.exists(this.#files.sshConfig))) return undefined;
    return this.#hosts.observe().catch((error) => {
      if (error instanceof RelevoError && error.failure.code === 'unreachable') return undefined;
      throw error;
    });
  }

  #isWhole({ machines }: ObservedProvider): boolean {
    const answering = machines.filter(({ state }) => state !== 'unknown').map(({ name }) => name);
    return machines.length === answering.length && this.#spec.machines.hosts.every((name) => answering.includes(name));
  }

  /** Empty where Vagrant has not been told of them yet. */
  async #vagrantStates(): Promise<ReadonlyMap<string, string>> {
    if (!(await this.#files.isWritten())) return new Map();
    const names = new Set(await this.#files.names());
    return new Map([...(await this.#vagrant.states())].filter(([name]) => names.has(name)));
  }

  /** How ssh reaches those that run. Resolves to whether any does. */
  async #askWays(): Promise<boolean> {
    const states = await this.#vagrantStates();
    const running = [...states].filter(([, state]) => runStateOf(state) === 'running').map(([name]) => name);
    const asked = running.map((name) => this.#vagrant.run(['ssh-config', name], { limit: 60 }));
    const blocks = (await Promise.all(asked)).flatMap(({ stdout }) => sshBlocks(stdout));
    await this.#files.writeSshConfig(blocks);
    return blocks.length > 0;
  }

  async #merge(seen: ObservedProvider | undefined, states: ReadonlyMap<string, string>): Promise<ObservedProvider> {
    const ways = this.#spec.machines.ways ?? {};
    const known = new Map((seen?.machines ?? []).map((machine) => [machine.name, machine]));
    const names = [...new Set([...this.#spec.machines.hosts, ...known.keys()])];
    const machines = names.flatMap((name): ObservedMachine[] => {
      const state = runStateOf(states.get(name));
      if (state === 'absent') return [];
      const host = known.get(name) ?? { name, address: ways[name]?.address ?? '', joined: false, state: 'unknown' };
      return [{ ...host, state: state === 'running' ? host.state : state }];
    });
    const isWhole = this.#spec.machines.hosts.every((name) => machines.some((each) => each.name === name));
    return {
      ...{ network: seen?.network ?? this.#expected(), machines, published: null, empty: machines.length === 0 },
      prepared: isWhole && seen?.prepared === true && (await this.#files.isCurrent()),
    };
  }

  /** What machines will say of their network once they run. */
  #expected(): Network {
    const { machines, balancer } = this.#spec;
    const { ways = {} } = machines;
    const all = machines.hosts.map((name) => ({ name, address: ways[name]?.address ?? '' }));
    const own = expectedInterface(vagrantOf(this.#spec).hypervisor, all[0]?.address ?? '');
    const { vip, vip6, addresses = [], link = 'routed' } = balancer;
    const shared = { ...(vip !== undefined && { shared: vip }), ...(vip6 !== undefined && { shared6: vip6 }) };
    return { ...own, prefixLength: 24, machines: all, balancers: addresses, link, ...shared };
  }

  /** The plan was made with what was expected: with another interface it would fail late. */
  #mustBeAsPlanned(planned: Network, seen: Network): void {
    const keys = ['interface', 'gateway', 'prefixLength'] as const;
    const different = keys.find((key) => planned[key] !== seen[key]);
    if (different === undefined) return;
    const message = `the machines' ${different} is ${seen[different]}, and was expected to be ${planned[different]}`;
    const hint = 'run the command again: it goes on with what there is';
    throw new RelevoError({ code: 'conflict', message, hint });
  }
}

/** Of the boxes that are the default: the first interface is Vagrant's own, where there are two. */
function expectedInterface(hypervisor: Hypervisor, address: string): Pick<Network, 'interface' | 'gateway'> {
  if (hypervisor === 'lxc') return { interface: 'eth0', gateway: address.replace(/\d+$/, '1') };
  return { interface: hypervisor === 'hyperv' ? 'eth0' : 'eth1', gateway: '' };
}

function unreached(error: unknown): { readonly code: number } {
  if (error instanceof RelevoError && error.failure.code === 'unreachable') return { code: 255 };
  throw error;
}
