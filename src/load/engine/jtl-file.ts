import { closeSync, openSync, statSync, writeFileSync } from 'node:fs';
import { RelevoError } from '../../domain/failure.ts';
import type { JtlOrder } from '../load-engine.ts';
import { headerWith, type OwnColumn, rowWith } from '../results/csv.ts';
import { xmlFooter, xmlHeader, xmlRow } from '../results/xml.ts';
import type { Sample } from '../sample.ts';

export interface LogOrder extends JtlOrder {
  /** Beside JMeter's, in CSV; in XML what is known of a sample is written there. */
  readonly own: readonly OwnColumn[];
}

/** Characters that are gathered before they are written. */
const chunk = 64 * 1024;

/**
 * The file of all samples. Whoever conducts the run begins and ends it; each worker appends whole rows, which the kernel puts
 * one after another.
 */
export class JtlFile {
  readonly #path: string;
  readonly #file: number;
  readonly #row: (sample: Sample) => string;
  #rows = '';
  #isBroken = false;

  constructor({ path, format, own }: LogOrder) {
    this.#path = path;
    this.#row = format === 'csv' ? rowWith(own) : xmlRow;
    this.#file = open(path, 'a');
  }

  static begin({ path, format, own }: LogOrder): void {
    const file = open(path, 'w');
    write(path, file, format === 'csv' ? headerWith(own) : xmlHeader);
    closeSync(file);
  }

  static end({ path, format }: JtlOrder): void {
    if (format === 'csv') return;
    const file = open(path, 'a');
    write(path, file, xmlFooter);
    closeSync(file);
  }

  /** Throws RelevoError where rows can't be written; nothing is written any more then. */
  add(sample: Sample): void {
    if (this.#isBroken) return;
    this.#rows += this.#row(sample);
    if (this.#rows.length >= chunk) this.flush();
  }

  flush(): void {
    const rows = this.#rows;
    this.#rows = '';
    if (rows === '') return;
    this.#isBroken = true;
    write(this.#path, this.#file, rows);
    this.#isBroken = false;
  }

  close(): void {
    try {
      this.flush();
    } finally {
      closeSync(this.#file);
    }
  }
}

function open(path: string, flags: 'a' | 'w'): number {
  if (statSync(path, { throwIfNoEntry: false })?.isFIFO())
    throw unwritable(path, 'it is a pipe, and users would wait for its reader');
  try {
    return openSync(path, flags);
  } catch (error) {
    throw unwritable(path, error);
  }
}

function write(path: string, file: number, text: string): void {
  try {
    writeFileSync(file, text); // all of it, or it throws
  } catch (error) {
    throw unwritable(path, error);
  }
}

function unwritable(path: string, error: unknown): RelevoError {
  const why = error instanceof Error ? error.message : String(error);
  return new RelevoError({ code: 'failed', message: `The log ${path} can't be written: ${why}` }, { cause: error });
}
