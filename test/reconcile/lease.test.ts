import { describe, expect, it } from 'vitest';
import { RelevoError } from '../../src/domain/failure.ts';
import { aliasOf, freeLease, type LeaseRecord } from '../../src/observe/lease-record.ts';
import { leaseMark } from '../../src/observe/marks.ts';
import { expiry, expiryOfTheLost, fence, Lease } from '../../src/reconcile/lease.ts';
import { FakeMarks } from '../rig/fake-marks.ts';

class World {
  now = 0;
  readonly marks = new FakeMarks();
  readonly clock = { elapsed: () => this.now, now: () => new Date(this.now) };
  readonly lost = new Set<string>();
  #processes = 0;

  constructor() {
    this.marks.all.set(leaseMark, aliasOf(freeLease));
  }

  get record(): LeaseRecord {
    return JSON.parse(this.marks.all.get(leaseMark)?.description ?? '') as LeaseRecord;
  }

  lease(holder: string, urgent = false): Lease {
    const isLost = (each: string) => this.lost.has(each);
    const nonce = `${holder}/${this.#processes++}`;
    return new Lease({ store: this.marks.for(holder), holder, nonce, clock: this.clock, urgent, isLost });
  }

  /** Turns of all, five a second; those that are cut off fail. */
  async pass(milliseconds: number, leases: readonly Lease[]): Promise<void> {
    for (const end = this.now + milliseconds; this.now < end; this.now += 200) {
      for (const lease of leases) {
        await lease.turn().catch((error) => {
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
    expect(b.holder).toBe('a');
  });

  it('goes to another one when its holder is dead, and only once that one has stopped', async () => {
    const world = new World();
    const [a, b] = [world.lease('a'), world.lease('b')];
    await world.pass(2000, [a, b]);
    await world.pass(expiry - 600, [b]);
    expect([a.valid, b.valid]).toEqual([false, false]);
    await world.pass(1400, [b]);
    expect(b.valid).toBe(true);
  });

  it('goes to another one sooner where its holder’s machine is lost', async () => {
    const world = new World();
    const [a, b] = [world.lease('a'), world.lease('b')];
    await world.pass(2000, [a, b]);
    world.lost.add('a');
    world.marks.cut('a', true);
    await world.pass(expiryOfTheLost + 1200, [b, a]);
    expect([a.valid, b.valid]).toEqual([false, true]);
  });

  it('is lost by who is cut off, before another one takes it, and not taken back', async () => {
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

  it('is asked for by a command, which gets it when its holder has released it', async () => {
    const world = new World();
    const [a, b, command] = [world.lease('a'), world.lease('b'), world.lease('command', true)];
    await world.pass(2000, [a, b]);
    await world.pass(10_000, [a, b, command]);
    expect([a.valid, a.asked, command.valid]).toEqual([true, true, false]);
    await a.release();
    await world.pass(1000, [a, b, command]);
    expect([a.valid, b.valid, command.valid]).toEqual([false, false, true]);
    expect(world.record.asked).toBe('');
  });

  it('goes to a controller again where the command that asked for it is gone', async () => {
    const world = new World();
    const [a, command] = [world.lease('a'), world.lease('command', true)];
    await world.pass(2000, [a]);
    await world.pass(1000, [a, command]);
    await a.release();
    await world.pass(1000, [a]);
    expect(a.valid).toBe(false);
    await world.pass(expiryOfTheLost + 600, [a]);
    expect(a.valid).toBe(true);
  });

  it('is taken again at once by a process that was killed and started anew, with another epoch', async () => {
    const world = new World();
    const [before, again] = [world.lease('a'), world.lease('a')];
    await world.pass(1000, [before]);
    await world.pass(200, [again]);
    expect([again.valid, again.epoch]).toEqual([true, 2]);
  });

  it('is taken by nobody who can’t lead now, and kept by who holds it', async () => {
    const world = new World();
    const lease = world.lease('a');
    await lease.turn(false);
    expect(lease.valid).toBe(false);
    await world.pass(1200, [lease]);
    world.now += 600;
    await lease.turn(false);
    expect(lease.valid).toBe(true);
  });

  it('is renewed less often while nothing is done under it, and at once where another one wrote its record', async () => {
    const world = new World();
    const [lease, command] = [world.lease('a'), world.lease('up', true)];
    await lease.turn();
    world.now += 500;
    const beats = async (milliseconds: number, atRest: boolean) => {
      const before = world.record.beat;
      for (const end = world.now + milliseconds; world.now < end; world.now += 100) await lease.turn(true, atRest);
      return world.record.beat - before;
    };
    expect(await beats(10_000, false)).toBe(20);
    expect(await beats(10_000, true)).toBe(10);
    expect(lease.valid).toBe(true);
    world.now += 1000;
    await lease.turn(true, true);
    lease.heard(); // of its own renewal
    world.now += 100;
    await command.turn();
    expect(await beats(200, true)).toBe(0);
    lease.heard(); // of what the command wrote
    expect([await beats(100, true), lease.asked]).toEqual([1, true]);
  });

  it('that was given up does not come back, also where LXD could not be told', async () => {
    const world = new World();
    const lease = world.lease('a');
    await world.pass(800, [lease]);
    const { epoch = 0 } = lease;
    world.marks.cut('a', true);
    await expect(lease.release()).rejects.toThrow('cut off');
    world.marks.cut('a', false);
    world.now += 1200;
    await lease.turn(false); // who can't lead now does not renew it unawares
    expect([lease.valid, world.record.holder]).toEqual([false, '']);
    await world.pass(1400, [lease]);
    expect(lease.epoch).toBeGreaterThan(epoch); // what was begun before stays fenced
  });

  it('survives that its record goes with its image: nobody is valid before the last holder has stopped', async () => {
    const world = new World();
    const [a, b] = [world.lease('a'), world.lease('b')];
    await world.pass(2000, [a, b]);
    const epoch = a.epoch ?? 0;
    world.marks.all.clear();
    await world.pass(1400, [b]);
    expect([a.valid, b.valid]).toEqual([true, false]);
    await world.pass(1200, [b]);
    expect([a.valid, b.valid]).toEqual([false, true]);
    expect(b.epoch).toBeGreaterThan(epoch);
  });

  it('is taken from a record that nobody can read, as from one that died', async () => {
    const world = new World();
    world.marks.all.set(leaseMark, { ...aliasOf(freeLease), description: '{"epoch":' });
    const lease = world.lease('a');
    await world.pass(expiry - 600, [lease]);
    expect(lease.valid).toBe(false);
    await world.pass(1400, [lease]);
    expect(lease.valid).toBe(true);
  });

  it('is not trusted after a suspension, during which one of the clocks stands still', async () => {
    const world = new World();
    let suspended = 0;
    const clock = { elapsed: () => world.now - suspended, now: () => new Date(world.now) };
    const lease = new Lease({ store: world.marks.for('a'), holder: 'a', nonce: '1', clock });
    await world.pass(600, [lease]);
    expect(lease.valid).toBe(true);
    world.now += 60_000;
    suspended += 60_000;
    expect(lease.valid).toBe(false);
  });
});
