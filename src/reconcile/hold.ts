import { RelevoError } from '../domain/failure.ts';
import type { Lxd } from '../ports/lxd.ts';
import { Lease } from './lease.ts';

interface Clock {
  elapsed(): number;
  sleep(milliseconds: number): Promise<void>;
}

/** Milliseconds. A controller first ends what it has begun. */
const longestWait = 120_000;

/**
 * The lease, for a command: controllers keep still until it is given back. `holder`: unlike any other's. Who is killed
 * loses it by itself.
 */
export async function holdLease(lxd: Lxd, holder: string, clock: Clock): Promise<AsyncDisposable> {
  const lease = new Lease(lxd.images, holder, clock);
  const target = (await lxd.images.list())[0]?.fingerprint;
  if (target === undefined) return { [Symbol.asyncDispose]: async () => {} }; // nothing there that anybody could act on
  const began = clock.elapsed();
  for (let urgent = true; !lease.valid; urgent = lease.epoch === undefined) {
    await lease.turn(target, urgent);
    if (clock.elapsed() - began > longestWait) throw neverGiven();
    if (!lease.valid) await clock.sleep(100);
  }
  let renewing = true;
  const renewal = renew();
  return {
    async [Symbol.asyncDispose]() {
      renewing = false;
      await renewal;
      await lease.release(target);
    },
  };

  async function renew() {
    while (renewing) {
      await clock.sleep(100);
      await lease.turn(target as string).catch(aClusterWithoutLeader);
    }
  }
}

/** Renewed when it has one again; meanwhile nobody else can take it either. */
function aClusterWithoutLeader(error: unknown): void {
  if (!(error instanceof RelevoError)) throw error;
}

function neverGiven(): RelevoError {
  return new RelevoError({
    code: 'busy',
    message: 'a controller is at work on the cluster, and does not come to an end',
    hint: '`relevo events` tells what it does',
  });
}
