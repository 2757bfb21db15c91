import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** A running JMeter. */
export interface Jvm {
  readonly pid: number;
  /** The last lines that it said. */
  readonly said: readonly string[];
  /** Resolves to its exit code when it has ended and all of its output was read; null where a signal ended it. */
  readonly ended: Promise<number | null>;
  /** Ends it in order: no sample begins any more, those that run are awaited for a while. */
  stop(): void;
  /** Seconds of CPU time so far; of all its threads. */
  cpuTime(): number;
}

/** Milliseconds: for samples that run, for interrupted samples, and for the JVM's end by itself. */
const patience = { samples: 10_000, interrupted: 5_000, exit: 5_000 } as const;

const mostLines = 40;

/** `port` is where JMeter takes messages, on UDP. Rejects where the program can't be started. */
export async function startJvm(argv: readonly string[], directory: string, port: number): Promise<Jvm> {
  const [program = '', ...words] = argv;
  const child = spawn(program, words, { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
  const said: string[] = [];
  let ready = false;
  const hear = (line: string) => {
    if (said.push(line) > mostLines) said.shift();
    if (line.startsWith('Waiting for possible Shutdown')) ready = true;
    // a plugin's thread can keep it for ever, when all is done and written
    if (line.startsWith('The JVM should have exited')) end(child, 'SIGTERM');
  };
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', hear);
  const endWithUs = () => end(child, 'SIGKILL');
  process.once('exit', endWithUs);
  const timers: NodeJS.Timeout[] = [];
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', (code) => {
      process.off('exit', endWithUs);
      for (const timer of timers) clearTimeout(timer);
      resolve(code);
    });
  });
  return {
    ...{ pid: child.pid as number, said, ended },
    stop() {
      const steps = ready ? gracefully(child, port) : hard(child); // before it listens, it has hardly begun
      for (const [after, step] of steps) timers.push(setTimeout(step, after));
    },
    cpuTime: () => cpuTimeOf(child.pid as number),
  };
}

type Steps = readonly (readonly [afterMilliseconds: number, step: () => void])[];

function gracefully(child: ChildProcess, port: number): Steps {
  const { samples, interrupted } = patience;
  return [
    [0, () => tell(port, 'Shutdown')],
    [samples, () => tell(port, 'StopTestNow')],
    ...hard(child).map(([after, step]) => [after + samples + interrupted, step] as const),
  ];
}

function hard(child: ChildProcess): Steps {
  return [
    [0, () => end(child, 'SIGTERM')],
    [patience.exit, () => end(child, 'SIGKILL')],
  ];
}

/** The program with all that it started. */
function end({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    process.kill(-(pid as number), signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // all of it is gone already
  }
}

/** Where it has gone meanwhile, nobody hears it. */
function tell(port: number, message: string): void {
  const socket = createSocket('udp4');
  socket.on('error', () => socket.close());
  socket.send(message, port, '127.0.0.1', () => socket.close());
}

/** A UDP port that nobody has just now. */
export async function freePort(): Promise<number> {
  const socket = createSocket('udp4');
  await new Promise<void>((done, fail) => socket.once('error', fail).bind(0, () => done()));
  const { port } = socket.address();
  await new Promise<void>((done) => socket.close(done));
  return port;
}

/** Of ended processes 0; Linux counts 100 a second. Source: proc(5), fields 14 and 15. */
function cpuTimeOf(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return 0;
  }
}
