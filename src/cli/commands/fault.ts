import { Command, InvalidArgumentError, Option } from 'commander';
import { healFaults, injectFault, listActive } from '../../app/faults.ts';
import { RelevoError } from '../../domain/failure.ts';
import { faults } from '../../faults/catalogue.ts';
import { parseDuration } from '../../spec/units.ts';
import { type CommonOptions, commandLine, projectFailures } from '../commandline.ts';
import { guarded, terminal } from '../io.ts';
import { healedLines, injectedLine, renderActive, renderFaults } from '../print/faults.ts';
import { type Call, onProject } from '../project.ts';
import type { World } from '../world.ts';

/** Breaks one thing on purpose. */
export function fault(world: World): Command {
  return new Command('fault')
    .description('break one thing on purpose; it heals by itself')
    .helpCommand(false)
    .addCommand(listCommand(world))
    .addCommand(injectCommand(world))
    .addCommand(healCommand(world));
}

interface ListOptions extends CommonOptions {
  readonly active?: boolean;
}

function listCommand(world: World): Command {
  const active = onProject(world, showActive);
  return commandLine({
    words: 'list',
    summary: 'show the faults that there are, or those that are active now',
    examples: ['relevo fault list', 'relevo fault list --active'],
    exits: [[0, 'shown']],
    failures: projectFailures,
  })
    .option('-a, --active', 'those that were injected and are not healed yet')
    .action((options: ListOptions, command: Command) => {
      if (options.active) return active(options, command);
      const io = terminal(world.process, { json: options.json === true });
      return guarded(world.process, io, async () => {
        const all = faults.map(({ name, takes, does }) => ({ name, takes, does }));
        io.print(io.json ? JSON.stringify({ faults: all }) : renderFaults(faults, io.style, io.width));
        return 0;
      });
    });
}

async function showActive({ io, project, process }: Call): Promise<number> {
  const active = await listActive(project);
  io.print(io.json ? JSON.stringify({ active }) : renderActive(active, process.now(), io.style, io.width));
  return 0;
}

interface InjectOptions {
  readonly for: number;
}

/** Seconds. */
const [shortest, longest] = [1, 3600];

function injectCommand(world: World): Command {
  return commandLine({
    words: 'inject <fault> <target>',
    summary: 'inject a fault; it heals by itself, whatever becomes of this command',
    examples: [
      'relevo fault inject container.stop web/1 --for 10s',
      'relevo fault inject network.drop web/1:balancer/1',
      'relevo fault inject machine.off virtualMachine3 --for 1m',
    ],
    exits: [[0, 'it is broken now']],
    failures: [...projectFailures, 'refused'],
  })
    .addOption(new Option('--for <duration>', 'how long, from 1s to 1h').argParser(duration).default(30, '30s'))
    .action(onProject(world, runInject));
}

function duration(text: string): number {
  const seconds = parseDuration(text);
  if (seconds === undefined) throw new InvalidArgumentError('Write it as 10s or 1m30s.');
  if (seconds < shortest || seconds > longest) throw new InvalidArgumentError('It takes from 1s to 1h.');
  return seconds;
}

async function runInject(
  { io, project, options }: Call<InjectOptions>,
  fault: string,
  target: string,
): Promise<number> {
  const found = await injectFault(project, { fault, target, seconds: options.for });
  const { injected } = found;
  io.print(io.json ? JSON.stringify(injected) : injectedLine(injected, found.target, options.for, io.style));
  return 0;
}

interface HealOptions {
  readonly all?: boolean;
}

function healCommand(world: World): Command {
  return commandLine({
    words: 'heal [fault] [target]',
    summary: 'end a fault before its time, or all of them',
    examples: ['relevo fault heal container.stop web/1', 'relevo fault heal --all'],
    exits: [[0, 'nothing of it is left']],
    failures: projectFailures,
  })
    .option('-a, --all', 'every fault of the project')
    .action(onProject(world, runHeal));
}

async function runHeal(
  { io, project, options }: Call<HealOptions>,
  fault: string | undefined,
  target: string | undefined,
): Promise<number> {
  const which = fault !== undefined && target !== undefined ? { fault, target } : undefined;
  if ((options.all === true) === (fault !== undefined) || (fault === undefined) !== (target === undefined))
    throw unclear();
  const healed = await healFaults(project, which);
  io.print(io.json ? JSON.stringify({ healed }) : healedLines(healed, io.style));
  return 0;
}

function unclear(): RelevoError {
  const hint = 'relevo fault heal FAULT TARGET, or relevo fault heal --all';
  return new RelevoError({ code: 'usage', message: 'say which fault on which target, or --all', hint });
}
