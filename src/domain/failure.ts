/** Why something could not be done. Each code has one exit code, documented in docs/exit-codes.md. */
export type FailureCode =
  | 'usage'
  | 'invalid-file'
  | 'host-lacks'
  | 'busy'
  | 'build-failed'
  | 'unhealthy'
  | 'unreachable'
  | 'refused'
  | 'not-found'
  | 'conflict'
  | 'unsupported'
  | 'interrupted'
  | 'failed';

export interface Failure {
  readonly code: FailureCode;
  /** One sentence, what went wrong. */
  readonly message: string;
  /** What the user may do about it. */
  readonly hint?: string;
  /** The proof: the last lines of whatever failed. */
  readonly evidence?: Evidence;
  /** Places in the user's file, for `invalid-file`. */
  readonly diagnostics?: readonly Diagnostic[];
}

export interface Evidence {
  readonly title: string;
  readonly lines: readonly string[];
}

/** One complaint about the user's file. */
export interface Diagnostic {
  readonly file: string;
  /** 1-based; absent where the complaint is about the whole file. */
  readonly line?: number;
  readonly column?: number;
  /** Characters to underline from `column`. */
  readonly length?: number;
  /** The whole source line, to be shown above the underline. */
  readonly text?: string;
  /** Dotted path of the key: `services.web.port`; empty for the whole file. */
  readonly path: string;
  readonly message: string;
  readonly hint?: string;
}

/** The one error class that crosses rooms; anything else that is thrown is a bug. */
export class RelevoError extends Error {
  readonly failure: Failure;

  constructor(failure: Failure, options?: ErrorOptions) {
    super(failure.message, options);
    this.name = 'RelevoError';
    this.failure = failure;
  }
}

/** What was thrown, as a failure; a bug comes with the place where it happened. */
export function failureOf(error: unknown): Failure {
  if (error instanceof RelevoError) return error.failure;
  const { message, stack } = error as Error;
  return { code: 'failed', message, evidence: { title: 'stack', lines: (stack ?? '').split('\n').slice(1, 6) } };
}

export const exitCodes: Readonly<Record<FailureCode, number>> = {
  failed: 1,
  'invalid-file': 3,
  'host-lacks': 4,
  busy: 5,
  'build-failed': 6,
  unhealthy: 7,
  unreachable: 8,
  refused: 9,
  'not-found': 10,
  conflict: 11,
  unsupported: 12,
  usage: 64,
  interrupted: 130,
};
