import { RelevoError } from '../../../src/domain/failure.ts';
import type { VirtualProcess } from '../virtual-clock.ts';
import { failed, type World } from './world.ts';

/** Whose calls these are. */
export interface Caller {
  readonly process: VirtualProcess;
  /** The machine that it runs on; `host`: where commands run. */
  readonly at: string;
  /** Members that are asked, in this order. */
  readonly endpoints: string[];
  /** Asked right before the bytes of a change are sent. */
  readonly mayWrite: () => boolean;
}

export interface Request {
  readonly what: string;
  /** It changes something. */
  readonly writes: boolean;
  /** The member that must do it, beside the one that was asked. */
  readonly member?: string | undefined;
}

/** Milliseconds. */
const connectLimit = 400;
const leaderLimit = 45_000;
const memberLimit = 10_000;

/**
 * The way of one call: it takes its time, its effect comes somewhere within, and neither need come. Once sent it goes on
 * whatever becomes of its caller, to whom the answer is brought only while it lives.
 */
export class Wire {
  readonly world: World;
  readonly caller: Caller;

  constructor(world: World, caller: Caller) {
    this.world = world;
    this.caller = caller;
  }

  call<T>(request: Request, effect: () => T | Promise<T>): Promise<T> {
    return this.caller.process.deliver(this.#patiently(request, effect));
  }

  /** What only reads is asked again where its answer was lost, as by the real client. */
  async #patiently<T>(request: Request, effect: () => T | Promise<T>, again = request.writes ? 0 : 2): Promise<T> {
    try {
      return await this.#send(request, effect);
    } catch (error) {
      const lost = error instanceof RelevoError && error.failure.code === 'unreachable';
      if (!lost || again === 0) throw error;
      return this.#patiently(request, effect, again - 1);
    }
  }

  async #send<T>({ what, writes, member }: Request, effect: () => T | Promise<T>): Promise<T> {
    const { clock, weather } = this.world;
    const endpoint = await this.#reach();
    if (writes && !(this.caller.process.alive && this.caller.mayWrite()))
      throw new RelevoError({ code: 'interrupted', message: `${what} was not sent: the lease is lost` });
    const total = weather.latency(clock.chance);
    const before = total * clock.chance();
    await clock.sleep(before);
    await this.#leader(endpoint, writes);
    if (member !== undefined && !this.#memberWorks(endpoint, member)) {
      await clock.sleep(memberLimit);
      throw failed(`${member} does not answer: ${what}`);
    }
    if (writes && clock.chance() < weather.broken) throw failed(`it failed inside: ${what}`);
    const result = effect(); // what goes on in the background is awaited with its end
    await clock.sleep(total - before);
    if (clock.chance() < weather.lost || !this.world.works(endpoint))
      throw new RelevoError({ code: 'unreachable', message: `the answer was lost: ${what}` });
    return result;
  }

  #memberWorks(endpoint: string, member: string): boolean {
    return this.world.works(member) && this.world.linked(endpoint, member);
  }

  /** The first member that answers. */
  async #reach(): Promise<string> {
    const { at, endpoints } = this.caller;
    for (const endpoint of endpoints) {
      if (this.world.works(endpoint) && this.world.linked(at, endpoint)) return endpoint;
      if (!this.world.linked(at, endpoint)) await this.world.clock.sleep(connectLimit);
    }
    throw new RelevoError({ code: 'unreachable', message: `no member answers of ${endpoints.join(', ')}` });
  }

  /** Without one every change fails at once; the client asks again where it only reads. */
  async #leader(endpoint: string, writes: boolean): Promise<void> {
    const { clock } = this.world;
    const began = clock.elapsed();
    while (!this.world.hasLeader(endpoint)) {
      if (writes || clock.elapsed() - began > leaderLimit) throw failed('Failed to begin transaction: no leader');
      await clock.sleep(200);
    }
  }
}
