import { type Element, textOf } from '../../jmx/element.ts';
import { calcModes, enumOf } from '../../jmx/enums.ts';
import type { Text } from '../../text/template.ts';
import { toDouble } from '../numbers.ts';
import type { Refusal, Scope, Supported, Timer } from '../support.ts';
import type { User } from '../user.ts';
import type { VirtualUser } from '../virtual-user.ts';

type Mode = 'thread' | 'all' | 'group' | 'all-shared' | 'group-shared';

const modeName = 'calcMode';

/** Holds back samples so that there are so many a minute. */
export const constantThroughputTimer: Supported = {
  role: 'timer',
  title: 'Constant Throughput Timer',
  refuses: ["A mode that is none of JMeter's five."],
  inspect,
  compile,
};

function inspect(element: Element): readonly Refusal[] {
  const text = textOf(element, modeName, '0');
  if (text === '' || enumOf<Mode>(calcModes, text)) return [];
  return [{ what: `its mode "${text}" is none of JMeter's five`, consequence: 'the rate would be another one' }];
}

function compile(element: Element, scope: Scope): Timer {
  const throughput = scope.text(element, 'throughput');
  const mode = enumOf<Mode>(calcModes, textOf(element, modeName, '0')) ?? 'thread';
  return new ConstantThroughput(throughput, mode);
}

const intervalOf = (throughput: string) => 60_000 / toDouble(throughput);

class ConstantThroughput implements Timer {
  readonly #throughput: Text;
  /** Milliseconds from one sample to the next, where no user's variables change them. */
  readonly #each: number | undefined;
  readonly #mode: Mode;

  constructor(throughput: Text, mode: Mode) {
    this.#throughput = throughput;
    this.#each = throughput.constant === undefined ? undefined : intervalOf(throughput.constant);
    this.#mode = mode;
  }

  delay(user: User): number {
    const own = user.slot(this, () => ({ previous: 0 }));
    const now = Math.floor(user.run.clock.now());
    const target = own.previous + this.#interval(user, now);
    if (!(now <= target)) {
      own.previous = now;
      return 0;
    }
    own.previous = target;
    return target - now;
  }

  #interval(user: User, now: number): number {
    const each = this.#each ?? intervalOf(this.#throughput.of(user));
    const { share } = user.run;
    switch (this.#mode) {
      case 'thread':
        return Math.round(each);
      // Other processes have as many users as this one has.
      case 'all':
        return Math.round(user.active.all() * share.of * each);
      case 'group':
        return Math.round(user.active.group() * share.of * each);
      case 'all-shared':
        return this.#shared(user, 'throughput timers', each * share.of, now);
      case 'group-shared':
        return this.#shared(user, `throughput timers of ${(user as VirtualUser).crew.index}`, each * share.of, now);
    }
  }

  /**
   * One schedule for all users and all such timers. It gives a delay from now, which is then added to the previous target as if
   * it were an interval: JMeter's own arithmetic. So a sample begins before its place in the schedule, by its own duration.
   */
  #shared(user: User, name: string, each: number, now: number): number {
    let delay = 0;
    user.run.shared.update(name, (last) => {
      const next = Math.max(now, last + Math.round(each));
      delay = next - now;
      return next;
    });
    return Math.max(0, delay);
  }
}
