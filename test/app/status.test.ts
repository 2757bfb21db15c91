import { expect, it } from 'vitest';
import type { Project } from '../../src/app/project.ts';
import { status } from '../../src/app/status.ts';
import { RelevoError } from '../../src/domain/failure.ts';
import type { Lxd } from '../../src/ports/lxd.ts';
import { specOf, text, worldAfter } from '../rig/world.ts';

const spec = specOf(text);
const world = worldAfter(spec);

const silent = new RelevoError({ code: 'unreachable', message: 'no answer within 4 s' });

it.each([
  ['of one that does not say so', false],
  ['of one that can’t be reached', true],
])('tells how full the pool of each machine is, and %s, nothing', async (_, unreachable) => {
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
        if (given[1] === 'm2') throw silent;
        return { used: 95, total: 100 };
      },
    },
    [Symbol.asyncDispose]: async () => {},
  } as unknown as Lxd;
  const [, second] = world.machines;
  const connect = async ([first, ...others]: readonly string[]) => {
    if (unreachable && others.length === 0 && first === second?.address) throw silent;
    return lxd;
  };
  const doors = {
    provider: { observe: async () => world },
    access: { connect },
    cache: { list: async () => [] },
  };
  const { machines } = await status({ spec, doors, file: { path: '/relevo.yaml' } } as unknown as Project);
  expect(machines.map(({ name, disk }) => [name, disk])).toEqual([
    ['m1', { used: 95, total: 100 }],
    ['m2', null],
    ['m3', null],
  ]);
  expect(asked.toSorted()).toEqual([['local', 'm1'], ...(unreachable ? [] : [['local', 'm2']])]);
});
