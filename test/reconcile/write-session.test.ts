import { describe, expect, it } from 'vitest';
import { aliasOf, freeLease } from '../../src/observe/lease-record.ts';
import { leaseMark } from '../../src/observe/marks.ts';
import type { Lxd } from '../../src/ports/lxd.ts';
import { expiry, Lease } from '../../src/reconcile/lease.ts';
import { WriteSession } from '../../src/reconcile/write-session.ts';
import { FakeMarks } from '../rig/fake-marks.ts';
import { ModelClock } from '../rig/model-clock.ts';

class World {
  readonly time = new ModelClock();
  readonly marks = new FakeMarks();
  readonly clock = {
    elapsed: () => this.time.now,
    now: () => new Date(this.time.now),
    sleep: (milliseconds: number) => this.time.sleep(milliseconds),
  };
  closed = 0;

  constructor() {
    this.marks.all.set(leaseMark, aliasOf(freeLease));
  }

  session(holder: string): WriteSession {
    return new WriteSession(this.clock, { holder, nonce: holder });
  }

  readonly connect = (who: string) => async () =>
    ({ images: this.marks.for(who), close: this.#close }) as unknown as Lxd;

  readonly #close = async () => {
    this.closed += 1;
  };

  lease(holder: string): Lease {
    return new Lease({ store: this.marks.for(holder), holder, nonce: holder, clock: this.clock });
  }

  pass(milliseconds: number): Promise<void> {
    return this.time.run(this.time.now + milliseconds, () => {});
  }

  /** What it resolves to, or the code with which it fails, within that time. */
  async outcome<T>(promise: Promise<T>, milliseconds: number): Promise<T | string> {
    let result: T | string = 'pending';
    promise.then(
      (value) => (result = value),
      (error) => (result = error.failure.code),
    );
    await this.pass(milliseconds);
    return result;
  }
}

describe('a command that writes', () => {
  it('holds the lease from `open` until its end, and renews it meanwhile', async () => {
    const world = new World();
    const session = world.session('up');
    expect(session.mayWrite()).toBe(true); // nobody else could write yet
    expect(await world.outcome(session.open(world.connect('up')), 500)).toBe(true);
    expect(await session.open(world.connect('up'))).toBe(false);
    await world.pass(60_000);
    expect(session.mayWrite()).toBe(true);
    await world.outcome(session[Symbol.asyncDispose](), 1000);
    expect(JSON.parse(world.marks.all.get(leaseMark)?.description ?? '').holder).toBe('');
    expect(world.closed).toBe(1);
  });

  it('leaves the lease to the controllers while somebody thinks, and writes nothing until it has it again', async () => {
    const world = new World();
    const session = world.session('up');
    await world.outcome(session.open(world.connect('up')), 500);
    await world.outcome(session.release(), 1000);
    expect([session.mayWrite(), world.closed]).toEqual([false, 1]);
    const lease = world.lease('balancer-1');
    await lease.turn(true);
    expect(lease.valid).toBe(true);
    const opening = session.open(world.connect('up'));
    await world.pass(500);
    await world.outcome(lease.release(), 500);
    expect(await world.outcome(opening, 1000)).toBe(true); // to be planned again
    expect(session.mayWrite()).toBe(true);
    await world.outcome(session[Symbol.asyncDispose](), 1000);
    expect(world.closed).toBe(2);
  });

  it('waits until the leading controller has ended what it does, and says who does not', async () => {
    const world = new World();
    const controller = world.lease('balancer-1');
    const turns = async () => {
      for (;;) {
        await controller.turn();
        await world.clock.sleep(200);
      }
    };
    void turns();
    await world.pass(500);
    const session = world.session('up');
    expect(await world.outcome(session.open(world.connect('up'), 10_000), 11_000)).toBe('busy');
    expect(controller.asked).toBe(true);
  });

  it('writes nothing more where it was held up for so long that another one has taken over', async () => {
    const world = new World();
    const session = world.session('up');
    await world.outcome(session.open(world.connect('up')), 500);
    world.marks.cut('up', true);
    const controller = world.lease('balancer-1');
    for (let time = 0; time < expiry + 2000; time += 200) {
      await controller.turn();
      await world.pass(200);
    }
    expect([controller.valid, session.mayWrite()]).toEqual([true, false]);
    world.marks.cut('up', false);
    expect(await world.outcome(session.ready(), 2000)).toBe('busy');
  });

  it('waits for a cluster that does not answer for a while, and goes on where nobody has taken over', async () => {
    const world = new World();
    const session = world.session('up');
    await world.outcome(session.open(world.connect('up')), 500);
    world.marks.cut('up', true);
    await world.pass(30_000);
    const ready = session.ready().then(() => 'ready');
    expect(await world.outcome(ready, 1000)).toBe('pending');
    world.marks.cut('up', false);
    expect(await world.outcome(ready, 1000)).toBe('ready');
    world.marks.cut('up', true);
    await world.pass(3000);
    expect(await world.outcome(session.ready(), 70_000)).toBe('unreachable');
  });
});
