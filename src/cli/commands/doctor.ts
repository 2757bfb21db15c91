import type { Command } from 'commander';
import { exitCodes } from '../../domain/failure.ts';
import { defaults } from '../../spec/defaults.ts';
import { type CommonOptions, commandLine } from '../commandline.ts';
import { guarded, terminal } from '../io.ts';
import { missingOf, prepareHost } from '../needs.ts';
import { renderChecks } from '../print/checks.ts';
import { asRoot } from '../root.ts';
import type { World } from '../world.ts';

interface DoctorOptions extends CommonOptions {
  readonly fix?: boolean;
}

export function doctor(world: World): Command {
  return commandLine({
    words: 'doctor',
    summary: 'show what this host has and what it lacks',
    examples: ['relevo doctor', 'relevo doctor --fix --yes'],
    exits: [[0, 'this host has all it needs']],
    failures: ['host-lacks', 'refused'],
  })
    .option('--fix', 'install and start what is missing')
    .option('-y, --yes', 'do not ask')
    .action((options: DoctorOptions) => run(world, options));
}

async function run({ providers, system }: World, options: DoctorOptions): Promise<void> {
  const { host, needsRoot } = providers[defaults.provider];
  const io = terminal({ json: options.json === true });
  await guarded(io, async () => {
    if (needsRoot) await asRoot(system.uid);
    if (options.fix) await prepareHost(host, io, options.yes === true);
    const checks = await host.check();
    io.print(io.json ? JSON.stringify({ checks }) : renderChecks(checks, io.style, io.width));
    return missingOf(checks).length === 0 ? 0 : exitCodes['host-lacks'];
  });
}
