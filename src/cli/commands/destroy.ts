import type { Command } from 'commander';
import { destroy as destroyProject } from '../../app/destroy.ts';
import { commandLine, projectFailures } from '../commandline.ts';
import { type Call, onProject } from '../project.ts';
import type { World } from '../world.ts';

export function destroy(world: World): Command {
  return commandLine({
    words: 'destroy',
    summary: 'remove everything that was made for the project',
    examples: ['relevo destroy --yes', 'relevo destroy --without gamma'],
    exits: [[0, 'nothing of it is left']],
    failures: [...projectFailures, 'busy', 'refused', 'interrupted'],
  })
    .option('-y, --yes', 'do not ask')
    .option('--without <machine>', 'leave what is on this host, which does not answer; may be repeated', collect, [])
    .action(onProject(world, run, { exclusive: true, whenInterrupted: 'run `relevo destroy` again to go on' }));
}

const collect = (name: string, all: readonly string[]) => [...all, name];

async function run({ io, project, options }: Call<{ readonly without: readonly string[] }>): Promise<number> {
  const { name } = project.spec;
  const question = `Remove ${name} with all its machines, instances, networks and images?`;
  const { empty, removed } = await destroyProject(project, {
    ask: () => io.confirm(question, options.yes === true),
    left: options.without,
    onLine: (line) => (io.json ? undefined : io.print(`  ${io.style.red('-')} ${line}`)),
  });
  if (io.json) io.print(JSON.stringify({ name, removed }));
  else io.print(empty ? `${name}: nothing to remove` : `${name} is gone`);
  return 0;
}
