import type { Doors, Project } from '../../src/app/project.ts';
import { type UpOutcome, up } from '../../src/app/up.ts';
import { noticeText } from '../../src/cli/print/words.ts';
import { LivingCluster } from '../../src/controller/cluster.ts';
import { EventLog } from '../../src/controller/log.ts';
import { dependencies } from '../../src/controller/wiring.ts';
import type { DatedEvent } from '../../src/domain/event.ts';
import { RelevoError } from '../../src/domain/failure.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { Spec } from '../../src/domain/spec.ts';
import type { ControllerConfig } from '../../src/plan/controller.ts';
import { imagePlan, imagesOf } from '../../src/plan/images.ts';
import type { LocalBalancer } from '../../src/ports/balancer.ts';
import type { Host } from '../../src/ports/host.ts';
import type { Provider, ProviderKind, Providers } from '../../src/ports/provider.ts';
import type { System } from '../../src/ports/system.ts';
import { Controller } from '../../src/reconcile/controller.ts';
import { controllerFiles, controllerPaths } from '../../src/render/controller.ts';
import { configFile } from '../../src/render/haproxy.ts';
import { FakeHost } from './fake-lxd/host.ts';
import { runInside } from './fake-lxd/inside.ts';
import { type Instance, World } from './fake-lxd/world.ts';
import { quietCache } from './open-ground.ts';
import { VirtualClock, VirtualProcess } from './virtual-clock.ts';
import { machineImage, noAssets, specOf } from './world.ts';

/** Milliseconds until systemd starts a controller again. */
const restartAfter = 200;

type ProviderOf = (host: FakeHost, process: VirtualProcess, hosts: readonly string[]) => Provider;

interface Running {
  readonly process: VirtualProcess;
  readonly controller: Controller;
}

/**
 * Whole commands and whole controllers, as their `main.ts` wire them, in a world on a virtual clock: any number of them at
 * once, each a process that can be killed or paused.
 */
export class VirtualCluster {
  readonly clock: VirtualClock;
  readonly world: World;
  readonly host: FakeHost;
  readonly controllers = new Map<string, Running>();
  readonly events: { readonly by: string; readonly event: DatedEvent }[] = [];
  /** What controllers threw out of their turns; systemd has started them again. */
  readonly crashes: unknown[] = [];
  #processes = 0;

  readonly providerOf: ProviderOf;

  /** `providerOf`: of machines that are made here, unless told. */
  constructor(seed = 1, providerOf: ProviderOf = (host, process, hosts) => host.provider(process, hosts)) {
    this.providerOf = providerOf;
    this.clock = new VirtualClock(seed);
    this.world = new World(this.clock);
    this.host = new FakeHost(this.world);
    this.world.listen((instance, event) => {
      if (instance.config['user.relevo.kind'] !== 'balancer') return;
      this.#stop(instance.name);
      if (event === 'booted') this.#start(instance);
      else if (event === 'controller-restarted') this.clock.after(restartAfter, () => this.#start(instance));
    });
  }

  /** A world in which `relevo up` has come to its end. */
  static async after(text: string, seed = 1): Promise<VirtualCluster> {
    const cluster = new VirtualCluster(seed);
    const outcome = await cluster.clock.until(cluster.command(text).up());
    if (outcome.failure !== undefined) throw new RelevoError(outcome.failure);
    return cluster;
  }

  command(text: string): Command {
    return new Command(this, specOf(text));
  }

  said(what: string): string[] {
    return this.events.flatMap(({ event }) =>
      event.type === 'noticed' && event.what === what ? [noticeText(event)] : [],
    );
  }

  /** Steps that controllers did, or failed to do. */
  did(): string[] {
    return this.events.flatMap(({ event }) =>
      event.type === 'step-succeeded' || event.type === 'step-failed' ? [`${event.type} ${event.step}`] : [],
    );
  }

  /** SIGKILL; systemd starts it again. */
  killController(balancer: string): void {
    this.world.tell(this.world.instance(balancer), 'controller-restarted');
  }

  #stop(balancer: string): void {
    this.controllers.get(balancer)?.process.kill();
    this.controllers.delete(balancer);
  }

  /** As src/controller/main.ts does. */
  #start(instance: Instance): void {
    const { name: self, location: at } = instance;
    const text = instance.files.get(controllerPaths.config);
    if (text === undefined || instance.status !== 'Running' || !this.world.has(instance)) return;
    this.#stop(self);
    const config = JSON.parse(text) as ControllerConfig;
    const process = new VirtualProcess(this.clock);
    const keys = { clientKey: new Secret(''), clientCertificate: '', serverCertificate: '' };
    const living = new LivingCluster(
      (target, options = {}) => {
        const addresses = 'endpoints' in target ? target.endpoints.map((url) => new URL(url).hostname) : [];
        return this.host.connect(process, at, addresses).project(options.project ?? 'default');
      },
      ...([keys, config.spec.name, config.network.machines] as const),
    );
    const log = new EventLog(self, living.lxd.images, () => {});
    const controller = new Controller(
      dependencies({
        ...{
          self,
          nonce: `${self} ${this.#processes++}`,
          config,
          system: this.#system(process, instance),
          haproxy: localBalancer(process, instance),
        },
        assets: noAssets.controller,
        lxd: living.lxd,
        controllerFiles: async (config) => controllerFiles({ ...fakeKeys, config }),
        knock: async (address) => {
          const machine = config.network.machines.find((each) => each.address === address)?.name ?? '';
          await process.sleep(1);
          const answered = this.world.linked(at, machine);
          living.hear(machine, answered);
          return answered;
        },
        changes: (onChange, onLease) => living.changes(onChange, onLease),
        tell: (event) => {
          this.events.push({ by: self, event });
          log.add(event);
        },
      }),
    );
    this.controllers.set(self, { process, controller });
    const flush = () =>
      log.flush().catch((error) => {
        if (!(error instanceof RelevoError)) throw error;
      });
    const again = async (milliseconds: number, turn: () => Promise<void>) => {
      for (;;) {
        await turn();
        await process.sleep(milliseconds);
      }
    };
    const crash = (error: unknown) => {
      if (!process.alive) return;
      this.crashes.push(error);
      this.killController(self);
    };
    again(100, () => controller.promotionTurn()).catch(crash);
    again(250, () => controller.machineTurn()).catch(crash);
    again(250, () => controller.leaseTurn()).catch(crash);
    again(100, () => controller.repairTurn()).catch(crash);
    again(1000, () => controller.followTurn()).catch(crash);
    again(1000, flush).catch(crash);
  }

  #system(process: VirtualProcess, instance: Instance): System {
    return {
      ...systemOf(process),
      run: (argv, { stdin = '' } = {}) => process.deliver(runInside({ world: this.world, instance, argv, stdin })),
    };
  }
}

/** One run of the command line: its process may be killed or paused while it is at work. */
export class Command {
  readonly process: VirtualProcess;
  readonly #cluster: VirtualCluster;
  readonly #spec: Spec;
  readonly did: string[] = [];

  constructor(cluster: VirtualCluster, spec: Spec, process = new VirtualProcess(cluster.clock)) {
    this.#cluster = cluster;
    this.#spec = spec;
    this.process = process;
  }

  get doors(): Doors {
    const { host } = this.#cluster;
    const images = [...imagesOf(this.#spec, noAssets), imagePlan('machine', machineImage)];
    const aliases = images.map(({ alias }) => alias);
    for (const alias of aliases) host.files.set(alias, `fingerprint-${alias}`);
    const never = async () => {
      throw new Error('images are there already');
    };
    return {
      system: systemOf(this.process),
      provider: this.#cluster.providerOf(host, this.process, this.#spec.machines.hosts),
      access: host.access(this.process),
      bases: {
        file: String,
        isCached: async () => true,
        server: never,
        build: never,
        buildAt: never,
        completion: { packages: [], run: [] },
      },
      cache: { ...quietCache, list: async () => aliases, file: String },
      controller: {
        ...{ node: '', platform: 'linux', processor: 'x64' },
        assets: async () => noAssets.controller,
        program: async () => fakeKeys.program,
      },
      close: async () => {},
    };
  }

  get project(): Project {
    const at = () => {
      throw new Error('the file is right');
    };
    return {
      ...{ spec: this.#spec, at, text: '', file: { name: 'relevo.yaml', path: '/relevo.yaml' }, doors: this.doors },
      ...{ holder: 'relevo up', host: idleHost, boots: false },
      emit: (event) => {
        if (event.type === 'step-succeeded') this.did.push(event.step);
      },
    };
  }

  /** As `relevo up --yes`. */
  up(): Promise<UpOutcome> {
    return up(this.project, { given: true, ask: async () => {} });
  }
}

/** It lacks nothing. */
export const idleHost: Host = {
  check: async () => [],
  mend: async () => {},
  isThere: async () => true,
  missingControllers: async () => [],
};

/** Machines that only root can make. */
export const idleProviders: Providers = { local: idleKind(true), ssh: idleKind(false), vagrant: idleKind(false) };

function idleKind(needsRoot: boolean): ProviderKind {
  return {
    ...{ needsRoot, host: idleHost, directories: { state: '', cache: '', locks: '' } },
    refuses: () => undefined,
    lockKey: async (project) => project,
    open: async () => {
      throw new Error('tests open doors themselves');
    },
  };
}

const fakeKeys = { key: 'key', certificate: 'certificate', cluster: 'cluster', program: 'program' };

let ids = 0;

function systemOf(process: VirtualProcess): System {
  const never = (what: string) => async () => {
    throw new Error(`${what}: not part of this world`);
  };
  return {
    ...{ env: {}, uid: 0, now: process.now, elapsed: process.elapsed, sleep: process.sleep },
    uuid: () => String(ids++).padStart(32, '0'),
    files: new Proxy({} as System['files'], { get: (_, name) => never(`files.${String(name)}`) }),
    certificate: () => ({ names: ['shop.example.org'], from: new Date(0), until: new Date(8.64e15) }), // whatever it is
    portTaken: async () => false,
    answers: async () => true,
    run: never('run'),
    daemon: never('daemon'),
  };
}

function localBalancer(process: VirtualProcess, { files, haproxy }: Instance): LocalBalancer {
  const local = async <T>(effect: () => T) => {
    await process.sleep(2);
    return effect();
  };
  return {
    config: () => local(() => files.get(configFile)),
    stat: () => local(() => haproxy.runtime('show stat -1 4 -1')),
    change: (commands) =>
      local(() => {
        const answer = haproxy.runtime(commands.join('; '));
        return answer === undefined ? 'HAProxy does not answer' : answer.trim() || undefined;
      }),
    cut: async () => false, // nobody has connections here
  };
}
