import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { RelevoError } from '../../domain/failure.ts';

/**
 * One command at a time on one project of this host: flock(2) on a file in a directory that only we may write to. It is taken
 * atomically, and given back by the kernel however its holder dies: it is held by a program that ends with its input.
 */
export async function takeLock(directory: string, key: string, holder: string): Promise<AsyncDisposable> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const file = join(directory, createHash('sha256').update(key).digest('hex'));
  const keeper = spawn('flock', ['--nonblock', '--no-fork', file, 'cat'], { stdio: 'pipe', detached: true });
  const ended = new Promise((resolve) => keeper.once('exit', resolve));
  keeper.stdin.on('error', () => {}); // where it did not get the lock it ends at once
  keeper.stdin.write('\n');
  if (!(await echoes(keeper))) throw busy(await readFile(file, 'utf8'));
  await writeFile(file, holder);
  for (const each of [keeper, keeper.stdin, keeper.stdout, keeper.stderr]) (each as Socket).unref();
  return {
    async [Symbol.asyncDispose]() {
      keeper.ref();
      keeper.kill('SIGKILL');
      await ended;
    },
  };
}

/** Whether it holds the lock: it says what it is told only then. */
function echoes(keeper: ChildProcessWithoutNullStreams): Promise<boolean> {
  return new Promise((resolve, reject) => {
    keeper.once('error', (error: NodeJS.ErrnoException) => reject(error.code === 'ENOENT' ? noFlock(error) : error));
    keeper.stdout.once('data', () => resolve(true));
    keeper.once('close', () => resolve(false));
  });
}

function noFlock(cause: Error): RelevoError {
  const message = 'the program `flock` is not installed, by which one command at a time works on a project';
  const hint = 'it is part of util-linux, which every Linux has: run Relevo on Linux';
  return new RelevoError({ code: 'host-lacks', message, hint }, { cause });
}

function busy(text: string): RelevoError {
  const holder = text.replaceAll(/\p{Cc}+/gu, ' ') || 'another process';
  return new RelevoError({
    code: 'busy',
    message: `another command works on this project: ${holder}`,
    hint: 'wait until it is done, or end it',
  });
}
