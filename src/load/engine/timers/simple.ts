import type { Element } from '../../jmx/element.ts';
import type { Text } from '../../text/template.ts';
import { toDouble, toLong } from '../numbers.ts';
import type { Scope, Supported, Timer } from '../support.ts';
import type { User } from '../user.ts';
import { poisson } from './poisson.ts';

/** Milliseconds out of a timer's two numbers; the offset is what a constant timer waits. */
type Delay = (offset: number, range: number, random: () => number) => number;

function timer(title: string, delay: Delay): Supported {
  return { role: 'timer', title, compile: (element, scope) => compile(element, scope, delay) };
}

function compile(element: Element, scope: Scope, delay: Delay): Timer {
  const offset = scope.text(element, 'ConstantTimer.delay');
  const range = scope.text(element, 'RandomTimer.range');
  const [fixedOffset, fixedRange] = [fixed(offset, toLong), fixed(range, toDouble)];
  return {
    delay: (user: User) =>
      delay(fixedOffset ?? toLong(offset.of(user)), fixedRange ?? toDouble(range.of(user)), user.run.random),
  };
}

function fixed({ constant }: Text, read: (text: string) => number): number | undefined {
  return constant === undefined ? undefined : read(constant);
}

/** Of the standard normal distribution (Box and Muller). */
function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

export const constantTimer = timer('Constant Timer', (offset) => offset);

export const uniformTimer = timer('Uniform Random Timer', (offset, range, random) =>
  Math.trunc(Math.abs(random() * range + offset)),
);

export const gaussianTimer = timer('Gaussian Random Timer', (offset, range, random) =>
  Math.trunc(Math.abs(gaussian(random) * range + offset)),
);

export const poissonTimer = timer('Poisson Random Timer', (offset, range, random) =>
  Math.abs(poisson(Math.round(range), random) + offset),
);
