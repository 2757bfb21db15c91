import { connect, createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { RelevoError } from '../../domain/failure.ts';

/**
 * One command at a time on one project of this host. An abstract unix socket: taken atomically, given back by the kernel
 * when its holder dies however it dies, and whoever comes second can ask it who holds it.
 */
export async function takeLock(key: string, holder: string): Promise<AsyncDisposable> {
  const path = `\0relevo:${key}`;
  const server = createServer((socket) => socket.on('error', () => {}).end(holder)); // whoever asks may leave before the answer
  const taken = await new Promise<boolean>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(false) : reject(error),
    );
    server.listen(path, () => resolve(true));
  });
  if (!taken) throw busy(await askHolder(path));
  server.unref();
  return { [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())) };
}

async function askHolder(path: string): Promise<string> {
  return text(connect(path)).catch(() => 'another process');
}

function busy(holder: string): RelevoError {
  return new RelevoError({
    code: 'busy',
    message: `another command works on this project: ${holder}`,
    hint: 'wait until it is done, or end it',
  });
}
