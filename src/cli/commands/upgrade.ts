import type { Command } from 'commander';
import { type UpgradePlan, upgrade as upgradeHosts } from '../../app/upgrade.ts';
import { commandLine, projectFailures } from '../commandline.ts';
import { type Call, onProject } from '../project.ts';
import type { World } from '../world.ts';

export function upgrade(world: World): Command {
  return commandLine({
    words: 'upgrade',
    summary: 'upgrade LXD and what it needs on the hosts, one after another',
    examples: ['relevo upgrade'],
    exits: [[0, 'all hosts have the newest packages of their distribution']],
    failures: [...projectFailures, 'busy', 'unhealthy', 'refused', 'interrupted'],
  })
    .option('-y, --yes', 'do not ask')
    .action(onProject(world, run, { exclusive: true, whenInterrupted: 'run it again to go on' }));
}

async function run({ io, project, options }: Call): Promise<number> {
  const plan = await upgradeHosts(project, {
    async ask(plan) {
      if (!io.json) io.print(`${lines(plan).join('\n')}\n`);
      await io.confirm('Upgrade?', options.yes === true);
    },
    onLine: (line) => (io.json ? undefined : io.print(`  ${line}`)),
  });
  if (io.json) io.print(JSON.stringify({ name: project.spec.name, ...plan }));
  else io.print(plan.machines.length === 0 ? 'nothing is newer' : 'all hosts are upgraded');
  return 0;
}

function lines({ machines, together }: UpgradePlan): string[] {
  const each = machines.flatMap(({ machine, packages }) =>
    packages.map(({ name, from, to }) => `  ${machine}: ${name} ${from === '' ? to : `${from} → ${to}`}`),
  );
  const how = together
    ? 'This is another version of LXD: members wait for one another, so all hosts are upgraded at once. What runs goes on, but nothing is repaired until all are done.'
    : 'One host after another; what runs goes on.';
  return [...each, '', how];
}
