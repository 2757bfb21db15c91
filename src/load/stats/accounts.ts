import type { Sample } from '../sample.ts';
import { Book, Codes, Errors } from './book.ts';
import type { AccountsDelta, Inside } from './delta.ts';
import { Figures, nothingInside } from './figures.ts';

/** One worker's account of its samples: cheap for each of them, and taken away as deltas again and again. */
export class Accounts {
  readonly #labels = new Book('labels');
  readonly #transactions = new Book('labels');
  readonly #servers = new Book('servers');
  readonly #within = new Figures();
  #errors = new Errors();
  #codes = new Codes();
  #from = Number.POSITIVE_INFINITY;
  #to = Number.NEGATIVE_INFINITY;
  #late = 0;
  #dropped = 0;

  record(sample: Sample): void {
    if (isTransaction(sample)) this.#recordTransaction(sample);
    else {
      this.#labels.of(sample.label).record(sample);
      this.#countRequest(sample);
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

  /** What was recorded since the last time, beside what the generator is like now. */
  take({ users, busy, lag = 0 }: Pick<AccountsDelta, 'users' | 'busy'> & { readonly lag?: number }): AccountsDelta {
    const delta: AccountsDelta = {
      labels: [...this.#labels.take(), ...this.#transactions.take()],
      servers: this.#servers.take(),
      within: this.#within.samples > 0 ? [this.#within.take('')] : [],
      errors: this.#errors.all(),
      codes: this.#codes.all(),
      ...(this.#to >= this.#from && { span: [this.#from, this.#to] }),
      ...{ users, busy, lag, late: this.#late, dropped: this.#dropped },
    };
    this.#errors = new Errors();
    this.#codes = new Codes();
    this.#from = Number.POSITIVE_INFINITY;
    this.#to = Number.NEGATIVE_INFINITY;
    this.#late = this.#dropped = 0;
    return delta;
  }

  /** Its requests have samples of their own, or are inside. One that fails though all of these are fine is an error by itself. */
  #recordTransaction(sample: Sample): void {
    const { label, children, beside } = sample;
    const figures = this.#transactions.of(label);
    figures.record(sample);
    figures.addInside(beside || children.length > 0 ? nothingInside : insideOf(sample));
    if (children.length > 0) this.#recordInside(sample);
  }

  #recordInside(transaction: Sample): void {
    const { children, success } = transaction;
    const requests = children.filter((child) => !isTransaction(child));
    for (const child of children) if (isTransaction(child)) this.#recordInside(child);
    if (!success && children.every((child) => child.success)) requests.push(transaction);
    for (const each of requests) {
      this.#within.record(each);
      this.#countRequest(each);
    }
  }

  #countRequest(sample: Sample): void {
    if (sample.server !== '') this.#servers.of(sample.server).record(sample);
    this.#codes.count(sample.code, 1);
    if (!sample.success) this.#errors.count(errorOf(sample));
  }
}

const noAnswer = 'Non HTTP response code';

/** How JMeter's transaction controllers begin their samples' messages; reports tell them by it. */
const ofTransactions = 'Number of samples in transaction : ';

/** A request has a URL; the reason of its status is the server's, who might say anything. */
function isTransaction({ message, url }: Sample): boolean {
  return url === '' && message.startsWith(ofTransactions);
}

function insideOf({ message, success }: Sample): Inside {
  const requests = Number.parseInt(message.slice(ofTransactions.length), 10) || 0;
  return { requests, failed: success ? 0 : 1 };
}

function errorOf({ code, message, failure }: Sample): { code: string; message: string; count: number } {
  // what an assertion says of an answer that never came is no news
  return { code, message: failure === '' || code.startsWith(noAnswer) ? message : failure, count: 1 };
}
