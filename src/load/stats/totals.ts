import type { LoadFigures, LoadResult } from '../../domain/load.ts';
import { Book, Codes, Errors } from './book.ts';
import type { AccountsDelta, FiguresDelta } from './delta.ts';
import { Figures, loadFigures } from './figures.ts';
import { Spell } from './spell.ts';

/** The part of the result that samples make. */
export type Measured = Pick<LoadResult, 'startedAt' | 'seconds' | 'total' | 'labels' | 'servers' | 'errors' | 'codes'>;

/** CPU that is as good as all there is. */
const saturated = 0.95;

/**
 * Milliseconds for which what is to do waits in the generator. Some hundred users without a pause before a quick site make turns of
 * 10 to 20 ms, which is no reason to throw a run away.
 */
const [delaying, lagging] = [10, 25];
/** Of measured times: what is less tells of the site all the same. */
const greatPart = 0.2;

/** Adds deltas of all workers and machines. */
export class Totals {
  readonly #labels = new Book('labels');
  readonly #transactions = new Book('labels');
  readonly #servers = new Book('servers');
  readonly #within = new Figures();
  readonly #errors = new Errors();
  readonly #codes = new Codes();
  #span: readonly [from: number, to: number] | undefined;
  /** Requests so far, and those that failed or are unknown. */
  samples = 0;
  errors = 0;
  late = 0;
  dropped = 0;
  busiest = 0;
  greatestLag = 0;
  /**
   * Deltas so far, one a second or so, and those of them that told of a saturated CPU, and of answers that waited for a great part of
   * their time: more than 10 ms (`delay`), and more than 25 ms (`lag`).
   */
  seconds = 0;
  readonly saturation = new Spell();
  readonly delay = new Spell();
  readonly lag = new Spell();

  add(delta: AccountsDelta): void {
    for (const each of delta.labels) {
      const figures = (each.inside === undefined ? this.#labels : this.#transactions).of(each.name);
      figures.add(each);
      if (each.inside === undefined) this.#count(each);
    }
    for (const each of delta.within) {
      this.#within.add(each);
      this.#count(each);
    }
    for (const each of delta.servers) this.#servers.of(each.name).add(each);
    for (const each of delta.errors) this.#errors.count(each);
    for (const [code, count] of Object.entries(delta.codes)) this.#codes.count(code, count);
    this.#span = union(this.#span, delta.span);
    this.late += delta.late;
    this.dropped += delta.dropped;
    this.busiest = Math.max(this.busiest, delta.busy);
    this.greatestLag = Math.max(this.greatestLag, delta.lag);
    this.seconds += 1;
    this.saturation.add(delta.busy >= saturated);
    const isGreat = delta.lag > delaying && delta.lag > greatPart * meanOf(delta);
    this.delay.add(isGreat);
    this.lag.add(isGreat && delta.lag > lagging);
  }

  #count({ ok, failed, unknown }: FiguresDelta): void {
    this.samples += ok + failed + unknown;
    this.errors += failed + unknown;
  }

  /** Of the first sample's start and the last one's end, milliseconds since 1970; undefined where there was none. */
  get span(): AccountsDelta['span'] {
    return this.#span;
  }

  /** `startedAt` where nothing was sampled: milliseconds since 1970. */
  measured(startedAt: number): Measured {
    const [from, to] = this.#span ?? [startedAt, startedAt];
    const seconds = (to - from) / 1000;
    const figures = ([name, each]: readonly [string, Figures]): LoadFigures => loadFigures(name, each, seconds);
    return {
      startedAt: new Date(from).toISOString(),
      seconds,
      total: loadFigures('', this.#total(), seconds),
      labels: [...this.#labels.entries(), ...this.#transactions.entries()].map(figures),
      servers: this.#servers.entries().map(figures).toSorted(byName),
      errors: this.#errors.all().toSorted((a, b) => b.count - a.count || (key(a) < key(b) ? -1 : 1)),
      codes: this.#codes.all(),
    };
  }

  /** A transaction's sample is no request, so it is left out; its requests are not. */
  #total(): Figures {
    const total = this.#requests();
    if (this.hidesRequests) total.addFigures(this.#sumOfTransactions());
    return total;
  }

  /**
   * A CSV log does not tell whether a transaction's requests are there besides: where they can't all be, transactions count, lest
   * their errors be lost. Each label is looked at alone: one request counts for all transactions that it is in.
   */
  get hidesRequests(): boolean {
    const all = this.#requests();
    const inside = this.#transactions.entries().flatMap(([, each]) => each.inside ?? []);
    return inside.some(({ requests, failed }) => requests > all.samples || failed > all.samples - all.ok);
  }

  #requests(): Figures {
    const sum = new Figures();
    for (const [, each] of this.#labels.entries()) sum.addFigures(each);
    sum.addFigures(this.#within);
    return sum;
  }

  #sumOfTransactions(): Figures {
    const sum = new Figures();
    for (const [, each] of this.#transactions.entries()) sum.addFigures(each);
    return sum;
  }
}

/** Of requests, in milliseconds from sending to answer; 0 where none was answered. */
function meanOf({ labels, within }: AccountsDelta): number {
  const all = new Figures();
  for (const each of [...labels, ...within]) if (each.inside === undefined) all.add(each);
  return all.service.mean;
}

function union(a: AccountsDelta['span'], b: AccountsDelta['span']): AccountsDelta['span'] {
  if (a === undefined || b === undefined) return a ?? b;
  return [Math.min(a[0], b[0]), Math.max(a[1], b[1])];
}

const byName = (a: LoadFigures, b: LoadFigures): number => a.name.localeCompare(b.name, 'en', { numeric: true });
const key = ({ code, message }: { code: string; message: string }): string => `${code}\n${message}`;
