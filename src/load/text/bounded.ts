import { createContext, Script } from 'node:vm';
import { RelevoError } from '../../domain/failure.ts';

/** What one look at an answer may take, in milliseconds. */
export const patience = 250;
/** And what it may take to read one; large ones are read a megabyte in some 50 ms. */
export const readingPatience = 1000;

/** Work on somebody else's data that went on for too long. */
export class TookTooLong extends RelevoError {
  constructor(what: string, milliseconds = patience) {
    super({ code: 'failed', message: `${what} took more than ${milliseconds} ms and was given up.` });
  }
}

const sandbox: { work?: () => unknown } = createContext({});
const script = new Script('work()');

/**
 * Does it, and stops it wherever it is when its time is over: only for work whose own objects are all that it leaves half done.
 * The watchdog behind it costs about 0.3 ms of CPU, so what is known to be short does without.
 */
export function bounded<T>(what: string, work: () => T, milliseconds = patience): T {
  const outer = sandbox.work;
  sandbox.work = work;
  try {
    return script.runInContext(sandbox, { timeout: milliseconds }) as T;
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT')
      throw new TookTooLong(what, milliseconds);
    throw error;
  } finally {
    if (outer === undefined) delete sandbox.work;
    else sandbox.work = outer;
  }
}
