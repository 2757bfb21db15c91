import type { Element } from '../../jmx/element.ts';
import type { Text } from '../../text/template.ts';
import { JavaRandom } from '../java-random.ts';
import { toDouble, toInt, toLong } from '../numbers.ts';
import { type Scope, StopUser, type Supported, type Timer } from '../support.ts';
import type { User } from '../user.ts';
import type { VirtualUser } from '../virtual-user.ts';

/** Holds back samples to the moments of a Poisson process that has exactly so many per period. */
export const preciseThroughputTimer: Supported = {
  role: 'timer',
  title: 'Precise Throughput Timer',
  limits: [
    'Its schedule begins with the first user of the group that comes to it; JMeter 5.6 counts from the beginning of the test.',
  ],
  compile,
};

interface Settings {
  /** Samples per second. */
  rate(user: User): number;
  readonly seconds: (user: User) => number;
  readonly batch: (user: User) => number;
  readonly seed: (user: User) => number;
}

function compile(element: Element, scope: Scope): Timer {
  const throughput = scope.text(element, 'throughput', '100');
  const period = scope.text(element, 'throughputPeriod', '3600');
  const number = (name: string, otherwise: string, read: (text: string) => number) => {
    const text: Text = scope.text(element, name, otherwise);
    return (user: User) => read(text.of(user));
  };
  return new PreciseThroughput({
    rate: (user) => toDouble(throughput.of(user)) / toInt(period.of(user)),
    seconds: number('duration', '3600', toLong),
    batch: number('batchSize', '1', toInt),
    seed: number('randomSeed', '0', toLong),
  });
}

class PreciseThroughput implements Timer {
  readonly #settings: Settings;
  readonly #byGroup = new Map<number, Events>();

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  delay(user: User): number {
    const { crew, end } = user as VirtualUser;
    const now = user.run.clock.now();
    const events = this.#byGroup.get(crew.index) ?? new Events(this.#settings, user, now);
    this.#byGroup.set(crew.index, events);
    const delay = Math.max(0, Math.trunc(events.next(user) * 1000 + events.from - now));
    // It would wait for longer than it lives.
    if (end > 0 && now + delay > end) throw new StopUser();
    return delay;
  }
}

class Events {
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly #settings: Settings;
  readonly #random: () => number;
  #moments = new Float64Array(0);
  #next = 0;
  #inBatch = 0;
  #rate = Number.NaN;
  #until = 0;

  constructor(settings: Settings, user: User, now: number) {
    this.#settings = settings;
    this.from = now;
    const seed = settings.seed(user);
    const java = seed === 0 ? undefined : new JavaRandom(BigInt(seed));
    this.#random = java ? () => java.nextDouble() : user.run.random;
  }

  /** Seconds after the beginning. */
  next(user: User): number {
    const rate = this.#settings.rate(user) / (user as VirtualUser).crew.share.of;
    const batch = this.#settings.batch(user);
    const over = this.#inBatch === 0 && this.#next >= this.#moments.length;
    if (over || Math.abs(rate - this.#rate) >= 0.000_01) this.#generate(rate, batch, user);
    if (this.#inBatch === 0) this.#next += 1;
    if (batch > 1) this.#inBatch = (this.#inBatch + 1) % batch;
    return this.#moments[this.#next - 1] ?? Number.POSITIVE_INFINITY;
  }

  /** The moments of the next period. */
  #generate(rate: number, batch: number, user: User): void {
    const seconds = this.#settings.seconds(user);
    const count = Math.ceil((batch > 1 ? rate / batch : rate) * seconds);
    const from = this.#until;
    this.#moments = Float64Array.from(
      { length: Math.max(0, Math.min(count, 2 ** 24)) || 0 },
      () => from + this.#random() * seconds,
    ).sort();
    this.#rate = rate;
    this.#until = from + seconds;
    this.#next = 0;
    this.#inBatch = 0;
  }
}
