import type { Command } from 'commander';
import { destroy as destroyProject } from '../../app/destroy.ts';
import { commandLine, projectFailures } from '../commandline.ts';
import { type Call, onProject } from '../project.ts';
import type { World } from '../world.ts';

export function destroy(world: World): Command {
  return commandLine({
    words: 'destroy',
    summary: 'remove everything that was made for the project',
    examples: ['relevo destroy', 'relevo destroy --yes'],
    exits: [[0, 'nothing of it is left']],
    failures: [...projectFailures, 'busy', 'refused', 'interrupted'],
  })
    .option('-y, --yes', 'do not ask')
    .action(onProject(world, run, { exclusive: true, whenInterrupted: 'run `relevo destroy` again to go on' }));
}

async function run({ io, project, options }: Call): Promise<number> {
  const { name } = project.spec;
  const question = `Remove ${name} with all its machines, instances, networks and images?`;
  const { empty, removed } = await destroyProject(project, {
    ask: () => io.confirm(question, options.yes === true),
    onLine: (line) => (io.json ? undefined : io.print(`  ${io.style.red('-')} ${line}`)),
  });
  if (io.json) io.print(JSON.stringify({ name, removed }));
  else io.print(empty ? `${name}: nothing to remove` : `${name} is gone`);
  return 0;
}
