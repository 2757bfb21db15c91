import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import type { Event } from '../../src/domain/event.ts';
import type { Status } from '../../src/domain/status.ts';
import type { StepSummary } from '../../src/domain/step.ts';

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function captured(program: string, argv: readonly string[]): Promise<Outcome> {
  const child = spawn(program, argv, { stdio: ['ignore', 'pipe', 'pipe'] });
  const outputs = Promise.all([text(child.stdout), text(child.stderr)]);
  return new Promise((resolve) => {
    child.on('close', async (code) => {
      const [stdout, stderr] = await outputs;
      resolve({ code, stdout, stderr });
    });
  });
}

/** A copy of a project under a name and a port of its own, driven through the command line as a user would. */
export class Project {
  readonly directory = mkdtempSync(join(tmpdir(), 'relevo-e2e-'));
  readonly file = join(this.directory, 'relevo.yaml');
  readonly name: string;
  readonly port: number;

  constructor(name: string, port: number, source = 'examples/miniproyecto') {
    this.name = name;
    this.port = port;
    this.become(source);
  }

  /** The files of another project: the next `up` makes of what stands what they say. */
  become(source: string): void {
    rmSync(this.directory, { recursive: true });
    cpSync(source, this.directory, { recursive: true });
    this.edit(/^name: .*/m, `name: ${this.name}`);
    this.edit(/publish: \d+/, `publish: ${this.port}`);
  }

  edit(from: string | RegExp, to: string): void {
    const before = readFileSync(this.file, 'utf8');
    const after = before.replace(from, to);
    if (after === before) throw new Error(`${from} is not in ${this.file}`);
    writeFileSync(this.file, after);
  }

  /** On these machines alone, the balancer on the first: fewer are made sooner, where none of them goes away. */
  onlyOn(...machines: readonly string[]): this {
    this.edit(/hosts: \[.*\]/, `hosts: [${machines.join(', ')}]`);
    this.edit('place: [virtualMachine2, virtualMachine3]', `place: [${machines.join(', ')}]`);
    return this;
  }

  write(path: string, content: string): void {
    writeFileSync(join(this.directory, path), content);
  }

  relevo(command: string, ...words: string[]): Outcome {
    const { status, stdout, stderr } = spawnSync('./relevo', [command, '-f', this.file, ...words], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return { code: status, stdout, stderr };
  }

  up(): void {
    const { code, stdout, stderr } = this.relevo('up', '--yes');
    if (code !== 0) throw new Error(`up ended with ${code}: ${stdout}${stderr}`);
  }

  status(): Status {
    return JSON.parse(this.relevo('status', '--json').stdout) as Status;
  }

  /** Without what follows every change of the file: that controllers are told. */
  planned(): readonly StepSummary[] {
    const { steps } = JSON.parse(this.relevo('plan', '--json').stdout) as { steps: StepSummary[] };
    return steps.filter(({ kind }) => kind !== 'controller.configure');
  }

  /** A command beside which the test goes on; resolves to its exit code. What it said is in the test's log where that is not 0. */
  async beside(command: string, ...words: string[]): Promise<number | null> {
    const { code, stdout, stderr } = await captured('./relevo', [command, '-f', this.file, ...words]);
    if (code !== 0) console.error(`relevo ${command} ended with ${code}: ${stdout}${stderr}`);
    return code;
  }

  /** Beside the test as well, with what it printed. */
  told(command: string, ...words: string[]): Promise<Outcome> {
    const end = words.indexOf('--');
    const own = end === -1 ? words : words.slice(0, end);
    return captured('./relevo', [command, ...own, '-f', this.file, ...words.slice(own.length)]);
  }

  /** Likewise, where it has to succeed; resolves to what it printed. */
  async must(...words: [string, ...string[]]): Promise<string> {
    const { code, stdout, stderr } = await this.told(...words);
    if (code !== 0) throw new Error(`relevo ${words.join(' ')} ended with ${code}: ${stdout}${stderr}`);
    return stdout;
  }

  /** What `status` says, beside the load: a command that is waited for in place would hold the prober up. */
  async seen(): Promise<Status> {
    return JSON.parse(await this.must('status', '--json')) as Status;
  }

  /** On a machine, past everything of ours. */
  async onMachine(machine: string, ...argv: string[]): Promise<string> {
    const { code, stdout, stderr } = await captured('lxc', [
      'exec',
      machine,
      '--project',
      `relevo-${this.name}`,
      '--',
      ...argv,
    ]);
    if (code !== 0) throw new Error(`${argv.join(' ')} on ${machine}: ${stderr}`);
    return stdout;
  }

  /** `up`, killed with SIGKILL at the first event that fits. Resolves to whether there was one. */
  async upKilledAt(fits: (event: Event) => boolean): Promise<boolean> {
    const child = spawn('./relevo', ['up', '-f', this.file, '--yes', '--json'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let killed = false;
    let last: Event | undefined;
    createInterface({ input: child.stdout }).on('line', (line) => {
      last = JSON.parse(line) as Event;
      if (killed || !fits(last)) return;
      killed = true;
      child.kill('SIGKILL');
    });
    await new Promise<void>((resolve) => child.on('close', () => resolve()));
    if (!killed && !(last?.type === 'finished' && last.ok)) throw new Error(`up failed: ${JSON.stringify(last)}`);
    return killed;
  }

  [Symbol.dispose](): void {
    this.relevo('destroy', '--yes');
    rmSync(this.directory, { recursive: true });
  }
}
