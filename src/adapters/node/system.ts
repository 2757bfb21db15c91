import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { access, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { rememberDigest } from '../../domain/hash.ts';
import type { Files, System } from '../../ports/system.ts';
import { certificateFacts } from './certificate.ts';
import { answers, portTaken } from './port.ts';
import { missingProgram, run } from './run.ts';
import { walk } from './walk.ts';

/** The real process and host. */
export function nodeSystem(): System {
  return {
    env: process.env,
    uid: process.getuid?.() ?? 0,
    now: () => new Date(),
    elapsed: () => performance.now(),
    sleep: (milliseconds) => sleep(milliseconds),
    uuid: () => randomUUID(),
    files,
    certificate: certificateFacts,
    portTaken,
    answers,
    run,
    daemon,
  };
}

const files: Files = {
  read: (path) => readFile(path).then(digested, undefinedIfAbsent),
  readText: (path) => readFile(path, 'utf8').catch(undefinedIfAbsent),
  async write(path, content, mode) {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const beside = `${path}.${process.pid}.tmp`;
    await writeFile(beside, content, { mode });
    await rename(beside, path);
  },
  overwrite: (path, content) => writeFile(path, content),
  exists: (path) =>
    access(path).then(
      () => true,
      () => false,
    ),
  list: (directory) => readdir(directory).catch((error) => undefinedIfAbsent(error) ?? []),
  walk,
  makeDirectory: async (path, mode) => void (await mkdir(path, { recursive: true, mode })),
  rename,
  remove: (path) => rm(path, { recursive: true, force: true }),
};

/** Their hash is made by OpenSSL, in a tenth of the time that the pure rooms would take for it. */
function digested(bytes: Uint8Array): Uint8Array {
  rememberDigest(bytes, createHash('sha256').update(bytes).digest('hex'));
  return bytes;
}

function undefinedIfAbsent(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}

async function daemon(
  argv: readonly string[],
  options: { log: string; env?: Readonly<Record<string, string>> },
): Promise<number> {
  const [program = '', ...rest] = argv;
  const log = openSync(options.log, 'a', 0o600);
  const child = spawn(program, rest, {
    detached: true,
    stdio: ['ignore', log, log],
    env: { ...process.env, ...options.env },
  });
  closeSync(log);
  return new Promise((resolve, reject) => {
    child.on('error', (error: NodeJS.ErrnoException) => reject(missingProgram(program, error)));
    child.on('spawn', () => {
      child.unref();
      resolve(child.pid as number);
    });
  });
}
