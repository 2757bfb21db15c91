import { networkAt } from '../../../src/adapters/local/addresses.ts';
import type { Observed } from '../../../src/domain/observed.ts';
import { Secret } from '../../../src/domain/secret.ts';
import type { ClusterAccess } from '../../../src/ports/cluster.ts';
import type { ExecResult, Lxd } from '../../../src/ports/lxd.ts';
import type { Provider } from '../../../src/ports/provider.ts';
import { openGround } from '../open-ground.ts';
import type { VirtualProcess } from '../virtual-clock.ts';
import { machineImage } from '../world.ts';
import { fakeLxd } from './client.ts';
import type { ImageFiles } from './images.ts';
import { found, type World } from './world.ts';

interface Machine {
  readonly name: string;
  readonly address: string;
  joined: boolean;
}

type Published = Observed['published'];

/** The host that commands run on: machines whose LXDs form a world's cluster, and the images in its cache. */
export class FakeHost {
  readonly world: World;
  readonly files: ImageFiles = new Map();
  readonly machines = new Map<string, Machine>();
  #prepared = false;
  published: Published = null;
  /** How often secrets were written down. */
  keptSecrets = 0;

  constructor(world: World) {
    this.world = world;
  }

  /** A client for who runs at `at`, through these addresses of machines. */
  connect(process: VirtualProcess, at: string, addresses: readonly string[]): Lxd {
    const nameOf = new Map([...this.machines.values()].map(({ name, address }) => [address, name]));
    const endpoints = addresses.flatMap((address) => nameOf.get(address) ?? []);
    return fakeLxd(this.world, { process, at, endpoints, mayWrite: () => true }, 'default', this.files);
  }

  access(process: VirtualProcess): ClusterAccess {
    const text = (name: string) => async () => `${name} of the project`;
    return {
      certificate: text('certificate'),
      secret: async (name) => new Secret(`secret ${name}`),
      keepSecrets: async () => {
        this.keptSecrets += 1;
      },
      controllerKeys: async () => ({
        key: new Secret('key of the controllers'),
        certificate: 'certificate of the controllers',
      }),
      clusterCertificate: text('cluster certificate'),
      trust: async () => {},
      connect: async (addresses) => this.connect(process, 'host', addresses),
      forget: async () => {},
    };
  }

  /** Images are there already: nothing is built. */
  provider(process: VirtualProcess, hosts: readonly string[]): Provider {
    const { clock } = this.world;
    const take = async (milliseconds: number) => process.deliver(clock.sleep(milliseconds * (0.5 + clock.chance())));
    const power = (name: string) => this.world.members.get(name)?.power ?? true;
    const never = async () => {
      throw new Error('not part of this world');
    };
    return {
      observe: async () => ({
        network: networkAt('198.18.7.1/24', hosts, [...this.machines.values()]),
        machineImage,
        ...{ prepared: this.#prepared, empty: !this.#prepared, published: this.published },
        machines: [...this.machines.values()].map((machine) => ({
          ...machine,
          state: power(machine.name) ? ('running' as const) : ('stopped' as const),
        })),
      }),
      prepare: async () => {
        await take(500);
        this.#prepared = true;
      },
      builder: async () => ({ ...openGround, lxd: this.#own(process) }),
      createMachine: async ({ name, address }) => {
        await take(4000);
        this.machines.set(name, { name, address, joined: false });
      },
      startMachine: async (name) => {
        await take(4000);
        if (this.world.members.has(name)) this.world.powerOn(name);
      },
      haltMachine: async (name) => {
        await take(2000);
        if (this.world.members.has(name)) this.world.powerOff(name);
      },
      deleteMachine: async (name) => {
        await take(1000);
        this.machines.delete(name);
      },
      markJoined: async (name) => {
        await take(50);
        found(this.machines.get(name), name).joined = true;
      },
      exec: async (name, argv, options = {}) => {
        await take(1000);
        this.world.commands.push(argv);
        return this.#onMachine(found(this.machines.get(name), name), argv.join(' '), String(options.stdin ?? ''));
      },
      publish: async ({ ports, address }) => {
        await take(200);
        this.published = { ports, address };
      },
      destroy: never,
      preflight: async () => undefined,
    };
  }

  #onMachine({ name, address }: Machine, command: string, stdin: string): ExecResult {
    const result = (code: number, stdout = '') => ({ code, stdout, stderr: '', whole: true });
    if (command.startsWith('lxd init')) {
      const known = this.world.members.has(name) || !/^cluster:/m.test(stdin);
      if (!known) this.world.addMember(name, address);
      return result(known ? 1 : 0);
    }
    if (command.startsWith('test -e')) return result(this.world.members.has(name) ? 0 : 1);
    if (command.startsWith('lxd sql local')) return result(0);
    if (/trust add|^cat /.test(command)) return result(0, 'cluster certificate');
    throw new Error(`the fake machine has no program for \`${command}\``);
  }

  /** This host's own LXD, on which images are built: empty. */
  #own(process: VirtualProcess): Lxd {
    const idle = async () => [];
    const lxd = this.connect(process, 'host', []);
    return { ...lxd, settled: async () => {}, instances: { ...lxd.instances, list: idle } };
  }
}
