import type { Element } from '../../jmx/element.ts';
import type { StarterCrew } from '../compiled.ts';
import { toBoolean, toInt, toLong } from '../numbers.ts';
import type { Scope } from '../support.ts';
import type { GroupKind, GroupParts } from './group.ts';
import { inspectMainLoop, mainLoop, noSuchLoop } from './group.ts';
import { type Start, startAll } from './starts.ts';

interface Settings {
  readonly users: number;
  /** Seconds. */
  readonly rampUp: number;
  readonly delayedStart: boolean;
  /** Seconds; absent where the scheduler is off. */
  readonly schedule: { readonly delay: number; readonly duration: number } | undefined;
}

/** The Thread Group; those of set-up and tear-down are alike. */
export function threadGroup(title: string, phase: GroupKind['phase']): GroupKind {
  return { role: 'group', title, phase, refuses: [noSuchLoop], inspect: inspectMainLoop, parts };
}

function parts(element: Element, scope: Scope): GroupParts {
  const users = scope.text(element, 'ThreadGroup.num_threads');
  const rampUp = scope.text(element, 'ThreadGroup.ramp_time');
  const scheduler = scope.text(element, 'ThreadGroup.scheduler', 'false');
  const delay = scope.text(element, 'ThreadGroup.delay');
  const duration = scope.text(element, 'ThreadGroup.duration');
  const delayedStart = scope.text(element, 'ThreadGroup.delayedStart', 'false');
  const settingsOf = ({ read }: StarterCrew): Settings => ({
    users: toInt(read(users)),
    rampUp: toInt(read(rampUp)),
    delayedStart: toBoolean(read(delayedStart)),
    schedule: toBoolean(read(scheduler)) ? { delay: toLong(read(delay)), duration: toLong(read(duration)) } : undefined,
  });
  return {
    start: (crew) => start(crew, settingsOf(crew)),
    size: (read) => toInt(read(users)),
    root: mainLoop(element, scope),
  };
}

async function start(crew: StarterCrew, settings: Settings): Promise<void> {
  const { schedule } = settings;
  if (schedule && (schedule.duration <= 0 || schedule.delay < 0)) {
    const what = schedule.duration <= 0 ? `duration of ${schedule.duration}` : `delay of ${schedule.delay}`;
    crew.note(`Its scheduler has a ${what} s: as in JMeter, none of its users begins.`);
    return;
  }
  const begin = crew.clock.now() + (schedule ? schedule.delay * 1000 : 0);
  const end = schedule ? { end: begin + schedule.duration * 1000 } : {};
  const offsets = settings.delayedStart ? delayed(settings) : immediate(settings);
  // Users that are made late are not made at all beyond the end; the others exist, and begin with one sample.
  const made = offsets.filter((offset) => !settings.delayedStart || !end.end || begin + offset <= end.end);
  await startAll(
    crew,
    made.map((offset, number): Start => ({ number, due: begin + offset, ...end })),
  );
}

/** Milliseconds after the group's begin: so many whole ones from each to the next. */
function immediate({ users, rampUp }: Settings): number[] {
  const step = Math.round(Math.fround(rampUp * 1000) / users);
  return Array.from({ length: users }, (_, number) => Math.max(0, number * step));
}

/** Each time what is left is divided among those that are left: the last one begins at the ramp-up's very end. */
function delayed({ users, rampUp }: Settings): number[] {
  const offsets: number[] = [];
  for (let number = 0, at = 0; number < users; number += 1) {
    if (number > 0) at += Math.max(0, Math.round((rampUp * 1000 - at) / (users - number)));
    offsets.push(at);
  }
  return offsets;
}
