import { changeIntent } from '../apply/intent.ts';
import { tidyRaft } from '../apply/raft.ts';
import { RelevoError } from '../domain/failure.ts';
import { isOffline } from '../domain/member.ts';
import { planOf } from '../plan/plan.ts';
import type { Lxd } from '../ports/lxd.ts';
import type { Loss, LostMachine } from '../ports/provider.ts';
import type { Clock } from '../ports/system.ts';
import { plannerOf } from './planner.ts';
import { type Project, writeSession } from './project.ts';
import { type Consent, type UpOutcome, up } from './up.ts';

export interface ReplaceConsent extends Consent {
  /** Before anything is done. Throws where the answer is no. */
  giveUp(lost: LostMachine): Promise<void>;
}

export interface Replaced {
  readonly lost: LostMachine;
  /** Undefined where nothing is there yet that could take its place. */
  readonly outcome: UpOutcome | undefined;
}

/**
 * Gives up a machine that is gone for good: its power is cut where the file says how, the cluster and the other machines forget
 * it, and `up` follows where the file can be made real then. Each part may be repeated.
 */
export async function replace(project: Project, machine: string, consent: ReplaceConsent): Promise<Replaced> {
  const { loss } = project.doors.provider;
  if (loss === undefined) throw madeAnew(machine);
  const lost = await loss.judge(machine);
  await refuseLiving(project, machine);
  await consent.giveUp(lost);
  if (lost.fenced) await loss.fence(machine);
  await removeMember(project, loss, lost);
  const isAwaited = lost.state === 'silent' && lost.wanted;
  return { lost, outcome: isAwaited ? undefined : await up(project, consent) };
}

/** SSH may be silent where LXD is not. */
async function refuseLiving(project: Project, machine: string): Promise<void> {
  await using session = writeSession(project);
  const { context } = await contextOf(project, session);
  try {
    await unlessOnline((await context.cluster()).root, machine, project.doors.system);
  } finally {
    await context.close();
  }
}

async function removeMember(project: Project, loss: Loss, { name, state }: LostMachine): Promise<void> {
  await using session = writeSession(project);
  const { context } = await contextOf(project, session);
  try {
    if (context.configured) await context.lead();
    const { root, lxd } = await context.cluster();
    if (state !== 'returned') await untilGone(root, name, project.doors.system);
    await tidyRaft(context);
    await loss.forget(name);
    if (!context.configured) return;
    await changeIntent(lxd.images, (before) => ({
      ...before,
      drained: before.drained.filter((each) => each !== name), // what was worked on is gone
    }));
  } finally {
    await context.close();
  }
}

async function contextOf(project: Project, session: ReturnType<typeof writeSession>) {
  const planner = await plannerOf(project, session);
  const observed = await planner.observe();
  if (observed.cluster === null) throw noMajority(observed.unreadable);
  return { context: planner.context(planOf(planner.spec, planner.assets, observed).desired, observed) };
}

/** Milliseconds after which LXD takes a silent member for offline (20 s), and more. */
const offlineLimit = 40_000;

async function unlessOnline(root: Lxd, name: string, clock: Clock): Promise<void> {
  const began = clock.elapsed();
  for (;;) {
    const member = (await root.cluster.members()).find((each) => each.name === name);
    if (member === undefined || isOffline(member.status)) return;
    if (clock.elapsed() - began > offlineLimit) throw stillOnline(name);
    await clock.sleep(1000);
  }
}

/** Milliseconds for a removal: LXD copies images among those that are left first, and waits for the one that is gone. */
const removalLimit = 120_000;

/** It goes on where the call's own time is over; what it had (instances, images) goes from the database with it. */
async function untilGone(root: Lxd, name: string, clock: Clock): Promise<void> {
  const began = clock.elapsed();
  for (let trouble: unknown; ; ) {
    if (!(await root.cluster.members()).some((member) => member.name === name)) return;
    if (clock.elapsed() - began > removalLimit) throw trouble;
    trouble = await root.cluster.removeMember(name, { force: true }).catch((error: unknown) => {
      if (error instanceof RelevoError && /^(unreachable|failed|not-found)$/.test(error.failure.code)) return error;
      throw error;
    });
    await clock.sleep(500);
  }
}

function madeAnew(machine: string): RelevoError {
  const message = `${machine} is a machine that Relevo makes`;
  const hint = 'start it with `relevo start`, or take it out of the file and `relevo up`';
  return new RelevoError({ code: 'refused', message, hint });
}

function stillOnline(name: string): RelevoError {
  const message = `LXD on ${name} answers the other members, so it is not gone`;
  const hint = `if you can't reach it by SSH, mend that; to take a living host out, remove it from the file and \`relevo up\``;
  return new RelevoError({ code: 'refused', message, hint });
}

function noMajority(failure: RelevoError['failure'] | undefined): RelevoError {
  const hint = 'a majority of the members must run: the cluster can neither remove nor add one without it';
  const message = 'the cluster can’t be read, so nothing was changed';
  return new RelevoError({ ...(failure ?? { message }), code: 'unreachable', hint });
}
