import { expect, it } from 'vitest';
import type { Project } from '../../src/app/project.ts';
import { status } from '../../src/app/status.ts';
import { RelevoError } from '../../src/domain/failure.ts';
import type { Lxd } from '../../src/ports/lxd.ts';
import { specOf, text, worldAfter } from '../rig/world.ts';

const spec = specOf(text);
const world = worldAfter(spec);

it('tells how full the pool of each machine is, and of one that does not say so, nothing', async () => {
  const asked: string[][] = [];
  const members = ['m1', 'm2', 'm3'].map((name) => ({
    ...{ name, url: '', message: '', roles: [] },
    status: name === 'm3' ? 'Offline' : 'Online',
  }));
  const lxd = {
    cluster: { members: async () => members },
    projects: { get: async () => undefined },
    pools: {
      space: async (...given: string[]) => {
        asked.push(given);
        if (given[1] === 'm2') throw new RelevoError({ code: 'unreachable', message: 'no answer within 4 s' });
        return { used: 95, total: 100 };
      },
    },
    [Symbol.asyncDispose]: async () => {},
  } as unknown as Lxd;
  const doors = {
    provider: { observe: async () => world },
    access: { connect: async () => lxd },
    cache: { list: async () => [] },
  };
  const { machines } = await status({ spec, doors, file: { path: '/relevo.yaml' } } as unknown as Project);
  expect(machines.map(({ name, disk }) => [name, disk])).toEqual([
    ['m1', { used: 95, total: 100 }],
    ['m2', null],
    ['m3', null],
  ]);
  expect(asked).toEqual([
    ['local', 'm1'],
    ['local', 'm2'],
  ]);
});
