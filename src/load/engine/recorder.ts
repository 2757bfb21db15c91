import type { Sample } from '../sample.ts';
import { Accounts } from '../stats/accounts.ts';
import type { AccountsDelta } from '../stats/delta.ts';
import { Busy, Lag } from './cpu.ts';
import { JtlFile, type LogOrder } from './jtl-file.ts';
import type { Report } from './report.ts';

/** Accounts for all samples of one worker, and writes them down where they shall be. */
export class Recorder implements Report {
  readonly #accounts = new Accounts();
  readonly #busy = new Busy();
  readonly #lag = new Lag();
  readonly #jtl: JtlFile | undefined;
  #isWarm = false;

  constructor(jtl: LogOrder | undefined) {
    this.#jtl = jtl && new JtlFile(jtl);
  }

  sample(sample: Sample): void {
    this.#accounts.record(sample);
    this.#jtl?.add(sample);
  }

  /** The very first one is late since the program is only being loaded: that tells nothing of the rest. */
  began(late: boolean): void {
    if (late && this.#isWarm) this.#accounts.late();
    this.#isWarm = true;
  }

  dropped(): void {
    this.#accounts.dropped();
  }

  /** What was recorded since the last time. */
  take(users: number): AccountsDelta {
    return this.#accounts.take({ users, busy: this.#busy.take(), lag: this.#lag.take() });
  }

  /** Writes what there is for the log; throws RelevoError where that can't be, once. */
  flush(): void {
    this.#jtl?.flush();
  }

  close(): void {
    this.#lag.close();
    this.#jtl?.close();
  }
}
