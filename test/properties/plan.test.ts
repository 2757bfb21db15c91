import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Desired } from '../../src/domain/desired.ts';
import type { Spec } from '../../src/domain/spec.ts';
import type { Step } from '../../src/domain/step.ts';
import { planOf } from '../../src/plan/plan.ts';
import { Impossible, type Phase, PlanWorld, Unanswered } from '../rig/plan-world.ts';
import { desiredFor, noAssets, planFor, specOf, worldAfter } from '../rig/world.ts';
import { patience, runs } from './settings.ts';

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
      // one that waits may wait for what another one's failure, or a machine's silence, keeps from coming
      if (!(error instanceof Unanswered) && !((failed || world.silent.size > 0) && error instanceof Impossible))
        throw new Error(`${chosen.step.id}: ${(error as Error).message}`, { cause: error });
      failed = true;
      end();
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
    const { desired, steps } = planOf(spec, noAssets, observed);
    isWellMade(steps);
    if (steps.length === 0) return [];
    run(world, desired, steps, chooser, failures[round] ?? Number.POSITIVE_INFINITY, () => look(desired));
  }
  return planFor(spec, world.observe());
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
  return new PlanWorld(world, desiredFor(before, world));
}

function prepare(given: {
  before: Wish;
  after: Wish | null;
  harms: Harms;
  machines: { off: string | null; silent: string | null; drained: string | null };
}) {
  const before = fileOf(given.before);
  const world = worldOf(before);
  for (const plan of desiredFor(before, world.observe()).instances) {
    const known = world.instances.get(plan.name);
    if (plan.cold && known !== undefined) world.instances.set(plan.name, { ...known, state: 'stopped' });
  }
  harm(world, given.harms);
  const { off, silent, drained } = given.machines;
  const machine = world.machines.get(off ?? '');
  if (machine !== undefined) world.machines.set(machine.name, { ...machine, state: 'stopped' });
  if (silent !== null) world.silent.add(silent);
  if (drained !== null) world.drained.add(drained);
  return { world, spec: given.after === null ? before : fileOf(given.after) };
}

type Given = Parameters<typeof prepare>[0] & {
  readonly choices: readonly number[];
  readonly failures: readonly number[];
};

const nothingOff = { off: null, silent: null, drained: null };

function becomesAsWished(given: Given): void {
  const { world, spec } = prepare({ ...given, machines: { ...given.machines, silent: null } });
  expect(shown(converge(world, spec, new Chooser(given.choices), given.failures, () => {}))).toEqual([]);
}

function touchesNothingUnread(given: Given): void {
  const { world, spec } = prepare(given);
  const carried = [...world.instances.values()].filter(({ machine }) => machine === given.machines.silent);
  converge(world, spec, new Chooser(given.choices), given.failures, () => {});
  for (const instance of carried) expect(world.instances.get(instance.name)).toEqual(instance);
}

/** Of two and more one may be missing at a time, of one none. */
function goesOnServing(given: Given): void {
  const { world, spec } = prepare({ ...given, machines: nothingOff });
  const began = new Map<string, number>();
  for (const { name } of world.balancers())
    for (const service of spec.services) began.set(`${name} ${service.name}`, world.serving(name, service.name).length);
  converge(world, spec, new Chooser(given.choices), given.failures, (desired) => {
    for (const { name } of world.balancers()) {
      for (const service of spec.services) {
        const wanted = desired.instances.filter((each) => each.service === service.name && !each.cold).length;
        const due = Math.min(began.get(`${name} ${service.name}`) ?? 0, wanted);
        const serve = world.serving(name, service.name);
        const enough = serve.length >= (due > 1 ? due - 1 : due);
        expect(`${name} sees of ${service.name} ${serve}, of ${due}: ${enough}`).toMatch(/true$/);
      }
    }
  });
}

/** What the properties found, each as short as it was shrunk, and not mended yet. */
const one = { replicas: 1, backups: 0, cold: false, packages: 'apache2', path: '/', place: ['m1', 'm2', 'm3'] };
const file = (change: Partial<typeof one> = {}, more: Partial<Wish> = {}): Wish => ({
  ...{ hosts: 3, services: [{ ...one, ...change }], balancers: 1, publish: 8080, ...more },
});
const calm = { harms: [], machines: nothingOff, choices: [], failures: [] };

/** Left out of the properties until they are. */
const hasHole = ({ machines }: Given): boolean => machines.drained !== null && machines.drained === machines.off; // it may be the only one that may carry a service

describe('a plan, from any world, in any order that it allows, failing anywhere', () => {
  const always = (property: (given: Given) => void, most: number) =>
    fc.assert(
      fc.property(scenario, (given) => {
        fc.pre(!hasHole(given));
        property(given);
      }),
      runs(most),
    );

  it('leads to a world in which nothing is left to do', () => always(becomesAsWished, 300), patience);
  it('touches nothing that nobody can read', () => always(touchesNothingUnread, 300), patience);
  it('leaves every service all of its serving instances but one', () => always(goesOnServing, 300), patience);
});

describe('a drained machine that is off', () => {
  it('makes nothing in place of what a drained machine carries that is off', () => {
    const machines = { off: 'm1', silent: null, drained: 'm1' };
    becomesAsWished({ ...calm, before: file(), after: null, machines });
  });
});

describe('the only instance of a service is replaced', () => {
  it('while another one stands in, and not what is left at rest of an earlier file', () => {
    const before = file({ backups: 1, cold: true });
    goesOnServing({ ...calm, before, after: file({ packages: 'nginx' }) });
  });
});

describe('a plan, in the worlds that properties found', () => {
  it('leaves a drained machine alone whose LXD is silent', () => {
    touchesNothingUnread({
      ...calm,
      before: file(),
      after: null,
      machines: { off: null, silent: 'm2', drained: 'm2' },
    });
  });

  it('removes a balancer that is told nothing more before instances move', () => {
    goesOnServing({ ...calm, before: file({}, { balancers: 2 }), after: file({}, { publish: 20_003 }) });
  });

  it('waits for one of an earlier file that stands in, and that a balancer has out of its rotation', () => {
    const [before, after] = [file({ replicas: 2, place: ['m2', 'm3'] }), file({ place: ['m3'] })];
    for (const to of [0, 1]) goesOnServing({ ...calm, before, after, harms: [{ to, what: 'half-out' }] });
  });

  it('replaces what does not serve before what does (after a replacement that was interrupted)', () => {
    const [before, after] = [file({ backups: 1, packages: 'nginx' }), file({ replicas: 2 })];
    goesOnServing({ ...calm, before, after, harms: [{ to: 1, what: 'out' }] });
  });

  it('replaces what is at rest before what serves', () => {
    const [before, after] = [file({ backups: 1, cold: true }), file({ replicas: 2, place: ['m1'] })];
    goesOnServing({ ...calm, before, after });
  });

  it('waits for nobody whose creation must wait for a machine that is silent', () => {
    const machines = { ...nothingOff, silent: 'm3' };
    const harms = [{ to: 0, what: 'half-made' }];
    const { world, spec } = prepare({ before: file(), after: file({ place: ['m3'] }), harms, machines });
    const steps = planFor(spec, world.observe());
    const awaited = steps.flatMap((step) => (step.kind === 'balancer.configure' ? step.awaits : []));
    expect(awaited).toEqual([]);
  });
});
