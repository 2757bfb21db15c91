import type { Command } from 'commander';
import { events as tellEvents } from '../../app/events.ts';
import { commandLine, projectFailures, wholeNumber } from '../commandline.ts';
import type { Io } from '../io.ts';
import { eventLine } from '../print/events.ts';
import { withWords } from '../print/words.ts';
import { type Call, onProject } from '../project.ts';
import type { World } from '../world.ts';

interface EventsOptions {
  readonly follow?: boolean;
  readonly lines: number;
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

async function run({ io, project, options }: Call<EventsOptions>): Promise<number> {
  let first = true;
  for await (const { told, missed } of tellEvents(project)) {
    const shown = first ? told.slice(told.length - Math.min(told.length, options.lines)) : told;
    for (const { by, count } of missed) io.note(io.style.yellow(`! ${count} events of ${by} came and went unseen`));
    for (const { by, event } of shown)
      io.print(io.json ? JSON.stringify({ by, ...withWords(event) }) : eventLine(by, event, io.style));
    if (options.follow) first = false;
    else return nothing(io, told.length === 0);
  }
  return 0;
}

function nothing(io: Io, isSo: boolean): number {
  if (isSo && !io.json) io.print('nothing happened so far');
  return 0;
}
