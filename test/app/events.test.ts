import { expect, it } from 'vitest';
import { events, type Told } from '../../src/app/events.ts';
import type { Project } from '../../src/app/project.ts';
import { EventLog } from '../../src/controller/log.ts';
import { eventsMark } from '../../src/observe/marks.ts';
import type { LxdAlias } from '../../src/ports/lxd.ts';

/** A cluster that has nothing but aliases, and the use case that reads them. */
function scene() {
  const aliases = new Map<string, LxdAlias>();
  const images = {
    aliases: async () => [...aliases.values()],
    readAlias: async (name: string) => aliases.get(name),
    createAlias: async (alias: LxdAlias) => void aliases.set(alias.name, alias),
    updateAlias: async (alias: LxdAlias) => aliases.has(alias.name) && aliases.set(alias.name, alias) === aliases,
  };
  const lxd = { images, project: () => lxd, [Symbol.asyncDispose]: async () => {} };
  const machines = [{ name: 'm1', joined: true, state: 'running', address: '' }];
  const doors = {
    provider: { observe: async () => ({ machines }) },
    access: { connect: async () => lxd },
    system: { sleep: async () => {} },
  };
  const told = events({ spec: { name: 'shop' }, doors } as unknown as Project);
  const log = (balancer: string) => new EventLog(balancer, images as never, () => {});
  return {
    ...{ aliases, log },
    /** What a look finds, as `balancer-1 7`, and how many it came too late for. */
    async look() {
      const { value } = (await told.next()) as IteratorYieldResult<Told>;
      return { told: value.told.map(({ by, event }) => `${by} ${event.seq}`), missed: value.missed };
    },
  };
}

/** Always the same, to the millisecond. */
const back = { at: '2026-01-01T00:00:00.000Z', type: 'noticed', what: 'back', machine: 'm1' } as const;

async function write(log: EventLog, count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) log.add(back);
  await log.flush();
}

it('each event is told once, also two that are alike', async () => {
  const { log, look } = scene();
  const [one, two] = [log('balancer-1'), log('balancer-2')];
  await write(one, 2);
  await write(two, 1);
  expect(await look()).toEqual({ told: ['balancer-1 1', 'balancer-1 2', 'balancer-2 1'], missed: [] });
  expect(await look()).toEqual({ told: [], missed: [] });
  await write(one, 1);
  expect(await look()).toEqual({ told: ['balancer-1 3'], missed: [] });
});

it('numbers go on where the controller of before ended', async () => {
  const { log, look } = scene();
  await write(log('balancer-1'), 2);
  await look();
  await write(log('balancer-1'), 1);
  expect(await look()).toEqual({ told: ['balancer-1 3'], missed: [] });
});

it('what came and went between two looks is said', async () => {
  const { log, look } = scene();
  const one = log('balancer-1');
  await write(one, 5);
  await look();
  await write(one, 149);
  await write(one, 11);
  const { told, missed } = await look();
  expect(told).toHaveLength(150);
  expect(missed).toEqual([{ by: 'balancer-1', count: 10 }]);
});

it('a record that was lost counts anew, and is told from its beginning', async () => {
  const { aliases, log, look } = scene();
  await write(log('balancer-1'), 5);
  await look();
  aliases.delete(eventsMark('balancer-1'));
  await write(log('balancer-1'), 2);
  expect(await look()).toEqual({ told: ['balancer-1 1', 'balancer-1 2'], missed: [] });
});
