import { actInside } from '../apply/act-inside.ts';
import type { InsideContext } from '../apply/context.ts';
import { isInside } from '../apply/widths.ts';
import type { DatedEvent } from '../domain/event.ts';
import { RelevoError } from '../domain/failure.ts';
import type { Intent } from '../domain/intent.ts';
import type { ControllerAssets } from '../domain/spec.ts';
import type { Sighting } from '../domain/view.ts';
import { serverStates } from '../observe/haproxy.ts';
import { lookInside, lookPatience } from '../observe/inside.ts';
import { readProject } from '../observe/observe.ts';
import { withSlots } from '../observe/whereabouts.ts';
import { type ControllerConfig, fromConfig } from '../plan/controller.ts';
import { desire } from '../plan/desire.ts';
import { transition } from '../plan/transition.ts';
import type { LocalBalancer } from '../ports/balancer.ts';
import type { Lxd } from '../ports/lxd.ts';
import type { System } from '../ports/system.ts';
import type { Dependencies } from '../reconcile/dependencies.ts';
import { labelsConfig } from '../render/labels.ts';
import { withOwnCommands } from './own-commands.ts';

export interface Parts {
  readonly self: string;
  /** Unlike any other process's. */
  readonly nonce: string;
  readonly config: ControllerConfig;
  readonly assets: ControllerAssets;
  readonly haproxy: LocalBalancer;
  readonly system: System;
  readonly lxd: Lxd;
  controllerFiles: InsideContext['controllerFiles'];
  changes: Dependencies['changes'];
  knock(address: string): Promise<boolean>;
  tell(event: DatedEvent): void;
}

/** Milliseconds within which another balancer must tell something, and an instance beyond the time that its answer may take. */
const [opinionLimit, lookLimit] = [1000, 300];

/** The real world of one controller, through the project's own corner of LXD. */
export function dependencies(parts: Parts): Dependencies {
  const { self, config, haproxy, system, lxd, controllerFiles } = parts;
  const { spec, assets, images } = fromConfig(config, parts.assets);
  const memory = new IntentMemory(({ failure }) =>
    parts.tell({ at: system.now().toISOString(), type: 'noticed', what: 'blind', topic: 'intent', failure }),
  );
  return {
    ...{ self, haproxy, nonce: parts.nonce, machines: config.network.machines, clock: system },
    ...{ knock: parts.knock, changes: parts.changes, tell: parts.tell },
    lease: lxd.images,
    observe: () => observe(lxd, config, haproxy, memory),
    desire: (view) => desire(spec, assets, view, images),
    transition: (desired, view) => transition(spec, assets, desired, view),
    settled: () => lxd.settled(),
    async othersStates(balancers) {
      const all = await Promise.all(balancers.map((name) => within(opinionLimit, serverStates(lxd, name), system)));
      return all.filter((states) => states !== null);
    },
    async lookInside(instance) {
      const limit = lookPatience(instance.check) * 1000 + lookLimit;
      const found = await within(limit, lookInside(lxd, instance), system);
      if (found === null) throw new RelevoError({ code: 'unreachable', message: `${instance.name} shows nothing` });
      return found.age === undefined ? found : { ...found, started: system.elapsed() - found.age };
    },
    async act(desired, step, onLine, mayAct) {
      if (!isInside(step)) throw new Error(`${step.id} is the host's affair`);
      const hands = withOwnCommands(lxd.guardedBy(mayAct), self, system, mayAct);
      // it runs with it already: a process that restarted itself here would be killed before it could write that it did
      if (step.kind === 'controller.configure' && step.balancer.name === self)
        return hands.instances.patchConfig(self, labelsConfig({ controller: step.balancer.controller.hash }));
      await actInside({ desired, clock: system, controllerFiles }, hands, step, onLine);
    },
  };
}

/** Null where there is no answer in time: milliseconds. */
async function within<T>(limit: number, answer: Promise<T>, { sleep }: System): Promise<T | null> {
  const known = answer.catch((error: unknown) => {
    if (error instanceof RelevoError) return null;
    throw error;
  });
  return Promise.race([known, sleep(limit).then(() => null)]);
}

/** Somebody may damage the record by hand: what was read last holds then, and repairs go on. */
class IntentMemory {
  readonly #tell: (error: RelevoError) => void;
  #known: Intent | undefined;
  #told = false;

  constructor(tell: (error: RelevoError) => void) {
    this.#tell = tell;
  }

  readonly instead = (error: RelevoError): Intent => {
    if (this.#known === undefined) throw error;
    if (!this.#told) this.#tell(error);
    this.#told = true;
    return this.#known;
  };

  keep(intent: Intent): void {
    if (intent !== this.#known) this.#told = false;
    this.#known = intent;
  }
}

async function observe(
  lxd: Lxd,
  config: ControllerConfig,
  haproxy: LocalBalancer,
  memory: IntentMemory,
): Promise<Sighting> {
  const { instances, unread, intent } = await readProject(lxd, memory.instead);
  memory.keep(intent);
  const placed = unread.length === 0 ? [] : withSlots(unread, await haproxy.config());
  return { network: config.network, dark: [], instances, unread: placed, intent };
}
