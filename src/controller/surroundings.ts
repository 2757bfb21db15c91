import { actInside, isInside } from '../apply/act-inside.ts';
import type { InsideContext } from '../apply/context.ts';
import type { Event } from '../domain/event.ts';
import type { Observed } from '../domain/observed.ts';
import type { ControllerAssets } from '../domain/spec.ts';
import { serverStates } from '../observe/haproxy.ts';
import { readProject } from '../observe/observe.ts';
import { publishedPorts, sharedAddress } from '../plan/balancers.ts';
import { type ControllerConfig, fromConfig } from '../plan/controller.ts';
import { desire } from '../plan/desire.ts';
import type { LocalBalancer } from '../ports/balancer.ts';
import type { Lxd } from '../ports/lxd.ts';
import type { System } from '../ports/system.ts';
import type { Surroundings } from '../reconcile/controller.ts';
import { withOwnCommands } from './own-commands.ts';

export interface Parts {
  readonly self: string;
  /** Unlike any other process's. */
  readonly nonce: string;
  readonly config: ControllerConfig;
  readonly assets: ControllerAssets;
  readonly haproxy: LocalBalancer;
  readonly system: System;
  /** The client of now. */
  lxd(): Lxd;
  controllerFiles: InsideContext['controllerFiles'];
  knock(address: string): Promise<boolean>;
  tell(event: Event): void;
}

/** The real world of one controller, through the project's own corner of LXD. */
export function surroundings(parts: Parts): Surroundings {
  const { self, config, haproxy, system, lxd, controllerFiles } = parts;
  const { spec, assets, images } = fromConfig(config, parts.assets);
  return {
    ...{
      self,
      nonce: parts.nonce,
      haproxy,
      machines: config.machines,
      clock: system,
      knock: parts.knock,
      tell: parts.tell,
    },
    lease: {
      readAlias: (name) => lxd().images.readAlias(name),
      createAlias: (alias) => lxd().images.createAlias(alias),
      swapAlias: (alias, etag) => lxd().images.swapAlias(alias, etag),
      upload: (image, alias) => lxd().images.upload(image, alias),
    },
    observe: (lost) => observe(lxd(), config, lost),
    desire: (observed) => desire(spec, assets, observed, images),
    settled: () => lxd().settled(),
    async othersStates({ cluster }) {
      const balancers =
        cluster?.instances.filter(({ kind, state }) => kind === 'balancer' && state === 'running') ?? [];
      const others = balancers.filter(({ name, complete }) => complete && name !== self);
      const all = await Promise.all(others.map(({ name }) => serverStates(lxd(), name)));
      return all.filter((states) => states !== null);
    },
    async act(desired, step, onLine, mayAct) {
      if (!isInside(step)) throw new Error(`${step.id} is the host's affair`);
      const hands = withOwnCommands(lxd().guardedBy(mayAct), self, system, mayAct);
      await actInside({ desired, clock: system, controllerFiles }, hands, step, onLine);
    },
  };
}

/** What `up` made on the host is taken as it was then: it is not for controllers to judge. */
async function observe(lxd: Lxd, config: ControllerConfig, lost: readonly string[]): Promise<Observed> {
  const { subnet, machines, images, spec } = config;
  const { images: present, seeds: _, ...inside } = await readProject(lxd);
  const names = machines.map(({ name }) => name);
  const ground = { subnet, prepared: true, cached: Object.values(images) };
  const observed = {
    ...ground,
    machines: machines.map((machine) => ({
      ...{ ...machine, joined: true, image: images['machine'] ?? '' },
      state: lost.includes(machine.name) ? ('unknown' as const) : ('running' as const),
    })),
    cluster: {
      ...{ ...inside, members: [], servers: null, holders: [], lost },
      images: present.map((image) => ({ ...image, unpackedOn: names })),
    },
    published: null,
  };
  const published = { ports: publishedPorts(spec.balancer), address: sharedAddress(spec.balancer, observed) };
  return { ...observed, published };
}
