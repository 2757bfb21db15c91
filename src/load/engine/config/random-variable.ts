import { type Element, textOf } from '../../jmx/element.ts';
import type { Text } from '../../text/template.ts';
import { JavaRandom } from '../java-random.ts';
import { toBoolean, toLong } from '../numbers.ts';
import type { Config, Scope, Supported } from '../support.ts';
import type { User } from '../user.ts';
import { Formats, inspectFormat, noSuchFormat } from './counter.ts';

/** A random number into a variable, at each iteration of the controller above. */
export const randomVariable: Supported = {
  role: 'config',
  title: 'Random Variable',
  refuses: [noSuchFormat],
  inspect: (element) => inspectFormat(textOf(element, 'outputFormat')),
  compile: (element, scope) => new RandomVariable(element, scope),
};

/** Settled by who comes first: each user, or all together. */
interface Source {
  readonly least: number;
  /** So many numbers from the least on; 0 where there are none. */
  readonly range: number;
  next(): number;
}

const widest = 2 ** 31 - 1;

class RandomVariable implements Config {
  readonly #least: Text;
  readonly #most: Text;
  readonly #name: Text;
  readonly #format: Text;
  readonly #seed: Text;
  readonly #perUser: boolean;
  readonly #formats = new Formats();
  #common: Source | undefined;

  constructor(element: Element, scope: Scope) {
    this.#least = scope.text(element, 'minimumValue');
    this.#most = scope.text(element, 'maximumValue');
    this.#name = scope.text(element, 'variableName');
    this.#format = scope.text(element, 'outputFormat');
    this.#seed = scope.text(element, 'randomSeed');
    this.#perUser = toBoolean(textOf(element, 'perThread'));
  }

  iterate(user: User): void {
    const source = this.#perUser ? user.slot(this, () => this.#source(user)) : this.#ofAll(user);
    if (source.range <= 0) return;
    const value = source.least + source.next();
    user.variables.set(this.#name.of(user), this.#formats.print(this.#format.of(user), value));
  }

  #ofAll(user: User): Source {
    this.#common ??= this.#source(user);
    return this.#common;
  }

  #source(user: User): Source {
    const [least, most] = [toLong(this.#least.of(user)), toLong(this.#most.of(user))];
    const range = least > most ? 0 : Math.min(most - least + 1, widest);
    const seed = this.#seed.of(user);
    const { random } = user.run;
    if (!/^[+-]?\d{1,19}$/.test(seed)) return { least, range, next: () => Math.floor(random() * range) };
    const java = new JavaRandom(BigInt(seed));
    return { least, range, next: () => java.nextInt(range) };
  }
}
