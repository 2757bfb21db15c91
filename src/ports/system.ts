export interface Clock {
  /** Wall clock: it may be set, and goes on while the computer is suspended. */
  now(): Date;
  /** Milliseconds, monotonic; stands still while the whole computer is suspended. */
  elapsed(): number;
  sleep(milliseconds: number): Promise<void>;
}

/**
 * What the inside needs of this process and its host: environment, files, clock, programs. The rest is `Process`.
 * One object, so that tests can stand in for it and lint can ban the globals elsewhere.
 */
export interface System extends Clock {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Numeric user id of this process. */
  readonly uid: number;
  /** Another one each time, in the whole world: 32 hexadecimal digits in groups, lower case. */
  uuid(): string;
  readonly files: Files;
  /** Of a chain and a private key, both PEM. */
  certificate(certificate: string, key: string): CertificateFacts;
  /** Somebody listens on that TCP port already. */
  portTaken(address: string, port: number): Promise<boolean>;
  /** Somebody answers an HTTP or HTTPS request to that URL, whatever the answer and the certificate. */
  answers(url: string): Promise<boolean>;
  /** Runs a program to its end; never through a shell. A code other than 0 is a result, a missing program throws `host-lacks`. */
  run(argv: readonly string[], options?: RunOptions): Promise<RunResult>;
  /** Starts a program that outlives this process (its own session, no terminal, output appended to `log`). Resolves to its pid. */
  daemon(argv: readonly string[], options: { log: string; env?: Readonly<Record<string, string>> }): Promise<number>;
}

/** What a certificate says. Where there is trouble with it or its key, the rest need not be so. */
export interface CertificateFacts {
  /** Host names and addresses that it covers, `*.example.org` too. */
  readonly names: readonly string[];
  readonly from: Date;
  readonly until: Date;
  /** `chain-first`: the key belongs to a later certificate of the chain. */
  readonly trouble?: 'no-certificate' | 'no-key' | 'encrypted-key' | 'chain-first' | 'other-key' | 'weak-key';
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly stdin?: string;
  /** Seconds; none unless told. Then it is killed with all that it started, its code is 137, and its output what came so far. */
  readonly timeout?: number;
  readonly onLine?: (line: string, stream: 'stdout' | 'stderr') => void;
}

export interface RunResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Files {
  /** Undefined where the file does not exist. */
  read(path: string): Promise<Uint8Array | undefined>;
  readText(path: string): Promise<string | undefined>;
  /** Whole or not at all: written beside and renamed. Directories are made (0700). */
  write(path: string, content: string | Uint8Array, mode: number): Promise<void>;
  /** In place: the owner, the mode and the links of the file stay. */
  overwrite(path: string, content: string): Promise<void>;
  exists(path: string): Promise<boolean>;
  list(directory: string): Promise<readonly string[]>;
  /** All that is below a directory and no directory itself, without looking through links; `path` is relative, with `/`. */
  walk(directory: string): Promise<readonly WalkEntry[]>;
  makeDirectory(path: string, mode: number): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Recursive; an absent path is no error. */
  remove(path: string): Promise<void>;
}

export interface WalkEntry {
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'link' | 'other';
  /** Permission bits. */
  readonly mode: number;
  /** Bytes; 0 for a directory. */
  readonly size: number;
  /** Where a link leads, as it is written; empty for others. */
  readonly to: string;
}
