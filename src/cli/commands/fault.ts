import { randomBytes } from 'node:crypto';
import { Command, InvalidArgumentError, Option } from 'commander';
import { RelevoError } from '../../domain/failure.ts';
import { faultNamed, faults } from '../../drills/catalogue.ts';
import { type ActiveFault, activeFaults, heal, inject } from '../../drills/inject.ts';
import { resolveTarget, type Scene, sameTarget } from '../../drills/target.ts';
import { readProject } from '../../observe/observe.ts';
import { parseDuration } from '../../spec/units.ts';
import { type CommonOptions, commandLine, projectFailures } from '../commandline.ts';
import { guarded, terminal } from '../io.ts';
import { healedLines, injectedLine, renderActive, renderFaults } from '../print/faults.ts';
import { type Call, onProject } from '../project.ts';
import { openCluster } from '../session.ts';
import type { World } from '../world.ts';

/** Breaks one thing on purpose. */
export function fault(world: World): Command {
  return new Command('fault')
    .description('break one thing on purpose; it heals by itself')
    .helpCommand(false)
    .addCommand(listFaults(world))
    .addCommand(injectFault(world))
    .addCommand(healFault(world));
}

interface ListOptions extends CommonOptions {
  readonly active?: boolean;
}

function listFaults(world: World): Command {
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
      const io = terminal({ json: options.json === true });
      return guarded(io, async () => {
        const all = faults.map(({ name, takes, does }) => ({ name, takes, does }));
        io.print(io.json ? JSON.stringify({ faults: all }) : renderFaults(faults, io.style, io.width));
        return 0;
      });
    });
}

async function showActive({ io, doors }: Call<object>): Promise<number> {
  const active = await activeFaults(doors.provider);
  io.print(io.json ? JSON.stringify({ active }) : renderActive(active, doors.system.now(), io.style, io.width));
  return 0;
}

interface InjectOptions {
  readonly for: number;
}

/** Seconds. */
const [shortest, longest] = [1, 3600];

function injectFault(world: World): Command {
  return commandLine({
    words: 'inject <fault> <target>',
    summary: 'break it; it heals by itself, whatever becomes of this command',
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

async function runInject(call: Call<InjectOptions>, name: string, text: string): Promise<number> {
  const { io, doors, options } = call;
  const fault = faultNamed(name);
  const target = resolveTarget(text, await sceneOf(call));
  const id = randomBytes(4).toString('hex');
  const now = doors.system.now();
  const injected = await inject(doors.provider, { fault, target, seconds: options.for, id, now });
  io.print(io.json ? JSON.stringify(injected) : injectedLine(injected, target, options.for, io.style));
  return 0;
}

async function sceneOf({ spec, doors }: Call<object>): Promise<Scene> {
  const { root, lxd } = await openCluster(spec, doors);
  await using _ = root;
  const [{ network, machines }, { instances }] = await Promise.all([doors.provider.observe(), readProject(lxd)]);
  return { spec, network, machines, instances };
}

interface HealOptions {
  readonly all?: boolean;
}

function healFault(world: World): Command {
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
  { io, doors, options }: Call<HealOptions>,
  name: string | undefined,
  target: string | undefined,
): Promise<number> {
  const all = options.all === true;
  if (all === (name !== undefined) || (name === undefined) !== (target === undefined)) throw unclear();
  if (name !== undefined) faultNamed(name);
  const fits = (each: ActiveFault) => all || (each.fault === name && sameTarget(each.target, target ?? ''));
  const healed = await heal(doors.provider, fits);
  if (healed.length === 0 && !all) throw notActive(name ?? '', target ?? '');
  io.print(io.json ? JSON.stringify({ healed }) : healedLines(healed, io.style));
  return 0;
}

function unclear(): RelevoError {
  const hint = 'relevo fault heal FAULT TARGET, or relevo fault heal --all';
  return new RelevoError({ code: 'usage', message: 'say which fault on which target, or --all', hint });
}

function notActive(fault: string, target: string): RelevoError {
  const hint = '`relevo fault list --active` shows those that are';
  return new RelevoError({ code: 'not-found', message: `${fault} is not on ${target}`, hint });
}
