import { describe, expect, it } from 'vitest';
import { plannerOf } from '../../src/app/planner.ts';
import type { Context } from '../../src/apply/context.ts';
import { converge, planOnce, runPlan } from '../../src/apply/up.ts';
import { RelevoError } from '../../src/domain/failure.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { Lxd } from '../../src/ports/lxd.ts';
import { VirtualCluster } from '../rig/virtual-cluster.ts';
import { desiredFor, noAssets, specOf, text, withCluster, worldAfter } from '../rig/world.ts';

const spec = specOf(text);
const done = worldAfter(spec);
const refusal = () => new RelevoError({ code: 'interrupted', message: 'somebody else may lead by now' });

/** The context of a command in which the first `refusals` writes come too late. */
async function contextOf(refusals: number, observed = done): Promise<Context> {
  let asked = 0;
  const trust = async () => {
    asked += 1;
    if (asked <= refusals) throw refusal();
  };
  const lxd = { trust, guardedBy: () => lxd, project: () => lxd, close: async () => {} } as unknown as Lxd;
  const { project } = new VirtualCluster().command(text);
  const access = { ...project.doors.access, connect: async () => lxd };
  const planner = await plannerOf({ ...project, doors: { ...project.doors, access } });
  return planner.context(desiredFor(spec, observed), observed);
}

describe('a step that is refused since the lease was not renewed in time', () => {
  it('gets what all steps share when it is done again', async () => {
    const context = await contextOf(1);
    await expect(context.controllerFiles(new Secret(''))).rejects.toThrow(refusal().message);
    expect(await context.controllerFiles(new Secret(''))).not.toEqual([]);
  });

  it('is not done again for ever', async () => {
    let tries = 0;
    const context = {
      cache: { tidy: async () => {} },
      clock: { elapsed: () => 0 },
      mayGoOn: async () => {},
      close: async () => {},
      cluster: async () => {
        tries += 1;
        throw tries > 1000 ? new Error('it would never end') : refusal();
      },
    } as unknown as Context;
    const step = { kind: 'image.delete', alias: 'old', id: 'forget old', reason: '', after: [] } as const;
    const { failure } = await runPlan({ context, steps: [step] }, () => {});
    expect(failure?.code).toBe('unreachable');
  });
});

it('is not done without the lease where the image that carries it was deleted', async () => {
  const [withoutMarks, empty] = [{ configured: false }, { configured: false, instances: [], images: [] }];
  expect(
    (
      await contextOf(
        0,
        withCluster(done, () => withoutMarks),
      )
    ).configured,
  ).toBe(true);
  expect(
    (
      await contextOf(
        0,
        withCluster(done, () => empty),
      )
    ).configured,
  ).toBe(false);
});

it.each([
  [4, undefined],
  [5, 'failed'],
])('goes on for %i rounds, as long as there is something to do', async (rounds, code) => {
  let looks = 0;
  const context = {
    cache: { tidy: async () => {} },
    clock: { elapsed: () => 0 },
    provider: { publish: async () => {} },
    mayGoOn: async () => {},
    close: async () => {},
  } as unknown as Context;
  const planner = {
    ...{ spec, assets: noAssets, context: () => context },
    observe: async () => (looks++ < rounds ? { ...done, published: null } : done),
  };
  const { failure } = await converge(planner, await planOnce(planner), () => {});
  expect(failure?.code).toBe(code);
});
