import type { Command } from 'commander';
import { preflight } from '../../apply/preflight.ts';
import { summaryOf } from '../../apply/title.ts';
import { planOnce } from '../../apply/up.ts';
import { unknownFailure } from '../../plan/unknown.ts';
import { commandLine, projectFailures } from '../commandline.ts';
import { renderPlan } from '../print/plan.ts';
import type { Style } from '../print/style.ts';
import { clean } from '../print/text.ts';
import { type Call, directoryOf, onProject } from '../project.ts';
import { plannerOf } from '../session.ts';
import type { World } from '../world.ts';

export function plan(world: World): Command {
  return commandLine({
    words: 'plan',
    summary: 'show what `up` would change, and why',
    examples: ['relevo plan', 'relevo plan --json | jq -r .steps[].title'],
    exits: [
      [0, 'nothing to do'],
      [2, 'there is something to do'],
    ],
    failures: [...projectFailures, 'conflict'],
  }).action(onProject(world, run, { assets: true }));
}

async function run({ io, spec, at, doors, options }: Call<object>): Promise<number> {
  const { steps, observed } = await planOnce(await plannerOf({ spec, at }, directoryOf(options.file), doors));
  await preflight(doors.provider, spec, at, observed);
  const summaries = steps.map(summaryOf);
  const unknown = unknownFailure(observed)?.message ?? null;
  if (io.json) io.print(JSON.stringify({ name: spec.name, steps: summaries, unknown }));
  else io.print([renderPlan(summaries, io.style, io.width), ...unknownLine(unknown, io.style)].join('\n\n'));
  return steps.length === 0 ? 0 : 2;
}

function unknownLine(unknown: string | null, style: Style): string[] {
  return unknown === null ? [] : [style.yellow(clean(unknown))];
}
