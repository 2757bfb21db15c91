import type { Command } from 'commander';
import { missingOf, prepareHost } from '../../app/host.ts';
import { exitCodes } from '../../domain/failure.ts';
import { defaults } from '../../spec/defaults.ts';
import { type CommonOptions, commandLine } from '../commandline.ts';
import { guarded, mendConsent, terminal } from '../io.ts';
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

async function run({ providers, process }: World, options: DoctorOptions): Promise<void> {
  const io = terminal(process, { json: options.json === true });
  await guarded(process, io, async () => {
    const { host, needsRoot } = (await providers())[defaults.provider];
    const code = needsRoot ? await asRoot(process) : undefined;
    if (code !== undefined) return code;
    if (options.fix) await prepareHost(host, mendConsent(io, options.yes === true));
    const checks = await host.check();
    io.print(io.json ? JSON.stringify({ checks }) : renderChecks(checks, io.style, io.width));
    return missingOf(checks).length === 0 ? 0 : exitCodes['host-lacks'];
  });
}
