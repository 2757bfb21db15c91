import type { Element } from '../../jmx/element.ts';
import { toInt } from '../numbers.ts';
import type { Scope } from '../support.ts';
import { type GroupKind, type GroupParts, inspectMainLoop, mainLoop, noSuchLoop } from './group.ts';
import { type Start, startAll } from './starts.ts';

/** Seconds, and users. */
interface Settings {
  readonly users: number;
  readonly delay: number;
  readonly burst: number;
  readonly up: number;
  readonly upEvery: number;
  readonly rampUp: number;
  readonly hold: number;
  readonly down: number;
  readonly downEvery: number;
}

/** jp@gc: users come in steps, stay, and go in steps. */
export const steppingThreadGroup: GroupKind = {
  role: 'group',
  title: 'jp@gc - Stepping Thread Group',
  phase: 'main',
  refuses: [noSuchLoop],
  inspect: inspectMainLoop,
  parts,
};

function parts(element: Element, scope: Scope): GroupParts {
  const text = (name: string) => scope.text(element, name);
  const texts = {
    users: text('ThreadGroup.num_threads'),
    delay: text('Threads initial delay'),
    burst: text('Start users count burst'),
    up: text('Start users count'),
    upEvery: text('Start users period'),
    rampUp: text('rampUp'),
    hold: text('flighttime'),
    down: text('Stop users count'),
    downEvery: text('Stop users period'),
  };
  return {
    start: (crew) => {
      const entries = Object.entries(texts).map(([name, each]) => [name, toInt(crew.read(each))]);
      return startAll(crew, startsOf(Object.fromEntries(entries) as Settings, crew.clock.now()));
    },
    size: (read) => toInt(read(texts.users)),
    root: mainLoop(element, scope),
  };
}

function startsOf(settings: Settings, now: number): Start[] {
  const { users } = settings;
  const up = settings.up || users;
  const down = settings.down || users;
  const burst = Math.min(settings.burst, users) > 0 ? Math.min(settings.burst, users) : up;
  const ascent = now + 1000 * settings.delay;
  const step = 1000 * (settings.upEvery + settings.rampUp);
  const steps = users < burst ? 1 : Math.ceil((users - burst) / up);
  const lastStep = (users - burst) % up || up;
  const descent = ascent + steps * step + Math.trunc((1000 * settings.rampUp) / up) * lastStep + 1000 * settings.hold;
  return Array.from({ length: users }, (_, number): Start => {
    const bursts = number < burst;
    const bucket = bursts ? 0 : 1 + Math.trunc((number - burst) / up);
    const place = bursts ? number : (number - burst) % up;
    const due = ascent + bucket * step + place * Math.trunc((1000 * settings.rampUp) / (bursts ? burst : up));
    return { number, due, end: descent + 1000 * settings.downEvery * Math.floor(number / down) };
  });
}
