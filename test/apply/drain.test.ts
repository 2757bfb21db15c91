import { expect, it } from 'vitest';
import { actInside } from '../../src/apply/act-inside.ts';
import type { InsideContext } from '../../src/apply/context.ts';
import type { Desired } from '../../src/domain/desired.ts';
import type { ExecOptions, Lxd } from '../../src/ports/lxd.ts';
import { workerMark } from '../../src/render/haproxy-workers.ts';

it('what can’t be drained at one balancer is in the rotation of the others again, and stays', async () => {
  let now = 0;
  const said: string[] = [];
  const deleted: string[] = [];
  const exec = async (name: string, argv: readonly string[], { stdin = '' }: ExecOptions = {}) => {
    said.push(`${name} ${stdin} ${argv.join(' ')}`);
    const whole = { stderr: 'Connection refused', whole: true };
    if (name === 'balancer-2') return { ...whole, code: 1, stdout: '' };
    return { ...whole, code: 0, stdout: `${workerMark} 7\n\n# pxname,svname,scur,status\nweb,web-1,1,MAINT\n` };
  };
  const lxd = {
    instances: {
      exec,
      get: async () => ({ status: 'Running', config: {} }),
      delete: async (name: string) => void deleted.push(name),
    },
  } as unknown as Lxd;
  const clock = {
    elapsed: () => now,
    sleep: async (milliseconds: number) => {
      now += milliseconds;
    },
  };
  const desired = { balancers: [{ name: 'balancer-1' }, { name: 'balancer-2' }], instances: [] } as unknown as Desired;
  const context = { desired, clock } as InsideContext;
  const step = { kind: 'instance.delete', instance: 'web-1', service: 'web', machine: 'm1' } as const;
  const done = actInside(context, lxd, { ...step, id: 'remove web-1', reason: '', after: [] }, () => {});
  await expect(done).rejects.toThrow(/balancer-2/);
  expect(said.at(-1) ?? '').toMatch(/ready/);
  expect(said.filter((each) => each.startsWith('balancer-1')).at(-1)).toContain('set server web/web-1 state ready');
  expect(deleted).toEqual([]);
});
