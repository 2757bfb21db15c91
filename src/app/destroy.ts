import { RelevoError } from '../domain/failure.ts';
import type { WriteSession } from '../reconcile/write-session.ts';
import { controllersMayTake, openCluster, type Project, writeSession } from './project.ts';

/** What needs a person. */
export interface DestroyConsent {
  /** Throws where the answer is no. */
  ask(): Promise<void>;
  /** What is being removed. */
  onLine(line: string): void;
  /** Machines that do not answer and are left as they are. */
  readonly left: readonly string[];
}

export interface Destroyed {
  /** There was nothing. */
  readonly empty: boolean;
  /** A line for each thing. */
  readonly removed: readonly string[];
}

/** Removes all that was ever made for the project. */
export async function destroy(project: Project, consent: DestroyConsent): Promise<Destroyed> {
  const { provider, access, cache } = project.doors;
  const areMade = provider.loss === undefined || provider.machines !== undefined;
  if (consent.left.length > 0 && areMade) throw madeHere(consent.left);
  const { empty } = await provider.observe();
  if (!empty) await consent.ask();
  await using session = writeSession(project);
  await keepStill(session, project);
  const removed: string[] = [];
  const onLine = (line: string) => {
    removed.push(line);
    consent.onLine(line);
  };
  await provider.destroy(onLine, consent.left);
  await session.abandon();
  await access.forget();
  await cache.forget(project.spec.name);
  return { empty, removed };
}

/**
 * Else controllers would repair what is being removed. Where the cluster can't be written by us, it can't by them either; and a
 * controller that does not end what it does within the limit is no reason to leave everything.
 */
async function keepStill(session: WriteSession, project: Project): Promise<void> {
  try {
    await session.open(() => openCluster(project), controllersMayTake);
  } catch (error) {
    if (!(error instanceof RelevoError)) throw error;
  }
}

function madeHere(left: readonly string[]): RelevoError {
  const message = `${left.join(', ')}: machines that Relevo or Vagrant makes go whether or not they answer, and are never left behind`;
  return new RelevoError({ code: 'usage', message, hint: 'leave `--without` away' });
}
