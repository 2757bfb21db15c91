import type { System } from './system.ts';

/** Those that end a command in order. */
export type Signal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** Everything that a command gets from its process and its host. Tests give it another one, and run whole command lines without spawning any. */
export interface Process extends System {
  /** The words of the command line, without the program's own name. */
  readonly argv: readonly string[];
  /** What starts this program again, with the same words. */
  readonly command: readonly string[];
  readonly pid: number;
  /** The working directory, absolute. */
  readonly cwd: string;
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** With which it ends when nothing is left to do. */
  exitCode: number;
  /** Ends it at once. */
  exit(code: number): void;
  /** Until it is disposed, signals no longer end the process by themselves. */
  onSignal(react: (signal: Signal) => void): Disposable;
  /** The line that somebody types; empty at the end of the input. Ctrl-C is a signal. `hidden`: it is not shown. */
  ask(question: string, options?: { readonly hidden?: boolean }): Promise<string>;
  /** Again and again until the returned function is called; milliseconds. */
  every(milliseconds: number, tick: () => void): () => void;
  /** A program takes this one's place: terminal and signals are its own. Resolves to its exit code. */
  handOver(argv: readonly string[]): Promise<number>;
}
