import { RelevoError } from '../domain/failure.ts';
import type { Process } from '../ports/process.ts';

/** What steers relevo, its terminal and its downloads. */
const kept = [
  ...['LXD_DIR', 'RELEVO_HOME', 'RELEVO_CACHE', 'RELEVO_IMAGE_SERVER', 'RELEVO_IMAGE_SERVER_CERTIFICATE'],
  ...['NO_COLOR', 'FORCE_COLOR', 'TERM', 'CI'],
  ...['http_proxy', 'https_proxy', 'no_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'],
];

/**
 * Root is needed for packages, LXD and namespaces: other users go through sudo, which runs this very command line again.
 * Resolves to its exit code; undefined: this process is root's already. `secrets`: environment variables that the user's file
 * names; by name, so that no value shows up in a process list.
 */
export async function asRoot(process: Process, secrets: readonly string[] = []): Promise<number | undefined> {
  if (process.uid === 0) return undefined;
  const names = [...kept, ...secrets].filter((name) => process.env[name] !== undefined);
  try {
    return await process.handOver(['sudo', `--preserve-env=${names.join(',')}`, '--', ...process.command]);
  } catch (error) {
    if (!(error instanceof RelevoError)) throw error;
    throw noSudo(error);
  }
}

function noSudo(cause: Error): RelevoError {
  const failure = {
    code: 'host-lacks',
    message: 'this needs root, and there is no sudo',
    hint: 'run it as root',
  } as const;
  return new RelevoError(failure, { cause });
}
