import { setFlagsFromString } from 'node:v8';
import { RelevoError } from '../../domain/failure.ts';
import { bounded, patience, TookTooLong } from './bounded.ts';
import { type Cost, Malformed, type Translated, translate } from './oro.ts';
import { remembered } from './remembered.ts';

/*
 * Regexes of a plan on answers that anybody may have made must neither hang nor be slow. Measured on a page of 20 kB with
 * `name="token" value="(.+?)"` in its middle (CPU time, Node 24): V8 6 us, re2js (RE2 in JavaScript) 87 us and 4.5 ms to find
 * all links where V8 takes 65 us, V8 under a watchdog of node:vm 310 us. So V8 it is, made safe in three ways:
 * - V8 has a second engine whose time is linear. It goes over to it by itself after 50,000 backtracks, with the flag below; that
 *   costs ordinary patterns nothing.
 * - That engine knows no lookaround, no references and no large counts. Such a pattern says itself how many steps it may need at
 *   most: up to `affordable`, V8 just runs; `[0-9a-f]{32}` is of this kind.
 * - The rest runs under the watchdog, and so does what is linear where text and pattern are large. A pattern that was given up
 *   five times is not tried again.
 * Oro knows no possessive quantifiers and no lookbehind, and finds no more than V8 does.
 */
setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks');
// Only makes the flag `l` known, by which V8 tells whether the linear engine could take a pattern.
setFlagsFromString('--enable-experimental-regexp-engine');

const affordable = 2_000_000;

/** A match: the whole, then its groups; a group that took no part is undefined. */
export type Match = readonly (string | undefined)[];

/** A regular expression as JMeter reads it. All of them throw RelevoError where it takes too long. */
export interface Regex {
  /** The first match from there on. */
  find(input: string): Match | undefined;
  /** All matches, one after another; at most so many. */
  findAll(input: string, most?: number): Match[];
  /**
   * Oro's `matches`: the first way to match from the beginning must end at the end. So `a|ab` does not match `ab`, and `a.*?`
   * only matches `a`.
   */
  matches(input: string): boolean;
}

/** Throws MalformedRegex where Oro would not compile it. */
export const compileRegex: (pattern: string) => Regex = remembered((pattern) => new OroRegex(pattern));

/** One way to write it, and whether V8 can do it in linear time. */
interface Compiled {
  readonly global: RegExp;
  readonly sticky: RegExp;
  readonly linear: boolean;
}

class OroRegex implements Regex {
  readonly #pattern: string;
  readonly #what: string;
  readonly #cost: Cost;
  readonly #translated: Translated;
  #plain: Compiled | undefined;
  #full: Compiled | undefined;
  #givenUp = 0;

  constructor(pattern: string) {
    this.#pattern = pattern;
    this.#what = `The regular expression /${pattern.length > 80 ? `${pattern.slice(0, 80)}…` : pattern}/`;
    this.#translated = guarded(this.#what, pattern, () => translate(pattern));
    this.#cost = this.#translated.cost;
    this.#plain = this.#compile(this.#translated.plain);
  }

  find(input: string): Match | undefined {
    const compiled = this.#for(input);
    const { global } = compiled;
    return this.#run(compiled, input.length, input.length, () => {
      global.lastIndex = 0;
      return global.exec(input) ?? undefined;
    });
  }

  findAll(input: string, most = Number.POSITIVE_INFINITY): Match[] {
    const compiled = this.#for(input);
    return this.#run(compiled, input.length, input.length, () => this.#all(compiled.global, input, most));
  }

  matches(input: string): boolean {
    const compiled = this.#for(input);
    const { sticky } = compiled;
    return this.#run(compiled, input.length, 1, () => {
      sticky.lastIndex = 0;
      const match = sticky.exec(input);
      return match !== null && match[0].length === input.length;
    });
  }

  #all(global: RegExp, input: string, most: number): Match[] {
    const found: Match[] = [];
    const deadline = performance.now() + patience;
    let end = -1;
    global.lastIndex = 0;
    while (found.length < most) {
      const match = global.exec(input);
      if (match === null) break;
      const empty = match[0] === '';
      // As in Perl, no empty match directly after another one.
      if (!empty || match.index !== end) found.push(match);
      end = match.index + match[0].length;
      if (empty) global.lastIndex = end + 1;
      if ((found.length & 7) === 7 && performance.now() > deadline) throw new TookTooLong(this.#what);
    }
    return found;
  }

  #for(input: string): Compiled {
    const { plain, full } = this.#translated;
    if (plain !== full && input.endsWith('\n')) {
      this.#full ??= this.#compile(full);
      return this.#full;
    }
    this.#plain ??= this.#compile(plain);
    return this.#plain;
  }

  #compile(source: string): Compiled {
    return guarded(this.#what, this.#pattern, () => {
      const [global, sticky] = [new RegExp(source, 'g'), new RegExp(source, 'y')];
      // V8 compiles at the first use, and complains of what is too large only then.
      global.exec('');
      return { global, sticky, linear: isLinear(source) };
    });
  }

  #run<T>({ linear, global }: Compiled, length: number, starts: number, work: () => T): T {
    const { choices, degree } = this.#cost;
    if (linear && length * global.source.length <= 10 * affordable) return work();
    if (starts * choices * length ** degree <= affordable) return work();
    return this.#watched(work);
  }

  /** What was given up often would be again: answers must not keep everybody waiting, each for its own. */
  #watched<T>(work: () => T): T {
    if (this.#givenUp >= 5) throw new TookTooLong(this.#what);
    try {
      return bounded(this.#what, work);
    } catch (error) {
      if (error instanceof TookTooLong) this.#givenUp += 1;
      throw error;
    }
  }
}

function isLinear(source: string): boolean {
  try {
    new RegExp(source, 'l').exec('');
    return true;
  } catch {
    return false;
  }
}

/** Oro would not compile it. */
export class MalformedRegex extends RelevoError {
  readonly pattern: string;
  /** Oro's words. */
  readonly reason: string;

  constructor(what: string, pattern: string, reason: string) {
    super({ code: 'invalid-file', message: `${what} is malformed: ${reason}` });
    this.pattern = pattern;
    this.reason = reason;
  }
}

function guarded<T>(what: string, pattern: string, compile: () => T): T {
  try {
    return compile();
  } catch (error) {
    const known = error instanceof Malformed || error instanceof SyntaxError || error instanceof RangeError;
    if (!known) throw error;
    throw new MalformedRegex(what, pattern, error.message);
  }
}
