import { type Command, InvalidArgumentError } from 'commander';
import type { Event } from '../../domain/event.ts';
import { eventTexts } from '../../observe/marks.ts';
import type { Lxd } from '../../ports/lxd.ts';
import { commandLine, projectFailures } from '../commandline.ts';
import type { Io } from '../io.ts';
import { eventLine } from '../print/events.ts';
import { type Call, onProject } from '../project.ts';
import { openCluster } from '../session.ts';
import type { World } from '../world.ts';

interface EventsOptions {
  readonly follow?: boolean;
  readonly lines: number;
}

export interface ToldEvent {
  /** The balancer whose controller tells it. */
  readonly by: string;
  readonly event: Event;
}

export function events(world: World): Command {
  return commandLine({
    words: 'events',
    summary: 'show what the controllers saw and did, and why',
    examples: ['relevo events -n 50', 'relevo events --follow'],
    exits: [[0, 'shown']],
    failures: [...projectFailures, 'interrupted'],
  })
    .option('-F, --follow', 'go on as they come, until Ctrl-C')
    .option('-n, --lines <number>', 'how many', wholeNumber, 20)
    .action(onProject(world, run));
}

function wholeNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is no whole number.');
}

/** Milliseconds. */
const pollEvery = 1000;

async function run({ io, spec, doors, options }: Call<EventsOptions>): Promise<number> {
  const { root, lxd } = await openCluster(spec, doors);
  await using _ = root;
  const first = await told(lxd);
  const shown = new Set(first.map(keyOf));
  show(io, options.lines === 0 ? [] : first.slice(-options.lines));
  while (options.follow) {
    await doors.system.sleep(pollEvery);
    const fresh = (await told(lxd)).filter((each) => !shown.has(keyOf(each)));
    for (const each of fresh) shown.add(keyOf(each));
    show(io, fresh);
  }
  if (!io.json && first.length === 0) io.print('nothing happened so far');
  return 0;
}

function show(io: Io, all: readonly ToldEvent[]): void {
  for (const each of all) {
    io.print(io.json ? JSON.stringify({ by: each.by, ...each.event }) : eventLine(each.by, each.event, io.style));
  }
}

async function told(lxd: Lxd): Promise<ToldEvent[]> {
  const texts = eventTexts(await lxd.images.aliases());
  const all = [...texts].flatMap(([by, text]) => eventsIn(text).map((event) => ({ by, event })));
  return all.sort((a, b) => a.event.at.localeCompare(b.event.at));
}

/** What nobody can read is replaced by whoever writes there next. */
function eventsIn(text: string): Event[] {
  try {
    return JSON.parse(text) as Event[];
  } catch {
    return [];
  }
}

const keyOf = ({ by, event }: ToldEvent) => `${by} ${JSON.stringify(event)}`;
