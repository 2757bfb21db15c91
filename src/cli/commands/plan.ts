import type { Command } from 'commander';
import { plan as planProject } from '../../app/plan.ts';
import { commandLine, projectFailures } from '../commandline.ts';
import { renderPlan } from '../print/plan.ts';
import { noteBlock } from '../print/progress-lines.ts';
import { withTitle } from '../print/steps.ts';
import type { Style } from '../print/style.ts';
import { clean } from '../print/text.ts';
import { type Call, onProject } from '../project.ts';
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
    failures: [...projectFailures, 'refused', 'conflict'],
  }).action(onProject(world, run, { assets: true }));
}

async function run({ io, project }: Call): Promise<number> {
  const found = await planProject(project);
  const { steps, unknown, notes } = found;
  if (io.json) io.print(JSON.stringify({ ...found, steps: steps.map(withTitle) }));
  else {
    const plan = renderPlan(steps, io.style, io.width);
    io.print([plan, ...unknownLine(unknown, io.style), ...noteBlock(notes, io.style)].join('\n\n'));
  }
  return steps.length === 0 ? 0 : 2;
}

function unknownLine(unknown: string | null, style: Style): string[] {
  return unknown === null ? [] : [style.yellow(clean(unknown))];
}
