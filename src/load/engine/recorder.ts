import type { Sample } from '../sample.ts';
import { Accounts } from '../stats/accounts.ts';
import type { AccountsDelta } from '../stats/delta.ts';
import { Busy } from './cpu.ts';
import { JtlFile, type JtlOrder } from './jtl-file.ts';
import type { Report } from './report.ts';

/** Accounts for all samples of one worker, and writes them down where they shall be. */
export class Recorder implements Report {
  readonly #accounts: Accounts;
  readonly #busy = new Busy();
  readonly #jtl: JtlFile | undefined;

  constructor(jtl: JtlOrder | undefined) {
    this.#accounts = new Accounts();
    this.#jtl = jtl && new JtlFile(jtl);
  }

  sample(sample: Sample): void {
    this.#accounts.record(sample);
    this.#jtl?.add(sample);
  }

  late(): void {
    this.#accounts.late();
  }

  dropped(): void {
    this.#accounts.dropped();
  }

  take(users: number): AccountsDelta {
    this.#jtl?.flush();
    return this.#accounts.take({ users, busy: this.#busy.take() });
  }

  close(): void {
    this.#jtl?.close();
  }
}
