import { type FailureCode, RelevoError } from '../../domain/failure.ts';
import type { Request } from './transport.ts';

export interface Operation {
  readonly id: string;
  readonly description: string;
  /** URLs of what it works on, by kind. */
  readonly resources: Readonly<Record<string, readonly string[]>> | null;
  readonly status_code: number;
  readonly err: string;
  readonly metadata: Readonly<Record<string, unknown>> | null;
}

export interface Envelope {
  readonly type: 'sync' | 'async' | 'error';
  readonly error: string;
  readonly error_code: number;
  readonly operation: string;
  readonly metadata: unknown;
}

/** Milliseconds. For 30 s after a machine with the leader of LXD's database is gone, the others can read nothing (LXD 5.0.2). */
export const leaderless = 45_000;

/** An answer that is not LXD's own (a proxy's page, say) is `failed`. */
export function parse(text: string, request: Pick<Request, 'method' | 'path'>): Envelope {
  try {
    return JSON.parse(text) as Envelope;
  } catch (cause) {
    throw new RelevoError(
      { code: 'failed', message: `LXD answered ${request.method} ${request.path} with something that is not JSON` },
      { cause },
    );
  }
}

const codes: Readonly<Record<number, FailureCode>> = {
  403: 'refused',
  404: 'not-found',
  409: 'conflict',
  412: 'conflict',
};

export function apiError(status: number, message: string, request: Pick<Request, 'method' | 'path'>): RelevoError {
  const where = `${request.method} ${request.path.split('?')[0]}`;
  return new RelevoError({ code: codes[status] ?? 'failed', message: `${message} (LXD, ${where})` });
}
