import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import type { RelevoError } from '../../domain/failure.ts';
import type { Secret } from '../../domain/secret.ts';
import type { ExecOptions, ExecResult } from '../../ports/lxd.ts';
import * as command from './command.ts';
import { brokenOff, failureOf, isWrongPassword, tooLate, wantsPassword } from './failures.ts';
import { sinkOf } from './output.ts';
import type { RunOptions } from './remote.ts';
import { type Ended, runJob } from './session.ts';

/** Gives the password of sudo on that host; `again`: the last one was wrong. Throws where nobody can be asked. */
export type AskPassword = (host: string, again: boolean) => Promise<Secret>;

/** Milliseconds until the far shell is ready: through a jump host there are two connections, and sudo takes its time. */
const patience = 30_000;
/** Milliseconds that the far end has to end what it was to end by itself. */
const grace = 15_000;
/** OpenSSH's `MaxSessions` is 10. */
const mostSessions = 8;
const mostPasswords = 3;

type Rooted = { readonly root: command.Root; readonly password?: Secret };

/** One host over SSH, as its root. One master connection, opened by the first command; `close` ends it. */
export class Connection {
  #way: command.Way;
  readonly #ask: AskPassword;
  #opened: Promise<Rooted> | undefined;
  #isOpen = false;
  #sessions = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(way: command.Way, ask: AskPassword) {
    this.#way = way;
    this.#ask = ask;
  }

  /**
   * As root. Throws `unreachable` where the host, or the end of the command, can't be reached; `refused` where the host lets us
   * in no further; both name the ssh command that shows it.
   */
  async exec(argv: readonly string[], options: RunOptions = {}): Promise<ExecResult> {
    const rooted = await this.#open();
    const { timeout = 60, environment, cwd, user, onlyLooks } = options;
    const script = command.commandScript(argv, { environment, cwd, user, timeout });
    const program = `\`${argv[0]}\``;
    for (let attempt = 1; ; attempt += 1) {
      const [stdout, stderr] = [sinkOf('stdout', options), sinkOf('stderr', options)];
      const began = performance.now();
      const job = { script, stdin: options.stdin, stdout, stderr, signal: options.signal };
      const ended = await this.#session(rooted, job, timeout * 1000 + grace);
      const again = attempt === 1 && mayRepeat(ended, onlyLooks === true && options.onLine === undefined, options);
      if (ended.code === 255 && again) continue;
      if (isOver(ended, timeout, performance.now() - began))
        throw tooLate(this.#way, options.what ?? `${program} on ${this.#way.name}`, timeout);
      this.#judge(ended, program);
      return { code: ended.code, stdout: stdout.end(), stderr: stderr.end(), whole: true };
    }
  }

  /** Throws where the command did not run to its end. */
  #judge(ended: Ended, program: string): void {
    if (!ended.begun) throw unbegun(this.#way, ended);
    if (ended.code === 255) throw brokenOff(this.#way, program, ended.said);
  }

  /** Resolves once commands can be run: then they take no longer than they take. Throws as `exec` does. */
  async ready(): Promise<void> {
    await this.#open();
  }

  /** The host's end, a unix socket or `address:port`, at a unix socket of this host; made anew where the master has ended. */
  async forward(local: string, remote: string): Promise<void> {
    await this.#open();
    rmSync(local, { force: true });
    const [program = '', ...argv] = command.forwardArgv(this.#way, local, remote);
    const ask = () => spawnSync(program, argv, { encoding: 'utf8', timeout: patience });
    let { status, stderr } = ask();
    if (status !== 0) {
      await this.exec(['true'], { onlyLooks: true, timeout: 15 });
      ({ status, stderr } = ask());
    }
    if (status !== 0) throw failureOf(this.#way, stderr);
  }

  /** OpenSSH removes the socket of a master that ends: after two idle minutes, or with the network. */
  isAlive(): boolean {
    return existsSync(this.#way.control);
  }

  /** Ends the master, and at once, so that it can be done while the process ends. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#opened = undefined;
    const [program = '', ...argv] = command.exitArgv(this.#way);
    spawnSync(program, argv, { stdio: 'ignore', timeout: 5000 });
  }

  #open(): Promise<Rooted> {
    this.#opened ??= this.#connect().catch((error) => {
      this.#opened = undefined; // the next one tries again
      throw error;
    });
    return this.#opened;
  }

  async #connect(): Promise<Rooted> {
    this.#way = { ...this.#way, ...effectOf(this.#way) };
    let { ended, printed } = await this.#asUser(command.rootProbe);
    if (!ended.begun && /closed by|reset by|kex_exchange|Broken pipe/.test(ended.said))
      ({ ended, printed } = await this.#asUser(command.rootProbe)); // a busy server turns some away
    if (!ended.begun || ended.code === 255) throw unbegun(this.#way, ended);
    this.#isOpen = true;
    if (printed.trim() === 'root') return { root: 'itself' };
    if (ended.code === 0) return { root: 'sudo' };
    const unasked = failureOf(this.#way, printed, true);
    if (!wantsPassword(printed)) throw unasked;
    return this.#withPassword(unasked);
  }

  async #withPassword(unasked: RelevoError): Promise<Rooted> {
    for (let attempt = 1; ; attempt += 1) {
      const password = await this.#ask(this.#way.name, attempt > 1).catch(() => {
        throw unasked;
      });
      const rooted = { root: 'sudo with a password', password } as const;
      const [stdout, stderr] = [sinkOf('stdout', {}), sinkOf('stderr', {})];
      const ended = await this.#session(rooted, { script: 'true', stdout, stderr }, patience);
      if (ended.begun && ended.code === 0) return rooted;
      const failure = unbegun(this.#way, ended);
      if (!isWrongPassword(ended.said) || attempt === mostPasswords) throw failure;
    }
  }

  async #asUser(script: string): Promise<{ ended: Ended; printed: string }> {
    const [stdout, stderr] = [sinkOf('stdout', {}), sinkOf('stderr', {})];
    const ended = await this.#session(undefined, { script, stdout, stderr }, patience);
    return { ended, printed: stdout.end() };
  }

  async #session(
    rooted: Rooted | undefined,
    { script, ...job }: Omit<Parameters<typeof runJob>[0], 'argv' | 'patience' | 'deadline' | 'password'>,
    deadline: number,
  ): Promise<Ended> {
    const argv = command.sessionArgv(this.#way, command.remoteCommand(rooted?.root));
    await this.#enter();
    try {
      const line = command.scriptLine(script);
      return await runJob({ ...job, argv, script: line, password: rooted?.password, patience, deadline });
    } finally {
      this.#sessions -= 1;
      this.#waiting.shift()?.();
    }
  }

  async #enter(): Promise<void> {
    while (this.#sessions >= mostSessions) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#sessions += 1;
  }
}

/** Whichever end saw to it. `ran`: milliseconds. */
function isOver({ code, begun, late }: Ended, timeout: number, ran: number): boolean {
  return begun && (late || (ran >= timeout * 1000 && (code === 124 || code === 137)));
}

/** The far shell did not come to reading. 255 is ssh's own: with any other code somebody was let in. */
function unbegun(way: command.Way, { code, late, said }: Ended): RelevoError {
  return failureOf(way, late ? `timed out\n${said}` : said, !late && code !== 255);
}

/** The user's own configuration may be stricter than we are, never laxer. */
function effectOf(way: command.Way): Pick<command.Way, 'unknownKeys' | 'hasSessionTypes'> {
  const [program = '', ...argv] = command.configArgv(way);
  const { stdout } = spawnSync(program, argv, { encoding: 'utf8', timeout: 10_000 });
  const isStrict = /^stricthostkeychecking (yes|true)$/m.test(stdout ?? '');
  return { unknownKeys: isStrict ? 'yes' : 'accept-new', hasSessionTypes: /^sessiontype /m.test(stdout ?? '') };
}

/** ssh itself failed: it may be done again where nothing was sent, and where it does no harm and nothing was handed on. */
function mayRepeat({ begun }: Ended, looks: boolean, { stdin, output }: ExecOptions): boolean {
  const isStream = typeof stdin === 'object' && !(stdin instanceof Uint8Array);
  return begun ? looks && !isStream && output === undefined : true;
}
