import { type Element, textOf } from '../../jmx/element.ts';
import type { StarterCrew } from '../compiled.ts';
import { type again, Controller, type Step } from '../controllers/controller.ts';
import { JavaRandom } from '../java-random.ts';
import { toLong } from '../numbers.ts';
import type { Refusal, Scope } from '../support.ts';
import type { GroupKind, GroupParts } from './group.ts';
import { parseSchedule, ScheduleError, type ScheduleStep } from './schedule.ts';
import { Arrivals } from './starts.ts';

const schedule = 'OpenModelThreadGroup.schedule';
const seed = 'OpenModelThreadGroup.random_seed';

/** Arrivals per second. */
const fastest = 1_000_000;

/** Random arrivals of one step are drawn in advance; more are refused. */
const mostOfStep = 20_000_000;

/** An open model: each arrival is a new user with one iteration. */
export const openModelThreadGroup: GroupKind = {
  role: 'group',
  title: 'Open Model Thread Group',
  phase: 'main',
  limits: [
    'The schedule begins with the group; JMeter 5.6 counts from the beginning of the test, set-up groups included.',
  ],
  refuses: [
    'A schedule that can not be read, or that no generator makes: more than 1,000,000 arrivals a second, or 20,000,000 random ones in a step.',
  ],
  inspect,
  parts,
};

function inspect(element: Element): readonly Refusal[] {
  const text = textOf(element, schedule);
  if (text.includes('${')) return [];
  const wrong = complaint(text);
  return wrong ? [{ what: `its schedule can't be read: ${wrong}`, consequence: 'nobody would arrive' }] : [];
}

function complaint(text: string): string | undefined {
  try {
    return tooManyOf(parseSchedule(text));
  } catch (error) {
    if (error instanceof ScheduleError) return error.message;
    throw error;
  }
}

function tooManyOf(steps: readonly ScheduleStep[]): string | undefined {
  let rate = 0;
  for (const [place, step] of steps.entries()) {
    const next = steps[place + 1];
    if (step.is === 'rate') rate = step.rate;
    if (rate > fastest) return `no generator makes ${rate} requests a second`;
    if (
      step.is === 'arrivals' &&
      step.random &&
      countOf(rate, next?.is === 'rate' ? next.rate : rate, step.seconds) > mostOfStep
    )
      return `${step.seconds} s of random arrivals are more than ${mostOfStep} of them`;
  }
  return undefined;
}

function countOf(rate: number, target: number, seconds: number): number {
  return Math.trunc(((rate + target) / 2) * seconds);
}

function parts(element: Element, scope: Scope): GroupParts {
  const text = scope.text(element, schedule);
  const fixed = scope.text(element, seed);
  return {
    start: async (crew) => {
      const read = crew.read(text);
      const wrong = complaint(read);
      if (wrong) crew.note(`Its schedule can't be read, so that nobody arrives: ${wrong}.`);
      else await arrive(crew, parseSchedule(read), toLong(crew.read(fixed)));
    },
    size: () => 0,
    root: (user, branch, parent) => new OnePass(user, branch, parent),
  };
}

async function arrive(crew: StarterCrew, steps: readonly ScheduleStep[], fixed: number): Promise<void> {
  const from = crew.clock.now();
  const end = from + 1000 * steps.reduce((sum, step) => sum + (step.is === 'arrivals' ? step.seconds : 0), 0);
  const java = fixed === 0 ? undefined : new JavaRandom(BigInt(fixed));
  const arrivals = new Arrivals();
  let number = -1;
  for (const at of momentsOf(steps, () => (java ? java.nextDouble() : crew.random()))) {
    number += 1;
    if (!crew.mine(number)) continue;
    const intended = from + at * 1000;
    await arrivals.until(crew, intended);
    if (crew.halted) break;
    crew.begin(number, { due: intended, intended, end });
  }
  await crew.endedBy(end);
  if (!crew.halted) crew.interrupt();
  await crew.ended();
}

/** Seconds after the beginning. */
export function* momentsOf(steps: readonly ScheduleStep[], random: () => number): Iterable<number> {
  let [rate, offset] = [0, 0];
  for (const [place, step] of steps.entries()) {
    if (step.is === 'rate') rate = step.rate;
    else {
      const next = steps[place + 1];
      const target = next?.is === 'rate' ? next.rate : rate;
      const moments = step.random ? randomly(rate, target, step.seconds, random) : evenly(rate, target, step.seconds);
      for (const at of moments) yield offset + at;
      offset += step.seconds;
    }
  }
}

function* evenly(rate: number, target: number, seconds: number): Iterable<number> {
  const mean = (rate + target) / 2;
  const count = Math.trunc(mean * seconds);
  const growth = Math.abs(target - rate) < 0.0001 * mean ? 0 : (target - rate) / seconds;
  for (let each = 0; each < count; each += 1) {
    if (each === 0) yield 0;
    else if (growth === 0) yield each / mean;
    else yield (Math.sqrt(rate * rate + 2 * growth * each) - rate) / growth;
  }
}

/** As many as the rates say, at moments as of a Poisson process; in the order of JMeter's draws. */
function randomly(rate: number, target: number, seconds: number, random: () => number): Float64Array {
  const count = countOf(rate, target, seconds);
  const flat = Math.min(count, Math.trunc(Math.min(rate, target) * seconds));
  const moments = new Float64Array(count);
  for (let each = 0; each < flat; each += 1) moments[each] = random() * seconds;
  for (let each = flat; each < count; each += 1) {
    const time = Math.sqrt(random());
    moments[each] = (rate > target ? 1 - time : time) * seconds;
  }
  return moments.sort();
}

class OnePass extends Controller {
  override attempt(): Step | undefined | typeof again {
    const step = super.attempt();
    if (this.count() >= 1) this.setDone();
    return step;
  }

  override continueLoop(): void {}

  override breakLoop(): void {}
}
