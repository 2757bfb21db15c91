import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { RelevoError } from '../domain/failure.ts';

/** What steers relevo, its terminal and its downloads. */
const kept = [
  ...['LXD_DIR', 'RELEVO_HOME', 'RELEVO_CACHE', 'RELEVO_IMAGE_SERVER', 'RELEVO_IMAGE_SERVER_CERTIFICATE'],
  ...['NO_COLOR', 'FORCE_COLOR', 'TERM', 'CI'],
  ...['http_proxy', 'https_proxy', 'no_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'],
];

/**
 * Root is needed for packages, LXD and namespaces: other users go through sudo, which runs this very command line again.
 * `secrets`: environment variables that the user's file names; by name, so that no value shows up in a process list.
 */
export async function asRoot(uid: number, secrets: readonly string[] = []): Promise<void> {
  if (uid === 0) return;
  const names = [...kept, ...secrets].filter((name) => process.env[name] !== undefined);
  const argv = [`--preserve-env=${names.join(',')}`, '--', process.execPath, ...process.execArgv];
  process.exit(await through('sudo', [...argv, ...process.argv.slice(1)]));
}

/** Resolves to the exit code. Keys like Ctrl-C reach the program by itself, so this process only has to outlive them. */
function through(program: string, argv: readonly string[]): Promise<number> {
  const child = spawn(program, argv, { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    process.on(signal, () => process.stdin.isTTY || child.kill(signal));
  }
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.on('error', (error: NodeJS.ErrnoException) => reject(error.code === 'ENOENT' ? noSudo(error) : error));
    child.on('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal as NodeJS.Signals]));
  });
}

function noSudo(cause: Error): RelevoError {
  const failure = {
    code: 'host-lacks',
    message: 'this needs root, and there is no sudo',
    hint: 'run it as root',
  } as const;
  return new RelevoError(failure, { cause });
}
