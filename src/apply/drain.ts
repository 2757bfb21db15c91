import { RelevoError } from '../domain/failure.ts';
import { complaintOf, runtimeCommand, type ServerStat, serverStats } from '../observe/haproxy.ts';
import type { ExecResult, Lxd } from '../ports/lxd.ts';
import { inOneLine, setState, showServers } from '../render/haproxy-runtime.ts';
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
  /** Of its further ports. */
  readonly backends?: readonly string[];
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
  const backends = new Set([what.backend]);
  for (;;) {
    const look = await spare(lxd, balancer, what.server, [...backends]);
    told ||= look.busy !== undefined;
    const fresh = (look.backends ?? []).filter((each) => !backends.has(each));
    for (const each of fresh) backends.add(each);
    if (fresh.length > 0) continue; // there it is told as well
    if (look.busy === 0) return;
    if (clock.elapsed() - began >= what.limit * 1000) {
      if (!told) throw untold(balancer, what.server, look);
      return onLine(`${balancer}: ${inFlight(look)} on ${what.server} after ${what.limit} s: closed now`);
    }
    await clock.sleep(100);
  }
}

/** In the rotation again: the drain came to nothing. */
export async function undrain(lxd: Lxd, balancer: string, { backend, server }: Drained): Promise<void> {
  const stats = serverStats((await runtimeCommand(lxd, balancer, showServers)) ?? '');
  const backends = [backend, ...furtherOf(stats.find(({ name }) => name === server))];
  await runtimeCommand(lxd, balancer, inOneLine(setState(backends, server, 'ready')));
}

function furtherOf(stat: ServerStat | undefined): string[] {
  return stat?.further.map(({ backend }) => backend) ?? [];
}

/** Said again with each look: a reload in between may have lost it. */
async function spare(lxd: Lxd, balancer: string, server: string, backends: readonly string[]): Promise<Look> {
  const argv = askWorkers([...setState(backends, server, 'maint'), showServers]);
  const looked = lxd.instances.exec(balancer, argv, { timeout: 10, onlyLooks: true });
  const { code, stdout, stderr } = await looked.catch(notSeen);
  if (code !== 0) return { why: stderr.trim() };
  const [, ...workers] = stdout.split(`${workerMark} `);
  const looks = workers.map((answer) => lookAt(answer.replace(/^\d+\n/, ''), server));
  const busy = looks.reduce((sum, each) => sum + (each.busy ?? 0), 0);
  const further = looks.flatMap((each) => each.backends ?? []);
  return { ...(looks.find((each) => each.busy === undefined) ?? { busy }), backends: further };
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
  const stat = stats.find(({ name }) => name === server);
  return { busy: (stat?.sessions ?? 0) + (stat?.queued ?? 0), backends: furtherOf(stat) };
}

function inFlight({ busy, why }: Look): string {
  return busy === undefined ? `nobody knows what is in flight (${why})` : `${busy} still in flight`;
}

function untold(balancer: string, server: string, { why = '' }: Look): RelevoError {
  return new RelevoError({
    code: 'failed',
    message: `${server} can't be drained on ${balancer}: ${why}`,
    hint: `look at \`relevo logs ${balancer}\``,
  });
}

/** What LXD did not take is said again: the whole wait is bounded. */
export function notSeen(error: unknown): Pick<ExecResult, 'code' | 'stdout' | 'stderr'> {
  if (error instanceof RelevoError && error.failure.code === 'unreachable')
    return { code: -1, stdout: '', stderr: error.message };
  throw error;
}
