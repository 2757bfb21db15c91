import { accessSync, constants, readFileSync, realpathSync, statSync } from 'node:fs';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { RelevoError } from '../../domain/failure.ts';
import type { PlanFiles } from './user.ts';

/** Bytes of a file that a plan names. */
const largest = 512 * 1024 * 1024;

/** Files of a plan, by paths from its directory on: in it only, links followed, unless any file may be read. */
export class FilesOf implements PlanFiles {
  readonly #directory: string;
  readonly #any: boolean;

  constructor(directory: string, any: boolean) {
    this.#directory = resolve(directory);
    this.#any = any;
  }

  resolve(path: string): string {
    const real = this.#real(path);
    if (!this.#any && !isBelow(realpathSync(this.#directory), real)) throw elsewhere(path, this.#directory);
    return real;
  }

  /** Throws what `read` would throw. */
  look(path: string): string {
    const real = this.resolve(path);
    const stat = statSync(real);
    if (!stat.isFile()) throw unreadable(path, 'it is no file');
    if (stat.size > largest) throw unreadable(path, `it is larger than ${largest / 1024 / 1024} MiB`);
    try {
      accessSync(real, constants.R_OK);
    } catch (error) {
      throw unreadable(path, reason(error), error);
    }
    return real;
  }

  read(path: string): Buffer {
    const real = this.look(path);
    try {
      return readFileSync(real);
    } catch (error) {
      throw unreadable(path, reason(error), error);
    }
  }

  #real(path: string): string {
    const full = resolve(this.#directory, path);
    if (path.includes('\0')) throw unreadable('(a name with a zero in it)', 'no file has such a name');
    if (!this.#any && !isBelow(this.#directory, full)) throw elsewhere(path, this.#directory);
    try {
      return realpathSync(full);
    } catch (error) {
      throw unreadable(path, reason(error), error, `It was looked for in ${this.#directory}`);
    }
  }
}

function isBelow(directory: string, path: string): boolean {
  const from = relative(directory, path);
  return from !== '..' && !from.startsWith(`..${sep}`) && !isAbsolute(from);
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function elsewhere(path: string, directory: string): RelevoError {
  return new RelevoError({
    code: 'refused',
    message: `The plan names ${path}, which is not below its directory`,
    hint: `Move the file below ${directory}, or say --any-file if you trust the plan`,
  });
}

function unreadable(path: string, why: string, cause?: unknown, hint?: string): RelevoError {
  return new RelevoError(
    {
      code: 'not-found',
      message: `The plan's file ${path} can't be read: ${why}`,
      ...(hint !== undefined && { hint }),
    },
    { cause },
  );
}
