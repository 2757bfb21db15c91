import type { Sample } from '../sample.ts';
import { Book, Codes, Errors } from './book.ts';
import type { AccountsDelta } from './delta.ts';

/** One worker's account of its samples: cheap for each of them, and taken away as deltas again and again. */
export class Accounts {
  readonly #labels = new Book('labels');
  readonly #transactions = new Book('labels');
  readonly #servers = new Book('servers');
  #errors = new Errors();
  #codes = new Codes();
  #from = Number.POSITIVE_INFINITY;
  #to = Number.NEGATIVE_INFINITY;
  #late = 0;
  #dropped = 0;

  record(sample: Sample): void {
    const inside = requestsBeside(sample);
    if (inside === undefined) this.#recordRequest(sample);
    else {
      const figures = this.#transactions.of(sample.label);
      figures.record(sample);
      figures.inside = (figures.inside ?? 0) + inside;
    }
    const { start } = sample;
    if (start < this.#from) this.#from = start;
    if (start + sample.elapsed > this.#to) this.#to = start + sample.elapsed;
  }

  /** A request began more than 10 ms after its time. */
  late(): void {
    this.#late += 1;
  }

  /** Starts of an open model did not happen. */
  dropped(starts = 1): void {
    this.#dropped += starts;
  }

  /** What was recorded since the last time. `busy`: CPU time per second and core since then, 0 to 1. */
  take({ users, busy }: { readonly users: number; readonly busy: number }): AccountsDelta {
    const delta: AccountsDelta = {
      labels: [...this.#labels.take(), ...this.#transactions.take()],
      servers: this.#servers.take(),
      errors: this.#errors.all(),
      codes: this.#codes.all(),
      ...(this.#to >= this.#from && { span: [this.#from, this.#to] }),
      ...{ users, busy, late: this.#late, dropped: this.#dropped },
    };
    this.#errors = new Errors();
    this.#codes = new Codes();
    this.#from = Number.POSITIVE_INFINITY;
    this.#to = Number.NEGATIVE_INFINITY;
    this.#late = this.#dropped = 0;
    return delta;
  }

  #recordRequest(sample: Sample): void {
    this.#labels.of(sample.label).record(sample);
    if (sample.server !== '') this.#servers.of(sample.server).record(sample);
    this.#codes.count(sample.code, 1);
    if (!sample.success) this.#errors.count(errorOf(sample));
  }
}

const noAnswer = 'Non HTTP response code';

/** How JMeter's transaction controllers begin their samples' messages; reports tell them by it. */
const ofTransactions = 'Number of samples in transaction : ';

/** Of how many requests it is the transaction, where these have samples of their own; undefined for all else. */
function requestsBeside({ message, children, url }: Sample): number | undefined {
  // A request has a URL; the reason of its status is the server's, who might say anything.
  if (!message.startsWith(ofTransactions) || children.length > 0 || url !== '') return undefined;
  return Number.parseInt(message.slice(ofTransactions.length), 10) || 0;
}

/** What failed: of a transaction that has its requests inside, the first of these. */
function errorOf(sample: Sample): { code: string; message: string; count: number } {
  const { code, message, failure, children } = sample;
  const failed = message.startsWith(ofTransactions) ? children.find(({ success }) => !success) : undefined;
  if (failed !== undefined) return errorOf(failed);
  // what an assertion says of an answer that never came is no news
  return { code, message: failure === '' || code.startsWith(noAnswer) ? message : failure, count: 1 };
}
