import type { Command } from 'commander';
import { RelevoError } from '../../domain/failure.ts';
import type { Spec } from '../../domain/spec.ts';
import type { WriteSession } from '../../reconcile/write-session.ts';
import { commandLine, projectFailures } from '../commandline.ts';
import { type Call, onProject } from '../project.ts';
import { type Doors, openCluster, writeSession } from '../session.ts';
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
  await using session = writeSession(doors, 'destroy');
  await keepStill(session, spec, doors);
  const removed: string[] = [];
  await provider.destroy((line) => {
    removed.push(line);
    if (!io.json) io.print(`  ${io.style.red('-')} ${line}`);
  });
  await session.abandon();
  await access.forget();
  if (io.json) io.print(JSON.stringify({ name: spec.name, removed }));
  else io.print(empty ? `${spec.name}: nothing to remove` : `${spec.name} is gone`);
  return 0;
}

/** Milliseconds that controllers may take to end what they do. */
const longestWait = 20_000;

/**
 * Else controllers would repair what is being removed. Where the cluster can't be written by us, it can't by them either; and a
 * controller that does not end what it does within the limit is no reason to leave everything.
 */
async function keepStill(session: WriteSession, spec: Spec, doors: Doors): Promise<void> {
  try {
    await session.open(async () => (await openCluster(spec, doors)).lxd, longestWait);
  } catch (error) {
    if (!(error instanceof RelevoError)) throw error;
  }
}
