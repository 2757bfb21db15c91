import { type Element, textOf } from '../../jmx/element.ts';
import type { Text } from '../../text/template.ts';
import { toBoolean, toLong } from '../numbers.ts';
import type { Config, Refusal, Scope, Supported } from '../support.ts';
import type { User } from '../user.ts';
import { type DecimalFormat, decimalFormat } from './decimal-format.ts';

/** Of formats, for the docs. */
export const noSuchFormat = 'Number formats with a percent sign or an exponent, or that are none.';

/** Counts iterations of the controller above, for all users or for each. */
export const counter: Supported = {
  role: 'config',
  title: 'Counter',
  limits: ['Several generators count in turn, so that no number comes twice.'],
  refuses: [noSuchFormat],
  inspect: (element) => inspectFormat(textOf(element, 'CounterConfig.format')),
  compile: (element, scope) => new Counter(element, scope),
};

export function inspectFormat(pattern: string): readonly Refusal[] {
  if (pattern === '' || pattern.includes('${') || decimalFormat(pattern)) return [];
  return [{ what: `the number format "${pattern}"`, consequence: 'its numbers would be written otherwise' }];
}

/** Formats by their patterns, which may change from user to user. */
export class Formats {
  readonly #known = new Map<string, DecimalFormat>();

  print(pattern: string, value: number): string {
    if (pattern === '') return `${value}`;
    const known = this.#known.get(pattern) ?? decimalFormat(pattern) ?? String;
    if (this.#known.size < 1000) this.#known.set(pattern, known);
    return known(value);
  }
}

class Counter implements Config {
  readonly #name: Text;
  readonly #start: Text;
  readonly #end: Text;
  readonly #step: Text;
  readonly #format: Text;
  readonly #perUser: boolean;
  readonly #resets: boolean;
  readonly #shared: string;
  readonly #formats = new Formats();

  constructor(element: Element, scope: Scope) {
    this.#name = scope.text(element, 'CounterConfig.name');
    this.#start = scope.text(element, 'CounterConfig.start');
    this.#end = scope.text(element, 'CounterConfig.end');
    this.#step = scope.text(element, 'CounterConfig.incr');
    this.#format = scope.text(element, 'CounterConfig.format');
    this.#perUser = toBoolean(textOf(element, 'CounterConfig.per_user'));
    this.#resets = toBoolean(textOf(element, 'CounterConfig.reset_on_tg_iteration'));
    this.#shared = `counter ${element.path} ${element.line}`;
  }

  iterate(user: User): void {
    const range = this.#range(user);
    const value = this.#perUser ? this.#own(user, range) : this.#common(user, range);
    user.variables.set(this.#name.of(user), this.#formats.print(this.#format.of(user), value));
  }

  #range(user: User): Range {
    const end = this.#end.of(user);
    return {
      start: toLong(this.#start.of(user)),
      end: end === '' ? Number.POSITIVE_INFINITY : toLong(end),
      step: toLong(this.#step.of(user)),
    };
  }

  #own(user: User, { start, end, step }: Range): number {
    const own = user.slot(this, () => ({ next: start, iteration: 1 }));
    if (this.#resets && own.iteration !== user.iteration) own.next = start;
    own.iteration = user.iteration;
    const value = own.next;
    own.next = value + step > end ? start : value + step;
    return value;
  }

  #common(user: User, range: Range): number {
    const { share, shared } = user.run;
    return nth(range, shared.next(this.#shared) * share.of + share.index);
  }
}

interface Range {
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/** It begins anew when it has come beyond its end. */
function nth({ start, end, step }: Range, index: number): number {
  if (start + step > end) return start;
  const round = step > 0 ? Math.floor((end - start) / step) + 1 : Number.POSITIVE_INFINITY;
  return start + (Number.isFinite(round) ? index % round : index) * step;
}
