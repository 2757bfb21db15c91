import { changeIntent } from '../../apply/intent.ts';
import { preflight } from '../../apply/preflight.ts';
import { summaryOf } from '../../apply/title.ts';
import { converge, type Planned, type Planner, planOnce, underLease } from '../../apply/up.ts';
import type { Emit, EventBody } from '../../domain/event.ts';
import { exitCodes, type Failure } from '../../domain/failure.ts';
import type { Intent } from '../../domain/intent.ts';
import type { Spec } from '../../domain/spec.ts';
import { statusOf } from '../../observe/status.ts';
import type { Controller, Host } from '../../ports/host.ts';
import type { System } from '../../ports/system.ts';
import type { WriteSession } from '../../reconcile/write-session.ts';
import { renderPlan } from '../print/plan.ts';
import { noteLine } from '../print/progress-lines.ts';
import { renderStatus } from '../print/status.ts';
import { type Call, directoryOf } from '../project.ts';
import { plannerOf, writeSession } from '../session.ts';

/** What somebody wants beyond the file from now on. */
export type Will = (before: Intent) => Intent;

/** What `up` and `start` do: show the plan, ask, and go on until the world is as the file says. */
export async function makeReal(call: Call<object>, yes: boolean, will?: Will): Promise<number> {
  const { io, spec, at, doors, options, host } = call;
  await using session = writeSession(doors, call.command);
  const planner = willing(await plannerOf({ spec, at }, directoryOf(options.file), doors, session), will);
  const first = await planOnce(planner);
  await preflight(doors.provider, spec, at, first.observed);
  if (!io.json && first.steps.length > 0) io.print(`${renderPlan(first.steps.map(summaryOf), io.style, io.width)}\n`);
  const notes = await limitNotes(spec, host);
  if (!io.json && notes.length > 0) io.print(`${notes.map((each) => noteLine(each, io.style)).join('\n')}\n`);
  if (first.steps.length > 0) await io.confirm('Go on?', yes);
  const planned =
    first.steps.length === 0 && will === undefined ? first : await agreed(call, planner, session, first, yes);
  if (will !== undefined) await changeIntent((await planned.context.cluster()).lxd.images, will);
  await call.save();
  const { emit, progress } = io.progress();
  if (io.json) for (const message of notes) emit({ type: 'note', message });
  try {
    const { status, failure, changed } = await apply(planner, planned, emit, doors.system);
    progress.close();
    if (!io.json && failure === undefined && changed > 0) io.print(`\n${renderStatus(status, io.style, io.width)}`);
    return failure === undefined ? 0 : exitCodes[failure.code];
  } finally {
    progress.close();
  }
}

/**
 * The plan under the lease. What was confirmed is what runs: where controllers changed the world meanwhile, the plan of now
 * is shown and asked for, and until there is an answer they go on.
 */
async function agreed(
  { io }: Call<object>,
  planner: Planner,
  session: WriteSession,
  first: Planned,
  yes: boolean,
): Promise<Planned> {
  for (let shown = first; ; ) {
    const planned = await underLease(planner, shown);
    const known = new Set(shown.steps.map(({ id }) => id));
    if (planned.steps.every(({ id }) => known.has(id))) return planned;
    if (!io.json) {
      const plan = renderPlan(planned.steps.map(summaryOf), io.style, io.width);
      io.print(`Meanwhile something changed. What is to be done now:\n\n${plan}\n`);
    }
    if (!yes) await session.release();
    await io.confirm('Go on with this plan?', yes);
    shown = planned;
  }
}

function willing(planner: Planner, will: Will | undefined): Planner {
  if (will === undefined) return planner;
  const observe = async () => {
    const observed = await planner.observe();
    const { cluster } = observed;
    return { ...observed, cluster: cluster && { ...cluster, intent: will(cluster.intent) } };
  };
  return { ...planner, observe };
}

async function apply(planner: Planner, first: Planned, emit: Emit, system: System) {
  const began = system.elapsed();
  const { changed, observed, ...outcome } = await converge(planner, first, emit);
  const status = statusOf(planner.spec, observed);
  const failure = outcome.failure ?? (await silence(status.url, system));
  emit(finished({ changed, seconds: (system.elapsed() - began) / 1000, url: status.url, failure }));
  return { status, failure, changed };
}

/** Milliseconds until the balancers have agreed who holds their address, and more. */
const answerLimit = 15_000;

/** What counts is what users see: it is done when the address answers. */
async function silence(url: string | null, system: System): Promise<Failure | undefined> {
  if (url === null) return undefined;
  const began = system.elapsed();
  while (!(await system.answers(url))) {
    if (system.elapsed() - began > answerLimit) {
      const hint = 'does a balancer hold the address? `relevo status` shows it; `relevo logs balancer-1` tells why not';
      return { code: 'unhealthy', message: `${url} does not answer within ${answerLimit / 1000} s`, hint };
    }
    await system.sleep(50);
  }
  return undefined;
}

interface Outcome {
  readonly changed: number;
  readonly seconds: number;
  readonly url: string | null;
  readonly failure: Failure | undefined;
}

function finished({ changed, seconds, url, failure }: Outcome): EventBody {
  const head = { type: 'finished', ok: failure === undefined, changed, seconds } as const;
  if (failure !== undefined) return { ...head, failure };
  return url === null ? head : { ...head, url };
}

/** LXD accepts limits that nobody will enforce, and says nothing. */
async function limitNotes({ services }: Spec, host: Host): Promise<string[]> {
  const limited = services.filter(({ limits }) => limits.cpu !== undefined || limits.memory !== undefined);
  if (limited.length === 0) return [];
  const missing = await host.missingControllers();
  return limited.flatMap(({ name, limits }) =>
    [limits.cpu !== undefined && note(name, 'cpu', 'cpuset'), limits.memory !== undefined && note(name, 'memory')]
      .filter((each) => each !== false)
      .filter(({ controller }) => missing.includes(controller))
      .map(({ message }) => message),
  );
}

function note(service: string, limit: 'cpu' | 'memory', controller: Controller = 'memory') {
  return {
    controller,
    message: `services.${service}.limits.${limit} will not be enforced: LXD sees no cgroup controller ${controller}`,
  };
}
