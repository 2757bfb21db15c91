import { describe, expect, it } from 'vitest';
import { createInstance, stopCleanly } from '../../src/apply/instances.ts';
import type { InstancePlan } from '../../src/domain/desired.ts';
import { RelevoError } from '../../src/domain/failure.ts';
import type { Lxd } from '../../src/ports/lxd.ts';
import { bareWorld, desiredFor, specOf, text } from '../rig/world.ts';

/** One instance, which does or does not end when it is asked to. */
function lxdWith(status: string, config: Record<string, string>, refusal?: RelevoError) {
  const stops: unknown[] = [];
  const stop = async (_: string, options: { force: boolean }) => {
    stops.push(options);
    if (!options.force && refusal !== undefined) throw refusal;
  };
  return { lxd: { instances: { get: async () => ({ status, config }), stop } } as unknown as Lxd, stops };
}

const stubborn = new RelevoError({ code: 'failed', message: 'The instance is still running' });

describe('a clean stop', () => {
  it('gives the programs their time, and no force', async () => {
    const { lxd, stops } = lxdWith('Running', {});
    await stopCleanly(lxd, 'web-1', 2.5);
    expect(stops).toEqual([{ force: false, timeout: 3 }]);
  });

  it('ends by force what is still there then', async () => {
    const { lxd, stops } = lxdWith('Running', { 'user.relevo.grace': '20' }, stubborn);
    await stopCleanly(lxd, 'web-1');
    expect(stops).toEqual([{ force: false, timeout: 20 }, { force: true }]);
  });

  it('leaves alone what is stopped, and does not guess where LXD does not answer', async () => {
    const stopped = lxdWith('Stopped', {});
    await stopCleanly(stopped.lxd, 'web-1');
    expect(stopped.stops).toEqual([]);
    const lost = lxdWith('Running', {}, new RelevoError({ code: 'unreachable', message: 'no answer' }));
    await expect(stopCleanly(lost.lxd, 'web-1')).rejects.toThrow('no answer');
    expect(lost.stops).toEqual([{ force: false, timeout: 10 }]);
  });
});

it('makes a cold backup that boots for longer than one waits, and ends only by force', async () => {
  const cold = specOf(text.replace('replicas: 2', 'replicas: 1, backups: { count: 1, kind: cold }'));
  const plan = desiredFor(cold, bareWorld).instances.find((each) => each.cold) as InstancePlan;
  const did: string[] = [];
  let there: object | undefined;
  const instances = {
    get: async () => there,
    create: async ({ config }: { config: object }) => {
      there = { status: 'Running', config };
    },
    start: async () => {},
    exec: async () => Promise.reject(new RelevoError({ code: 'unreachable', message: 'did not end within 60 s' })),
    stop: async (_: string, { force }: { force: boolean }) => {
      did.push(force ? 'killed' : 'asked to end');
      if (!force) throw stubborn;
    },
    patchConfig: async () => void did.push('complete'),
  };
  await createInstance({ instances } as unknown as Lxd, plan, 'local');
  expect(did).toEqual(['asked to end', 'killed', 'complete']);
});
