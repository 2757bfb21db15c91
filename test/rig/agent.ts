import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { agentFiles } from '../../src/render/agent.ts';
import { freePort } from './port.ts';

export interface AgentRig extends AsyncDisposable {
  readonly address: string;
  /** Writes the control group that the agent reads: seconds of CPU used, and seconds waited for one. */
  used(seconds: number, waited?: number): void;
  /** What it says to somebody who connects, and perhaps says something first. */
  ask(words?: string): Promise<string>;
}

/** As systemd does: the program finds its listening socket as file 3. */
const activate = `use Socket; use POSIX (); $^F = 10;
my $s; socket($s, PF_INET, SOCK_STREAM, 0) && bind($s, sockaddr_in(shift, INADDR_LOOPBACK)) && listen($s, 16) or die $!;
POSIX::dup2(fileno $s, 3); exec @ARGV`;

/** The real load agent on a control group of the test's own, with one CPU. */
export async function startAgent(cgroup: 'cpu.stat' | 'none' = 'cpu.stat'): Promise<AgentRig> {
  const directory = mkdtempSync(join(tmpdir(), 'relevo-agent-'));
  const program = join(directory, 'agent');
  writeFileSync(program, String(agentFiles()[0]?.content), { mode: 0o755 });
  writeFileSync(join(directory, 'cpu.max'), '100000 100000\n');
  // as the kernel's files: whoever reads one reads the whole of it
  const write = (name: string, content: string) => {
    writeFileSync(join(directory, 'new'), content);
    renameSync(join(directory, 'new'), join(directory, name));
  };
  const used = (seconds: number, waited = 0) => {
    if (cgroup === 'none') return;
    write('cpu.stat', `usage_usec ${Math.round(seconds * 1e6)}\nuser_usec 0\n`);
    const total = Math.round(waited * 1e6);
    write('cpu.pressure', `some avg10=0.00 avg60=0.00 avg300=0.00 total=${total}\n`);
  };
  used(0);
  const port = await freePort();
  const env = { ...process.env, RELEVO_CGROUP: directory };
  const child = spawn('perl', ['-e', activate, String(port), program], { env, stdio: ['ignore', 'ignore', 'ignore'] });
  const ask = (words?: string) => answerOf(port, words);
  for (let tries = 0; !(await ask().catch(() => '')).includes('%'); tries++) {
    if (tries > 1000) throw new Error('the agent does not answer');
    await new Promise((done) => setTimeout(done, 20));
  }
  return {
    ...{ used, ask },
    address: `127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      await ended(child);
      rmSync(directory, { recursive: true });
    },
  };
}

function answerOf(port: number, words?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => words !== undefined && socket.write(words));
    socket.on('data', (piece) => {
      answer += piece;
    });
    socket.on('error', (error) => (answer === '' ? reject(error) : resolve(answer)));
    socket.on('end', () => resolve(answer));
  });
}

async function ended(child: ChildProcess): Promise<void> {
  const gone = new Promise((done) => child.once('exit', done));
  if (child.exitCode === null && child.kill('SIGKILL')) await gone;
}
