import { describe, expect, it } from 'vitest';
import { runSteps } from '../../src/apply/run.ts';
import type { Step } from '../../src/domain/step.ts';
import { VirtualClock } from '../rig/virtual-clock.ts';
import { bareWorld, planFor, specOf, worldAfter } from '../rig/world.ts';

const machines = 100;

/** Ten services on a hundred machines. */
function fileOf(instances: number, packages = 'apache2') {
  const hosts = Array.from({ length: machines }, (_, index) => `m${index + 1}`);
  const services = Array.from(
    { length: 10 },
    (_, index) =>
      `  s${index}: { packages: [${packages}], port: 80, route: { path: /s${index} }, replicas: ${instances / 10} }`,
  );
  return specOf(`version: 1
name: shop
machines: { hosts: [${hosts}] }
services:
${services.join('\n')}
balancer: { place: [m1, m2], replicas: 2, publish: 8080 }
`);
}

/** Milliseconds of the processor, the least of a few: others have the machine too. */
function cheapest(work: () => void): number {
  const times = Array.from({ length: 3 }, () => {
    const before = process.cpuUsage();
    work();
    return process.cpuUsage(before).user / 1000;
  });
  return Math.min(...times);
}

const edges = (steps: readonly Step[]) => steps.reduce((sum, { after }) => sum + after.length, 0);

describe('a plan for 1,000 instances on 100 machines', { timeout: 60_000 }, () => {
  const [small, large] = [1000, 5000].map((count) => ({
    spec: fileOf(count),
    changed: fileOf(count, 'nginx'),
    world: worldAfter(fileOf(count)),
  })) as [Size, Size];
  interface Size {
    spec: ReturnType<typeof fileOf>;
    changed: ReturnType<typeof fileOf>;
    world: ReturnType<typeof worldAfter>;
  }

  it.each([
    ['in a world that has nothing', ({ spec }: Size) => planFor(spec, bareWorld)],
    ['where all is as it shall be', ({ spec, world }: Size) => planFor(spec, world)],
    ['where each is replaced', ({ changed, world }: Size) => planFor(changed, world)],
  ])('is made in less than a second, and for 5,000 in less than six times as long: %s', (_, plan) => {
    const [of1000, of5000] = [cheapest(() => plan(small)), cheapest(() => plan(large))];
    expect(of1000).toBeLessThan(1000);
    expect(of5000).toBeLessThan(Math.max(6 * of1000, 1000)); // below that the rest of the machine is measured
    expect(edges(plan(large))).toBeLessThan(6 * Math.max(1, edges(plan(small))));
  });

  it('replaces one of ten of a service at a time', () => {
    const replaced = planFor(small.changed, small.world).filter((step) => step.kind === 'instance.replace');
    const first = replaced.filter(({ after }) => !after.some((id) => id.startsWith('instance ')));
    expect([replaced.length, first.length]).toEqual([1000, 10 * 10]);
  });
});

/** Seconds that a plan takes on a clock of its own, where every step takes one. */
async function secondsOf(steps: readonly Step[]): Promise<number> {
  const clock = new VirtualClock();
  const act = () => clock.sleep(1000);
  const { succeeded } = await clock.until(runSteps(steps, act, () => {}, clock.elapsed));
  expect(succeeded).toBe(steps.length);
  return clock.elapsed() / 1000;
}

describe('an `up` of 1,000 instances on 100 machines', () => {
  it('takes as long as its machines, not as the sum of its steps', async () => {
    const steps = planFor(fileOf(1000), bareWorld);
    const [joins, perMachine] = [machines, 1000 / machines];
    const seconds = await secondsOf(steps);
    expect(steps.length).toBeGreaterThan(1400);
    // machines six at a time, members one by one, and on each machine what it carries
    expect(seconds).toBeLessThan(machines / 6 + joins + perMachine + 20);
  });

  it('has 900 more of them in seconds', async () => {
    const more = planFor(fileOf(1000), worldAfter(fileOf(100)));
    expect(await secondsOf(more)).toBeLessThan(10);
  });
});
