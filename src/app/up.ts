import { changeIntent } from '../apply/intent.ts';
import { preflight } from '../apply/preflight.ts';
import { checkRawLines } from '../apply/raw-lines.ts';
import { summaryOf } from '../apply/summary.ts';
import { converge, type Planned, type Planner, planOnce, underLease } from '../apply/up.ts';
import type { Desired } from '../domain/desired.ts';
import type { Emit, EventBody, Note } from '../domain/event.ts';
import type { Failure } from '../domain/failure.ts';
import type { Intent } from '../domain/intent.ts';
import type { Spec } from '../domain/spec.ts';
import type { Status } from '../domain/status.ts';
import type { Step, StepSummary } from '../domain/step.ts';
import { statusOf } from '../observe/status.ts';
import type { Host } from '../ports/host.ts';
import type { WriteSession } from '../reconcile/write-session.ts';
import { certificateNotes } from './certificates.ts';
import { checkDiskLimits } from './disk-limits.ts';
import { patient } from './patience.ts';
import { plannerOf } from './planner.ts';
import { checkProcessor } from './processor.ts';
import { directoryOf, type Project, writeSession } from './project.ts';

/** What somebody is asked to agree to. */
export interface Proposal {
  /** None: only `notes` are to be told, and nobody is asked. */
  readonly steps: readonly StepSummary[];
  readonly notes: readonly Note[];
  /** The world changed after somebody had agreed: this is what is to be done now. */
  readonly again: boolean;
}

/** What the caller gives where a person has to agree. */
export interface Consent {
  /** Whatever is proposed is agreed to in advance. */
  readonly given: boolean;
  /** Shows it. Throws where the answer is no: nothing was changed then. */
  ask(proposal: Proposal): Promise<void>;
}

/** What somebody wants from now on. */
export interface Change {
  /** Beyond the file, from what was wanted before. */
  intent?(before: Intent): Intent;
  /** Writes what the file shall say, once it is agreed on. */
  save?(): Promise<void>;
}

export interface UpOutcome {
  /** Steps that were done. */
  readonly changed: number;
  readonly failure: Failure | undefined;
  /** Afterwards. */
  readonly status: Status;
}

/** What `up` and its like do: plan, ask, and go on until the world is as the file says and the address answers. */
export async function up(project: Project, consent: Consent, change?: Change): Promise<UpOutcome> {
  const { spec, doors, host, emit } = project;
  await using session = writeSession(project);
  const planner = changed(await plannerOf(project, session), change);
  const { planned: first, decision } = await decided(project, patient(planner, project));
  const told = (await doors.provider.notes?.()) ?? [];
  const ending = await certificateNotes(spec.balancer, directoryOf(project), doors.system);
  const notes = [...decision, ...told, ...ending, ...(await limitNotes(spec, host))];
  await consent.ask({ steps: first.steps.map(summaryOf), notes, again: false });
  const isAsIs = first.steps.length === 0 && change?.intent === undefined;
  const planned = isAsIs ? first : await agreed(planner, session, first, consent);
  if (change?.intent !== undefined) await changeIntent((await planned.context.cluster()).lxd.images, change.intent);
  await change?.save?.();
  for (const note of notes) emit({ type: 'note', ...note });
  return await apply(planner, planned, emit, doors); // the session ends after it
}

/**
 * The plan under the lease. What was agreed to is what runs: where controllers changed the world meanwhile, the plan of now
 * is asked for, and until there is an answer they go on.
 */
async function agreed(planner: Planner, session: WriteSession, first: Planned, consent: Consent): Promise<Planned> {
  for (let shown = first; ; ) {
    const planned = await underLease(planner, shown);
    const known = new Set(shown.steps.map(contentOf));
    if (planned.steps.every((step) => known.has(contentOf(step)))) return planned;
    if (!consent.given) await session.release();
    await consent.ask({ steps: planned.steps.map(summaryOf), notes: [], again: true });
    shown = planned;
  }
}

/** What people agree to: what is done to what, for whatever reason. */
function contentOf(step: Step): string {
  const { reason: _, ...content } = summaryOf(step);
  return JSON.stringify(content);
}

function changed(planner: Planner, change: Change | undefined): Planner {
  const intent = change?.intent;
  if (intent === undefined) return planner;
  const observe = async () => {
    const observed = await planner.observe();
    const { cluster } = observed;
    return { ...observed, cluster: cluster && { ...cluster, intent: intent(cluster.intent) } };
  };
  return { ...planner, observe };
}

async function apply(planner: Planner, first: Planned, emit: Emit, doors: Answering): Promise<UpOutcome> {
  const { system } = doors;
  const began = system.elapsed();
  const { changed, observed, ...outcome } = await converge(planner, first, emit);
  const status = statusOf(planner.spec, observed);
  const failure = outcome.failure ?? (await silenceOf(status, doors));
  if (failure === undefined) await doors.cache.need(planner.spec.name, neededFiles(first.context.desired, doors));
  emit(finished({ changed, seconds: (system.elapsed() - began) / 1000, url: status.url, failure }));
  return { status, failure, changed };
}

type Answering = Pick<Project['doors'], 'system' | 'provider' | 'cache' | 'bases'>;

/** What would be needed to make it all again. */
export function neededFiles(
  { images, machineImage }: Pick<Desired, 'images' | 'machineImage'>,
  { cache, bases }: Pick<Project['doors'], 'cache' | 'bases'>,
): string[] {
  const all = [...images, ...(machineImage === undefined ? [] : [machineImage])];
  return [...new Set(all.flatMap(({ alias, recipe }) => [cache.file(alias), bases.file(recipe.base)]))];
}

/** Milliseconds until the balancers have agreed who holds their address, and more. */
const answerLimit = 15_000;

/** What counts is what users see: it is done when the address answers, or each balancer at its own. */
async function silenceOf({ url, link, balancers }: Status, doors: Answering): Promise<Failure | undefined> {
  const own = balancers.flatMap((each) =>
    link === null && each.haproxy === 'answers' && each.url !== null ? [each.url] : [],
  );
  for (const each of new Set([...(url === null ? [] : [url]), ...own])) {
    const failure = await silence(each, doors);
    if (failure !== undefined) return failure;
  }
  return undefined;
}

async function silence(url: string, { system, provider }: Answering): Promise<Failure | undefined> {
  const began = system.elapsed();
  while (!(await system.answers(url)) && (await provider.reaches?.(url)) !== true) {
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

/** The plan, once nothing is in the way of the file, and what had to be found out for it. */
export async function decided(project: Project, planner: Planner) {
  const { spec, at, doors } = project;
  const planned = await planOnce(planner);
  await checkProcessor(project, planned.observed);
  await checkRawLines(spec, planned.context.desired, doors.system);
  await preflight(doors.provider, spec, at, planned.observed);
  await checkDiskLimits(project);
  const note = await doors.provider.decide?.();
  return note === undefined ? { planned, decision: [] } : { planned: await planOnce(planner), decision: [note] };
}

/** LXD accepts limits that nobody will enforce, and says nothing. */
async function limitNotes({ services }: Spec, host: Host): Promise<Note[]> {
  const wanted = services.flatMap(({ name: service, limits }) => [
    ...(limits.cpu === undefined ? [] : [{ ...unenforced, service, limit: 'cpu', cgroup: 'cpuset' } as const]),
    ...(limits.memory === undefined ? [] : [{ ...unenforced, service, limit: 'memory', cgroup: 'memory' } as const]),
  ]);
  if (wanted.length === 0) return [];
  const missing = await host.missingControllers();
  return wanted.filter(({ cgroup }) => missing.includes(cgroup));
}

const unenforced = { about: 'limit-not-enforced' } as const;
