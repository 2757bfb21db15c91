import { RelevoError } from '../domain/failure.ts';
import { complaintOf, runtimeCommand, serverStats } from '../observe/haproxy.ts';
import type { ExecResult, Lxd } from '../ports/lxd.ts';
import { overloadName, twinOf } from '../render/haproxy.ts';
import { askWorkers, workerMark } from '../render/haproxy-workers.ts';
import type { OnLine, StepClock } from './context.ts';

export interface Drained {
  readonly backend: string;
  readonly server: string;
  /** Seconds that what is in flight may take. */
  readonly limit: number;
}

/** What one look at a balancer came to. */
interface Look {
  /** Requests and connections; undefined where it is unknown, which is not none. */
  readonly busy?: number;
  readonly why?: string;
}

/**
 * No new request reaches the server through this balancer, not even one with its cookie, and what is in flight has been
 * answered, in workers of before a reload too; or the limit is over: that is said. Throws where HAProxy could not be told.
 */
export async function drain(
  lxd: Lxd,
  balancer: string,
  what: Drained,
  clock: StepClock,
  onLine: OnLine,
): Promise<void> {
  const status = (await lxd.instances.get(balancer))?.status;
  if (status === undefined || status === 'Stopped') return;
  const began = clock.elapsed();
  let told = false;
  for (;;) {
    const look = await spare(lxd, balancer, what);
    told ||= look.busy !== undefined;
    if (look.busy === 0) return;
    if (clock.elapsed() - began >= what.limit * 1000) {
      if (!told) throw untold(balancer, what.server, look);
      return onLine(`${balancer}: ${inFlight(look)} on ${what.server} after ${what.limit} s, and cut now`);
    }
    await clock.sleep(100);
  }
}

/** In the rotation again: the drain came to nothing. */
export async function undrain(lxd: Lxd, balancer: string, { backend, server }: Drained): Promise<void> {
  const commands = placesOf(backend, server).map((each) => `set server ${each} state ready`);
  await runtimeCommand(lxd, balancer, commands.join('; '));
}

/** Under all its names; HAProxy need not know each of them. */
function placesOf(backend: string, server: string): string[] {
  return [`${backend}/${server}`, `${backend}/${twinOf(server)}`, `${overloadName(backend)}/${server}`];
}

/** Said again with each look: a reload in between may have lost it. */
async function spare(lxd: Lxd, balancer: string, { backend, server }: Drained): Promise<Look> {
  const commands = placesOf(backend, server).map((each) => `set server ${each} state maint`);
  const argv = askWorkers([...commands, 'show stat -1 4 -1']);
  const looked = lxd.instances.exec(balancer, argv, { timeout: 10, onlyLooks: true });
  const { code, stdout, stderr } = await looked.catch(notSeen);
  if (code !== 0) return { why: stderr.trim() };
  const [, ...workers] = stdout.split(`${workerMark} `);
  const looks = workers.map((answer) => lookAt(answer.replace(/^\d+\n/, ''), server));
  return looks.find(({ busy }) => busy === undefined) ?? { busy: looks.reduce((sum, { busy = 0 }) => sum + busy, 0) };
}

/** A worker that does not know the server, or has just ended, has nothing in flight on it. */
function lookAt(answer: string, server: string): Look {
  const at = answer.indexOf('# pxname');
  const said = at < 0 ? answer : answer.slice(0, at);
  const why = complaintOf(said);
  if (why !== undefined) return { why };
  if (at < 0) return said.trim() === '' ? { why: 'a worker does not answer' } : { busy: 0 };
  const stats = serverStats(answer.slice(at));
  if (stats.length === 0) return { why: 'a worker says nothing of its servers' };
  const { sessions, queued } = stats.find(({ name }) => name === server) ?? { sessions: 0, queued: 0 };
  return { busy: sessions + queued };
}

function inFlight({ busy, why }: Look): string {
  return busy === undefined ? `nobody knows what is in flight (${why})` : `${busy} still in flight`;
}

function untold(balancer: string, server: string, { why = '' }: Look): RelevoError {
  return new RelevoError({
    code: 'failed',
    message: `${balancer} can't be told to spare ${server}: ${why}`,
    hint: `look at \`relevo logs ${balancer}\``,
  });
}

/** What LXD did not take is said again: the whole wait is bounded. */
export function notSeen(error: unknown): Pick<ExecResult, 'code' | 'stdout' | 'stderr'> {
  if (error instanceof RelevoError && error.failure.code === 'unreachable')
    return { code: -1, stdout: '', stderr: error.message };
  throw error;
}
