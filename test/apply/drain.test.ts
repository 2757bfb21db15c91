import { expect, it } from 'vitest';
import { actInside } from '../../src/apply/act-inside.ts';
import type { InsideContext } from '../../src/apply/context.ts';
import type { Desired, Stopping } from '../../src/domain/desired.ts';
import type { ExecOptions, Lxd } from '../../src/ports/lxd.ts';
import { workerMark } from '../../src/render/haproxy-workers.ts';

/** A drain of web-1, with one request in flight on it that does not end; `refuses`: a balancer that can't be told. */
function draining({ refuses = '' } = {}) {
  let now = 0;
  const said: string[] = [];
  const done: string[] = [];
  const exec = async (name: string, argv: readonly string[], { stdin = '' }: ExecOptions = {}) => {
    said.push(`${name} ${stdin} ${argv.join(' ')}`);
    const whole = { stderr: 'Connection refused', whole: true };
    if (name === refuses) return { ...whole, code: 1, stdout: '' };
    return { ...whole, code: 0, stdout: `${workerMark} 7\n\n# pxname,svname,scur,status\nweb,web-1,1,MAINT\n` };
  };
  const at = (what: string) => done.push(`${what} after ${Math.floor(now / 1000)} s`);
  const lxd = {
    instances: {
      exec,
      get: async () => ({ status: 'Running', config: {} }),
      stop: async (name: string, { timeout }: { timeout?: number }) => void at(`stop ${name} within ${timeout} s`),
      delete: async (name: string) => void at(`delete ${name}`),
    },
  } as unknown as Lxd;
  const clock = {
    elapsed: () => now,
    sleep: async (milliseconds: number) => {
      now += milliseconds;
    },
  };
  const desired = { balancers: [{ name: 'balancer-1' }, { name: 'balancer-2' }], instances: [] } as unknown as Desired;
  const step = { kind: 'instance.delete', instance: 'web-1', service: 'web', machine: 'm1' } as const;
  const remove = (stopping: Stopping) =>
    actInside(
      { desired, clock } as InsideContext,
      lxd,
      { ...step, stopping, id: 'remove web-1', reason: '', after: [] },
      () => {},
    );
  return { said, done, remove };
}

it('what can’t be drained at one balancer is in the rotation of the others again, and stays', async () => {
  const { said, done, remove } = draining({ refuses: 'balancer-2' });
  await expect(remove({ drain: 30, grace: 10 })).rejects.toThrow(/balancer-2/);
  expect(said.at(-1) ?? '').toMatch(/ready/);
  expect(said.filter((each) => each.startsWith('balancer-1')).at(-1)).toContain('set server web/web-1 state ready');
  expect(done).toEqual([]);
});

it('what goes has as long as its step says, also where nothing of its service is wanted any more', async () => {
  const { done, remove } = draining();
  await remove({ drain: 300, grace: 120 });
  expect(done[0]).toMatch(/^stop web-1 within 120 s after 300 s$/);
  expect(done.at(-1)).toMatch(/^delete web-1/);
});
