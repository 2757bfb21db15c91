import { Command } from 'commander';
import { controlOf, machinesNamed, moveMachines, wayIn } from '../../app/machines.ts';
import { status } from '../../app/status.ts';
import type { MachineVerb } from '../../ports/provider.ts';
import { commandLine, projectFailures } from '../commandline.ts';
import { renderTable } from '../print/table.ts';
import { type Call, onProject } from '../project.ts';
import type { World } from '../world.ts';

/** The machines themselves, where they are somebody's to make. */
export function machines(world: World): Command {
  const all = Object.entries(verbs) as [MachineVerb, Verb][];
  return all
    .reduce(
      (group, [verb, text]) => group.addCommand(verbCommand(world, verb, text)),
      new Command('machines').description('start, stop and log in to the machines').helpCommand(false),
    )
    .addCommand(statusCommand(world))
    .addCommand(sshCommand(world));
}

interface Verb {
  readonly summary: string;
  /** What they are afterwards. */
  readonly done: string;
  readonly asks?: string;
}

const verbs: Readonly<Record<MachineVerb, Verb>> = {
  up: { summary: 'make and start machines, and nothing in them; all unless some are named', done: 'up' },
  halt: { summary: 'shut machines down, whatever they carry', done: 'halted' },
  suspend: { summary: 'suspend machines', done: 'suspended' },
  resume: { summary: 'resume suspended machines', done: 'running' },
  destroy: { summary: 'destroy machines, with all that is in them', done: 'destroyed', asks: 'Destroy' },
};

interface VerbOptions {
  readonly yes?: boolean;
}

function verbCommand(world: World, verb: MachineVerb, { summary, done, asks }: Verb): Command {
  const command = commandLine({
    words: `${verb} [machine...]`,
    summary,
    examples: [`relevo machines ${verb}`, `relevo machines ${verb} virtualMachine2`],
    exits: [[0, `they are ${done}`]],
    failures: [...projectFailures, 'busy', 'refused', 'interrupted'],
  });
  if (asks !== undefined) command.option('-y, --yes', 'do not ask');
  const run = async ({ io, project, options }: Call<VerbOptions>, names: readonly string[]) => {
    controlOf(project);
    const wanted = machinesNamed(project, names);
    if (asks !== undefined) await io.confirm(`${asks} ${wanted.join(', ')}?`, options.yes === true);
    const moved = await moveMachines(project, verb, wanted, (line) => (io.json ? undefined : io.note(line)));
    io.print(io.json ? JSON.stringify({ machines: moved, state: done }) : `${done}: ${moved.join(', ')}`);
    return 0;
  };
  return command.action(onProject(world, run, { exclusive: true }));
}

function statusCommand(world: World): Command {
  return commandLine({
    words: 'status',
    summary: 'show the machines',
    examples: ['relevo machines status'],
    exits: [[0, 'shown, whatever the state']],
    failures: projectFailures,
  }).action(
    onProject(world, async ({ io, project }: Call) => {
      const found = (await status(project)).machines;
      const rows = found.map(({ name, address, state, lxd }) => [name, address ?? '-', state, lxd]);
      const columns = ['machine', 'address', 'state', 'LXD'].map((title) => ({ title }));
      io.print(io.json ? JSON.stringify({ machines: found }) : renderTable(columns, rows, io.style, io.width));
      return 0;
    }),
  );
}

function sshCommand(world: World): Command {
  return commandLine({
    words: 'ssh <machine> [command...]',
    summary: 'open a shell on a machine, or run a command there',
    examples: ['relevo machines ssh virtualMachine1', 'relevo machines ssh virtualMachine1 -- uname -r'],
    exits: [['…', "the shell's or the command's own code"]],
    failures: [...projectFailures, 'refused'],
  }).action(
    onProject(world, async ({ project, process }: Call, machine: string, command: readonly string[]) =>
      process.handOver(await wayIn(project, machine, command)),
    ),
  );
}
