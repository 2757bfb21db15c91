/**
 * The language of the Open Model Thread Group (5.5 and later): `rate(10/sec) random_arrivals(1 min) pause(5 s)`; case does not
 * matter, and there are comments as in Java. A rate changes evenly over the arrivals between two different ones.
 */

/** Seconds and arrivals per second. */
export type ScheduleStep =
  | { readonly is: 'rate'; readonly rate: number }
  | { readonly is: 'arrivals'; readonly random: boolean; readonly seconds: number };

/** Why it can't be read; a sentence for people. */
export class ScheduleError extends Error {
  override readonly name = 'ScheduleError';
}

interface Token {
  readonly text: string;
  readonly at: number;
  readonly kind: 'number' | 'word' | 'sign';
}

const token =
  /(?<skip>\s+|\/\*[\s\S]*?\*\/|\/\/[^\n\r]*)|(?<number>\d+(?:\.\d+)?|\.\d+)|(?<word>[A-Za-z][A-Za-z0-9_]*)|(?<sign>[()/])/y;

/** No schedule of people is longer. */
const longest = 20_000;

export function parseSchedule(text: string): readonly ScheduleStep[] {
  if (/^[+-]?\d{1,9}$/.test(text)) return plainNumber(Number(text));
  return new Parser(text).parse();
}

/** A second of so many, and an hour without any for them to end in. */
function plainNumber(rate: number): readonly ScheduleStep[] {
  const arrivals = (seconds: number): ScheduleStep => ({ is: 'arrivals', random: false, seconds });
  return [{ is: 'rate', rate }, arrivals(1), { is: 'rate', rate }, { is: 'rate', rate: 0 }, arrivals(3600)];
}

function tokensOf(text: string): Token[] {
  if (text.length > longest) throw new ScheduleError(`The schedule is longer than ${longest} characters`);
  const tokens: Token[] = [];
  for (let at = 0; at < text.length; ) {
    token.lastIndex = at;
    const groups = token.exec(text)?.groups;
    if (!groups) throw new ScheduleError(`"${text.slice(at, at + 20)}" at position ${at} can't be read`);
    const [kind, found] = Object.entries(groups).find(([, value]) => value !== undefined) as [string, string];
    if (kind !== 'skip') tokens.push({ text: found, at, kind: kind as Token['kind'] });
    at += found.length;
  }
  return tokens;
}

class Parser {
  readonly #tokens: Token[];
  #next = 0;
  #rate = 0;

  constructor(text: string) {
    this.#tokens = tokensOf(text);
  }

  parse(): ScheduleStep[] {
    const steps: ScheduleStep[] = [];
    while (this.#peek()) steps.push(...this.#step());
    return steps;
  }

  #step(): ScheduleStep[] {
    const name = this.#take('word', 'rate, random_arrivals, even_arrivals or pause').toLowerCase();
    this.#sign('(');
    const steps = this.#body(name);
    this.#sign(')');
    return steps;
  }

  #body(name: string): ScheduleStep[] {
    if (name === 'rate') return [{ is: 'rate', rate: this.#readRate() }];
    if (name === 'random_arrivals' || name === 'even_arrivals') {
      return [{ is: 'arrivals', random: name === 'random_arrivals', seconds: this.#duration() }];
    }
    if (name === 'pause') return this.#pause();
    throw new ScheduleError(`"${name}" is none of rate, random_arrivals, even_arrivals and pause`);
  }

  #readRate(): number {
    const value = Number(this.#take('number', 'a number'));
    if (value === 0 && this.#peek()?.text === ')') this.#rate = 0;
    else {
      const slash = this.#peek();
      if (slash?.text !== '/' && slash?.text.toLowerCase() !== 'per') throw this.#wrong('"/"');
      this.#next += 1;
      this.#rate = value / this.#unit();
    }
    return this.#rate;
  }

  #pause(): ScheduleStep[] {
    const arrivals: ScheduleStep = { is: 'arrivals', random: false, seconds: this.#duration() };
    const [rate, none]: ScheduleStep[] = [
      { is: 'rate', rate: this.#rate },
      { is: 'rate', rate: 0 },
    ];
    if (!rate || !none || this.#rate === 0) return [arrivals, { is: 'rate', rate: 0 }];
    return [rate, none, arrivals, none, rate];
  }

  /** `1 min 30 sec`. */
  #duration(): number {
    let seconds = 0;
    do {
      const value = Number(this.#take('number', 'a number'));
      if (value === 0 && this.#peek()?.text === ')') break;
      seconds += value * this.#unit();
    } while (this.#peek()?.kind === 'number');
    return seconds;
  }

  #unit(): number {
    const unit = this.#take('word', 'a unit of time: ms, sec, min, hour or day').toLowerCase();
    if (unit === 'ms') return 0.001;
    if (unit === 's' || unit.startsWith('sec')) return 1;
    if (unit === 'm' || unit.startsWith('min')) return 60;
    if (unit === 'h' || unit.startsWith('hour')) return 3600;
    if (unit === 'd' || unit.startsWith('day')) return 86_400;
    throw new ScheduleError(`"${unit}" is no unit of time: ms, sec, min, hour or day`);
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#next];
  }

  #take(kind: Token['kind'], expected: string): string {
    const found = this.#peek();
    if (found?.kind !== kind) throw this.#wrong(expected);
    this.#next += 1;
    return found.text;
  }

  #sign(sign: string): void {
    if (this.#peek()?.text !== sign) throw this.#wrong(`"${sign}"`);
    this.#next += 1;
  }

  #wrong(expected: string): ScheduleError {
    const found = this.#peek();
    const where = found ? `at position ${found.at} there is "${found.text}"` : 'it ends';
    return new ScheduleError(`${where} where ${expected} should be`);
  }
}
