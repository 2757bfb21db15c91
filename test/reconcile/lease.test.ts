import { describe, expect, it } from 'vitest';
import { RelevoError } from '../../src/domain/failure.ts';
import { expiry, fence, Lease } from '../../src/reconcile/lease.ts';
import { FakeMarks } from '../rig/fake-marks.ts';
import { random } from '../rig/random.ts';

class World {
  now = 0;
  readonly marks = new FakeMarks();
  readonly clock = { elapsed: () => this.now };

  readonly lost = new Set<string>();

  lease(name: string): Lease {
    return new Lease(this.marks.for(name), name, this.clock, (holder) => this.lost.has(holder));
  }

  /** Turns of all, five a second; those that are cut off fail. */
  async pass(milliseconds: number, leases: readonly Lease[]): Promise<void> {
    for (const end = this.now + milliseconds; this.now < end; this.now += 200) {
      for (const lease of leases) {
        await lease.turn('image').catch((error) => {
          if (!(error instanceof RelevoError)) throw error;
        });
      }
    }
  }
}

describe('the lease', () => {
  it('is held by one, who keeps it', async () => {
    const world = new World();
    const [a, b] = [world.lease('a'), world.lease('b')];
    await world.pass(20_000, [a, b]);
    expect([a.valid, b.valid]).toEqual([true, false]);
  });

  it('goes to another one when its holder is dead, and only once that one has stopped', async () => {
    const world = new World();
    const [a, b] = [world.lease('a'), world.lease('b')];
    await world.pass(2000, [a, b]);
    await world.pass(expiry - 400, [b]);
    expect([a.valid, b.valid]).toEqual([false, false]);
    await world.pass(1000, [b]);
    expect(b.valid).toBe(true);
  });

  it('goes to another one sooner where its holder’s machine is lost, and never before that one has stopped', async () => {
    const world = new World();
    const [a, b] = [world.lease('a'), world.lease('b')];
    await world.pass(2000, [a, b]);
    world.lost.add('a');
    world.marks.cut('a', true);
    for (let round = 0; round < 15; round += 1) {
      await world.pass(200, [b, a]);
      expect(a.valid && b.valid).toBe(false);
    }
    expect(b.valid).toBe(true);
  });

  it('is lost by who is cut off, before another one takes it', async () => {
    const world = new World();
    const [a, b] = [world.lease('a'), world.lease('b')];
    await world.pass(2000, [a, b]);
    world.marks.cut('a', true);
    await world.pass(fence + 200, [a, b]);
    expect([a.valid, b.valid]).toEqual([false, false]);
    await world.pass(expiry, [a, b]);
    expect([a.valid, b.valid]).toEqual([false, true]);
    world.marks.cut('a', false);
    await world.pass(5000, [a, b]);
    expect([a.valid, b.valid]).toEqual([false, true]);
  });

  it('is given up to who is urgent, who waits until it is released', async () => {
    const world = new World();
    const [a, command] = [world.lease('a'), world.lease('command')];
    await world.pass(1000, [a]);
    await command.turn('image', true);
    expect(command.valid).toBe(false);
    await world.pass(1000, [a, command]);
    expect([a.valid, a.epoch, command.valid]).toEqual([false, undefined, false]);
    await a.release('image');
    await world.pass(400, [command]);
    expect(command.valid).toBe(true);
  });

  it('is free at once where it was released', async () => {
    const world = new World();
    const [a, b] = [world.lease('a'), world.lease('b')];
    await world.pass(1000, [a]);
    await a.release('image');
    await world.pass(400, [b]);
    expect([b.valid, b.epoch]).toEqual([true, 2]);
  });

  it('is taken again at once by a process that was killed and started anew', async () => {
    const world = new World();
    await world.pass(1000, [world.lease('a')]);
    const again = world.lease('a');
    await world.pass(400, [again]);
    expect(again.valid).toBe(true);
  });

  it.each([1, 2, 3, 4, 5])('is never held by two, whoever is cut off, asleep or killed (seed %i)', async (seed) => {
    const chance = random(seed);
    const world = new World();
    const names = ['a', 'b', 'c'];
    const leases = names.map((name) => world.lease(name));
    let held = 0;
    for (let round = 0; round < 600; round += 1) {
      const index = Math.floor(chance() * 3);
      const what = chance();
      if (what < 0.1) world.marks.cut(names[index] as string, true);
      else if (what < 0.3) world.marks.cut(names[index] as string, false);
      else if (what < 0.33) leases[index] = world.lease(names[index] as string);
      else if (what < 0.4) world.lost.add(names[index] as string);
      else if (what < 0.5) world.lost.delete(names[index] as string);
      const awake = leases.filter(() => chance() > 0.1);
      await world.pass(200 * Math.ceil(chance() * 10), awake);
      const valid = leases.filter((lease) => lease.valid).length;
      expect(valid).toBeLessThan(2);
      held += valid;
    }
    expect(held).toBeGreaterThan(100);
  });
});
