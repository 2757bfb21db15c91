import type { Command } from 'commander';
import { commandLine, projectFailures } from '../commandline.ts';
import { type Call, onProject } from '../project.ts';
import type { World } from '../world.ts';
import { runInside } from './inside.ts';

export function exec(world: World): Command {
  return commandLine({
    words: 'exec <instance> <command...>',
    summary: 'run a command in an instance; on a terminal, interactively',
    examples: ['relevo exec web-1 -- apache2ctl -S', 'relevo exec web-1 --json -- cat /etc/hostname'],
    exits: [['…', "the command's own code"]],
    failures: projectFailures,
  }).action(onProject(world, (call: Call, instance: string, argv: string[]) => runInside(call, instance, argv)));
}
