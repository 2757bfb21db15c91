import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { haproxyArgv } from '../../test/rig/haproxy-versions.ts';
import { freePort } from '../../test/rig/port.ts';
import { manyFiles } from './measured.ts';

/** HAProxy wants two files for each; more than that may be beyond what a process may open. */
const mostOfHaproxy = 9000;

/** The server that all generators ask: HAProxy that answers by itself, a few words, on kept connections. Of Node.js where they are many. */
export async function startTarget(cores: string, users: number): Promise<AsyncDisposable & { readonly url: URL }> {
  const directory = mkdtempSync(join(tmpdir(), 'relevo-target-'));
  const port = await freePort();
  const file = join(directory, 'haproxy.cfg');
  writeFileSync(file, configuration(port, cores.split(',').length));
  const argv =
    users > mostOfHaproxy ? [process.execPath, '-e', patient(port)] : [...haproxyArgv('3.0'), '-q', '-db', '-f', file];
  const child = spawn('taskset', ['-c', cores, 'sh', '-c', `${manyFiles} exec "$@"`, 'sh', ...argv], {
    stdio: 'inherit',
  });
  const gone = new Promise((done) => child.once('exit', done));
  await answers(port);
  return {
    url: new URL(`http://127.0.0.1:${port}/`),
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await gone;
      rmSync(directory, { recursive: true });
    },
  };
}

function patient(port: number): string {
  return `const server = require('node:http').createServer((_, answer) => answer.end('hello, world'));
server.keepAliveTimeout = 120000; server.listen(${port}, '127.0.0.1', 4000);`;
}

function configuration(port: number, threads: number): string {
  return `global
    nbthread ${threads}
    maxconn ${mostOfHaproxy}
    hard-stop-after 1s
defaults
    mode http
    timeout client 120s
    timeout http-keep-alive 120s
frontend site
    bind 127.0.0.1:${port} backlog 30000
    http-request return status 200 content-type text/plain string "hello, world"
`;
}

async function answers(port: number): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const open = await new Promise<boolean>((done) => {
      const socket = connect(port, '127.0.0.1', () => done(true)).on('error', () => done(false));
      socket.on('connect', () => socket.destroy());
    });
    if (open) return;
    await sleep(100);
  }
  throw new Error('HAProxy does not answer');
}
