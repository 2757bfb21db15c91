import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';

/** A directory for one run of JMeter, which only we may enter; gone afterwards. */
export interface Workspace extends Disposable {
  readonly plan: string;
  readonly log: string;
  readonly results: string;
  /** Where JMeter's other files go: Java's preferences, and dumps. */
  readonly directory: string;
}

/**
 * Puts the plan where the files that it names are found: JMeter looks for them beside the plan, and people's directory is no
 * place for a plan that we wrote. So the plan's directory stands there again, and all above it, as links.
 */
export function workspace(plan: string, planDirectory: string): Workspace {
  const directory = mkdtempSync(join(tmpdir(), 'relevo-jmeter-'));
  const mirrored = mirror(resolve(planDirectory), join(directory, 'root'));
  const path = join(mirrored, `${basename(directory)}.jmx`);
  writeFileSync(path, plan, { mode: 0o600 });
  return {
    ...{ plan: path, directory, log: join(directory, 'jmeter.log'), results: join(directory, 'results.jtl') },
    [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** The like of a directory, with links to all that is in it except what is mirrored itself; likewise of those above, for `../data.csv`. */
function mirror(from: string, root: string, except?: string): string {
  const above = dirname(from);
  const to = above === from ? root : join(mirror(above, root, basename(from)), basename(from));
  mkdirSync(to, { recursive: true, mode: 0o700 });
  for (const name of namesIn(from)) if (name !== except) symlinkSync(join(from, name), join(to, name));
  return to;
}

/** Whoever may not list a directory above does not have its other files. */
function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EACCES') return [];
    throw error;
  }
}
