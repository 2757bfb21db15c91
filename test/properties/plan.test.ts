import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Desired } from '../../src/domain/desired.ts';
import type { Spec } from '../../src/domain/spec.ts';
import type { Step } from '../../src/domain/step.ts';
import { desire } from '../../src/plan/desire.ts';
import { diff } from '../../src/plan/diff.ts';
import { Impossible, type Phase, PlanWorld } from '../rig/plan-world.ts';
import { noAssets, specOf, worldAfter } from '../rig/world.ts';
import { runs } from './settings.ts';

/** What a file says, as far as plans depend on it. */
interface Wish {
  readonly hosts: number;
  readonly services: readonly {
    readonly replicas: number;
    readonly backups: number;
    readonly cold: boolean;
    readonly packages: string;
    readonly path: string;
    readonly place: readonly string[];
  }[];
  readonly balancers: number;
  readonly publish: number;
}

const wishes: fc.Arbitrary<Wish> = fc.record({
  hosts: fc.constantFrom(3, 4),
  services: fc.array(
    fc.record({
      replicas: fc.integer({ min: 1, max: 4 }),
      backups: fc.integer({ min: 0, max: 2 }),
      cold: fc.boolean(),
      packages: fc.constantFrom('apache2', 'nginx'),
      path: fc.constantFrom('/', '/up'),
      place: fc.constantFrom(['m1', 'm2', 'm3'], ['m2', 'm3'], ['m3'], ['m1']),
    }),
    { minLength: 1, maxLength: 2 },
  ),
  balancers: fc.constantFrom(1, 2),
  publish: fc.constantFrom(8080, 8081, 20_003),
});

function fileOf({ hosts, services, balancers, publish }: Wish): Spec {
  const lines = services.map(({ replicas, backups, cold, packages, path, place }, index) => {
    const spare = `backups: { count: ${backups}, kind: ${cold ? 'cold' : 'warm'} }`;
    const route = `route: { path: /s${index} }`;
    const rest = `replicas: ${replicas}, ${spare}, health: { path: ${path} }, place: [${place}], ${route}`;
    return `  s${index}: { packages: [${packages}], port: 80, ${rest} }`;
  });
  const names = Array.from({ length: hosts }, (_, index) => `m${index + 1}`);
  return specOf(`version: 1
name: shop
machines: { hosts: [${names}] }
services:
${lines.join('\n')}
balancer: { place: [m1, m2], replicas: ${balancers}, publish: ${publish} }
`);
}

/** What has happened to the world since the file of before was made real. */
const harms = fc.array(
  fc.record({
    to: fc.nat(30),
    what: fc.constantFrom('gone', 'stopped', 'half-made', 'stale', 'out', 'half-out') as fc.Arbitrary<string>,
  }),
  { maxLength: 4 },
);
const machineHarms = fc.record({
  off: fc.option(fc.constantFrom('m1', 'm2', 'm3'), { freq: 4 }),
  silent: fc.option(fc.constantFrom('m1', 'm2', 'm3'), { freq: 4 }),
  drained: fc.option(fc.constantFrom('m1', 'm2', 'm3'), { freq: 4 }),
});

type Harms = Parameters<typeof harm>[1];

function harm(world: PlanWorld, all: readonly { readonly to: number; readonly what: string }[]): void {
  for (const { to, what } of all) {
    const instances = [...world.instances.values()];
    const instance = instances[to % Math.max(1, instances.length)];
    if (instance === undefined) return;
    const { name } = instance;
    const change = (more: Partial<typeof instance>) => world.instances.set(name, { ...instance, ...more });
    if (what === 'gone') {
      world.instances.delete(name);
      world.loaded.delete(name);
    } else if (what === 'stopped') change({ state: 'stopped' });
    else if (what === 'half-made') change({ state: 'stopped', complete: false });
    else if (what === 'stale') change({ hash: 'of an earlier file' });
    else
      for (const [index, { out }] of [...world.loaded.values()].entries())
        if (what === 'out' || index === 0) out.add(name);
  }
}

/** Decides what comes next, and whether it is the end of the run. */
class Chooser {
  readonly #choices: number[];

  constructor(choices: readonly number[]) {
    this.#choices = [...choices];
  }

  among<T>(all: readonly T[]): T {
    return all[(this.#choices.shift() ?? 0) % all.length] as T;
  }
}

interface Going {
  readonly step: Step;
  readonly phases: Phase[];
}

/** Runs a plan in an order that its steps allow. `failAt`: the run fails at this phase; resolves to whether it came to its end. */
function run(
  world: PlanWorld,
  desired: Desired,
  steps: readonly Step[],
  chooser: Chooser,
  failAt: number,
  look: () => void,
): boolean {
  const [done, begun] = [new Set<string>(), new Set<string>()];
  const going: Going[] = [];
  let failed = false;
  for (let count = 0; ; count += 1) {
    const ready = failed
      ? []
      : steps.filter(({ id, after }) => !begun.has(id) && after.every((each) => done.has(each)));
    const choices = [...going, ...(going.length < 6 ? ready : [])];
    if (choices.length === 0) return !failed && done.size === steps.length;
    const chosen = chooser.among(choices);
    if ('kind' in chosen) {
      begun.add(chosen.id);
      going.push({ step: chosen, phases: world.phases(chosen, desired) });
      continue;
    }
    const end = () => going.splice(going.indexOf(chosen), 1);
    const phase = chosen.phases.shift();
    if (phase === undefined) {
      done.add(chosen.step.id);
      end();
      continue;
    }
    if (count === failAt) {
      failed = true;
      end();
      continue;
    }
    try {
      phase();
    } catch (error) {
      if (!(error instanceof Impossible) || !failed)
        throw new Error(`${chosen.step.id}: ${(error as Error).message}`, { cause: error });
      end(); // it waited for something that another one's failure keeps from coming
    }
    look();
  }
}

const shown = (steps: readonly Step[]) => steps.map(({ id, reason }) => `${id}: ${reason}`);

function isWellMade(steps: readonly Step[]): void {
  const ids = steps.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const [index, { after }] of steps.entries()) for (const id of after) expect(ids.slice(0, index)).toContain(id);
}

/** Rounds of planning and doing, the first ones failing where `failures` says, until nothing is left to do. */
function converge(
  world: PlanWorld,
  spec: Spec,
  chooser: Chooser,
  failures: readonly number[],
  look: (desired: Desired) => void,
): Step[] {
  for (let round = 0; round < failures.length + 5; round += 1) {
    const observed = world.observe();
    const desired = desire(spec, noAssets, observed);
    const steps = diff(desired, observed);
    isWellMade(steps);
    if (steps.length === 0) return [];
    run(world, desired, steps, chooser, failures[round] ?? Number.POSITIVE_INFINITY, () => look(desired));
  }
  const observed = world.observe();
  return diff(desire(spec, noAssets, observed), observed);
}

const scenario = fc.record({
  before: wishes,
  after: fc.option(wishes, { freq: 2 }),
  harms,
  machines: machineHarms,
  choices: fc.array(fc.nat(1000), { maxLength: 300 }),
  failures: fc.array(fc.nat(60), { maxLength: 3 }),
});

function worldOf(before: Spec): PlanWorld {
  const world = worldAfter(before);
  return new PlanWorld(world, desire(before, noAssets, world));
}

function prepare(given: {
  before: Wish;
  after: Wish | null;
  harms: Harms;
  machines: { off: string | null; silent: string | null; drained: string | null };
}) {
  const before = fileOf(given.before);
  const world = worldOf(before);
  for (const plan of desire(before, noAssets, world.observe()).instances) {
    const known = world.instances.get(plan.name);
    if (plan.cold && known !== undefined) world.instances.set(plan.name, { ...known, state: 'stopped' });
  }
  harm(world, given.harms);
  const { off, silent, drained } = given.machines;
  const machine = world.machines.get(off ?? '');
  if (machine !== undefined) world.machines.set(machine.name, { ...machine, state: 'stopped' });
  if (silent !== null) world.silent.add(silent);
  if (drained !== null && drained !== off && drained !== silent) world.drained.add(drained);
  return { world, spec: given.after === null ? before : fileOf(given.after) };
}

describe('a plan, from any world, in any order that it allows, failing anywhere', () => {
  it('leads to a world in which nothing is left to do', () => {
    fc.assert(
      fc.property(scenario, (given) => {
        const { world, spec } = prepare({ ...given, machines: { ...given.machines, silent: null } });
        expect(shown(converge(world, spec, new Chooser(given.choices), given.failures, () => {}))).toEqual([]);
      }),
      runs(300),
    );
  });

  it('touches nothing that nobody can read', () => {
    fc.assert(
      fc.property(scenario, (given) => {
        const { world, spec } = prepare(given);
        const carried = [...world.instances.values()].filter(({ machine }) => machine === given.machines.silent);
        converge(world, spec, new Chooser(given.choices), given.failures, () => {});
        for (const instance of carried) expect(world.instances.get(instance.name)).toEqual(instance);
      }),
      runs(200),
    );
  });

  it('leaves every service all of its serving instances but one', () => {
    fc.assert(
      fc.property(scenario, (given) => {
        if (given.after !== null && given.after.balancers < given.before.balancers) return;
        const { world, spec } = prepare({ ...given, machines: { off: null, silent: null, drained: null } });
        const balancers = world.balancers().map(({ name }) => name);
        const began = new Map(
          balancers.flatMap((name) =>
            spec.services.map((each) => [`${name} ${each.name}`, world.serving(name, each.name).length] as const),
          ),
        );
        converge(world, spec, new Chooser(given.choices), given.failures, (desired) => {
          for (const { name } of world.balancers()) {
            for (const service of spec.services) {
              const wanted = desired.instances.filter((each) => each.service === service.name && !each.cold).length;
              const due = Math.min(began.get(`${name} ${service.name}`) ?? 0, wanted);
              const serve = world.serving(name, service.name);
              expect([name, service.name, due, serve, serve.length >= Math.min(due, Math.max(1, due - 1))]).toEqual([
                name,
                service.name,
                due,
                serve,
                true,
              ]);
            }
          }
        });
      }),
      runs(300),
    );
  });
});
