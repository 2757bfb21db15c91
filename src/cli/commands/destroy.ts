import type { Command } from 'commander';
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

async function run({ io, spec, doors, options }: Call<object>): Promise<number> {
  const { provider, access } = doors;
  const { empty } = await provider.observe();
  const question = `Remove ${spec.name} with all its machines, instances, networks and images?`;
  if (!empty) await io.confirm(question, options.yes === true);
  const removed: string[] = [];
  await provider.destroy((line) => {
    removed.push(line);
    if (!io.json) io.print(`  ${io.style.red('-')} ${line}`);
  });
  await access.forget();
  if (io.json) io.print(JSON.stringify({ name: spec.name, removed }));
  else io.print(empty ? `${spec.name}: nothing to remove` : `${spec.name} is gone`);
  return 0;
}
