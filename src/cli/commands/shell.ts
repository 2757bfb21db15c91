import type { Command } from 'commander';
import { commandLine, projectFailures } from '../commandline.ts';
import { type Call, onProject } from '../project.ts';
import type { World } from '../world.ts';
import { runInside } from './inside.ts';

export function shell(world: World): Command {
  return commandLine({
    words: 'shell <instance>',
    summary: 'open a root shell in an instance',
    examples: ['relevo shell web-1', 'echo hostname | relevo shell web-1'],
    exits: [['…', "the shell's own code"]],
    failures: projectFailures,
  }).action(onProject(world, (call: Call, instance: string) => runInside(call, instance, ['bash', '-l'])));
}
