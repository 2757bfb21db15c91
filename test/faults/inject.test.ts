import { describe, expect, it } from 'vitest';
import { faultNamed } from '../../src/faults/catalogue.ts';
import { activeFaults, heal, type Injected, inject } from '../../src/faults/inject.ts';
import { FakeMachines } from './fake-machines.ts';
import { targetOf } from './scene.ts';

const now = new Date('2026-01-01T00:00:00Z');
let ids = 0;

function begin(machines: FakeMachines, fault: string, target: string, seconds = 30): Promise<Injected> {
  ids += 1;
  return inject(machines, { fault: faultNamed(fault), target: targetOf(target), seconds, id: `fault${ids}x`, now });
}

const words = (faults: readonly { fault: string; target: string }[]) =>
  faults.map((each) => `${each.fault} ${each.target}`);
const everything = () => true;

describe('injecting', () => {
  it('tells when it began and when it heals, and is listed until then', async () => {
    const machines = new FakeMachines();
    const { at, ...active } = await begin(machines, 'container.stop', 'web/2', 10);
    expect(active).toEqual({
      ...{ id: `fault${ids}x`, fault: 'container.stop', target: 'web/2' },
      until: '2026-01-01T00:00:10.000Z',
    });
    expect(at).toBe('2026-01-01T00:00:01.000Z');
    expect(await activeFaults(machines)).toEqual([active]);
    expect(machines.done).toEqual([`m2 inject ${active.id}a`]);
  });

  it('begins with its first part, and is one fault however many machines it lies on', async () => {
    const machines = new FakeMachines();
    const { at, ...active } = await begin(machines, 'network.drop', 'm1:web/2');
    expect(machines.done).toEqual(
      ['m1', 'm1', 'm2'].map((machine, part) => `${machine} inject ${active.id}${'abc'[part]}`),
    );
    expect(at).toBe('2026-01-01T00:00:01.000Z');
    expect(await activeFaults(machines)).toEqual([active]);
  });

  it('that fails in one place is healed in the others, and the failure told with its proof', async () => {
    const machines = new FakeMachines();
    machines.broken.add('m1 inject');
    const attempt = begin(machines, 'network.drop', 'web/2:balancer/1');
    await expect(attempt).rejects.toMatchObject({
      failure: {
        code: 'failed',
        message: 'network.drop on web/2:balancer/1 failed on m1',
        evidence: { title: 'said by m1', lines: ['first', 'no such thing'] },
      },
    });
    expect(machines.done.filter((each) => each.includes('heal'))).toEqual([`m2 heal fault${ids}xa`]);
    expect(machines.records()).toEqual([]);
  });

  it('that fails in one place and can’t be healed in another says that a part of it lasts', async () => {
    const machines = new FakeMachines();
    for (const what of ['m1 inject', 'm2 heal']) machines.broken.add(what);
    await expect(begin(machines, 'network.drop', 'web/2:balancer/1')).rejects.toMatchObject({
      failure: {
        message: 'network.drop on web/2:balancer/1 failed on m1',
        hint: expect.stringContaining('until its time is over'),
      },
    });
    expect(words(await activeFaults(machines))).toEqual(['network.drop web/2:balancer/1']);
  });

  it('that fails leaves other faults as they are', async () => {
    const machines = new FakeMachines();
    await begin(machines, 'cpu.hog', 'web/2');
    machines.broken.add('m1 inject');
    await expect(begin(machines, 'network.drop', 'web/2:balancer/1')).rejects.toThrow();
    expect(words(await activeFaults(machines))).toEqual(['cpu.hog web/2']);
  });

  it('is refused where the same fault is on the same target, and only there', async () => {
    const machines = new FakeMachines();
    await begin(machines, 'cpu.hog', 'web/2');
    const before = [...machines.done];
    await expect(begin(machines, 'cpu.hog', 'web/2')).rejects.toMatchObject({
      failure: {
        code: 'refused',
        message: 'cpu.hog is on web/2 already',
        hint: 'heal it first: relevo fault heal cpu.hog web/2',
      },
    });
    expect(machines.done).toEqual(before);
    await begin(machines, 'disk.full', 'web/2');
    await begin(machines, 'cpu.hog', 'web/1');
    expect(words(await activeFaults(machines)).sort()).toEqual(['cpu.hog web/1', 'cpu.hog web/2', 'disk.full web/2']);
  });

  it('into a target that it does not take touches nothing', async () => {
    const machines = new FakeMachines();
    await expect(begin(machines, 'machine.off', 'web/1')).rejects.toMatchObject({ failure: { code: 'usage' } });
    expect(machines.done).toEqual([]);
  });
});

describe('healing', () => {
  it('ends the one that fits, all its parts', async () => {
    const machines = new FakeMachines();
    await begin(machines, 'network.drop', 'web/2:balancer/1');
    await begin(machines, 'container.pause', 'web/2');
    const fits = (each: { fault: string; target: string }) => each.fault === 'network.drop';
    expect(words(await heal(machines, fits))).toEqual(['network.drop web/2:balancer/1']);
    expect(words(await activeFaults(machines))).toEqual(['container.pause web/2']);
    expect(await heal(machines, fits)).toEqual([]);
  });

  it('of all collects them from all machines, and those that are off', async () => {
    const machines = new FakeMachines();
    await begin(machines, 'network.reject', 'web/2:balancer/1');
    await begin(machines, 'lxd.kill', 'm1');
    await begin(machines, 'machine.off', 'm3');
    const healed = await heal(machines, everything);
    expect(words(healed).sort()).toEqual(['lxd.kill m1', 'machine.off m3', 'network.reject web/2:balancer/1']);
    expect(machines.records()).toEqual([]);
    expect(machines.off.size).toBe(0);
    expect(await activeFaults(machines)).toEqual([]);
  });

  it('does all that it can before it tells what it could not', async () => {
    const machines = new FakeMachines();
    await begin(machines, 'cpu.hog', 'm1');
    await begin(machines, 'cpu.hog', 'm2');
    await begin(machines, 'cpu.hog', 'm3');
    machines.broken.add('m2 heal');
    const message = 'healing cpu.hog on m2 failed on m2';
    await expect(heal(machines, everything)).rejects.toMatchObject({ failure: { code: 'failed', message } });
    expect(words(machines.records())).toEqual(['cpu.hog m2']);
  });
});

describe('a machine that is off', () => {
  it('is listed by this host, and not asked; what lay on it has gone', async () => {
    const machines = new FakeMachines();
    await begin(machines, 'cpu.hog', 'web/1'); // on m3
    const { at, ...active } = await begin(machines, 'machine.off', 'm3', 60);
    expect(at).toBe(new Date(machines.now).toISOString());
    expect(await activeFaults(machines)).toEqual([active]);
    expect(machines.done.at(-1)).toBe(`m3 off ${active.id}a`);
  });

  it('gets its power back, alone', async () => {
    const machines = new FakeMachines();
    await begin(machines, 'machine.off', 'm3');
    await begin(machines, 'machine.off', 'm2');
    const healed = await heal(machines, ({ fault, target }) => fault === 'machine.off' && target === 'm3');
    expect(words(healed)).toEqual(['machine.off m3']);
    expect(machines.done.at(-1)).toBe('m3 on');
    expect(words(await activeFaults(machines))).toEqual(['machine.off m2']);
  });

  it('is not switched off twice', async () => {
    const machines = new FakeMachines();
    await begin(machines, 'machine.off', 'm3');
    await expect(begin(machines, 'machine.off', 'm3')).rejects.toMatchObject({ failure: { code: 'refused' } });
  });
});
