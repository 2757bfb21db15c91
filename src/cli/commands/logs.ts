import { type Command, InvalidArgumentError } from 'commander';
import { RelevoError } from '../../domain/failure.ts';
import type { LxdInstance } from '../../ports/lxd.ts';
import { commandLine, projectFailures } from '../commandline.ts';
import type { Io } from '../io.ts';
import { type Call, onProject } from '../project.ts';
import { openCluster } from '../session.ts';
import type { World } from '../world.ts';
import { followJournal, showJournal } from './follow.ts';
import { endedWith } from './inside.ts';

interface LogsOptions {
  readonly follow?: boolean;
  readonly lines: number;
}

export function logs(world: World): Command {
  return commandLine({
    words: 'logs [name]',
    summary: 'show the journals of an instance, of a service, or of all',
    examples: ['relevo logs web-1 -n 100', 'relevo logs web --follow'],
    exits: [[0, 'shown']],
    failures: [...projectFailures, 'interrupted'],
  })
    .option('-F, --follow', 'go on as lines come, until Ctrl-C')
    .option('-n, --lines <number>', 'lines of each', wholeNumber, 20)
    .action(onProject(world, run));
}

function wholeNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is no whole number.');
}

async function run(call: Call<LogsOptions>, wanted: string | undefined): Promise<number> {
  const { io, spec, doors, options } = call;
  const { root, lxd } = await openCluster(spec, doors);
  await using _ = root;
  const chosen = choose(await lxd.instances.list(), wanted);
  const print = printer(io, Math.max(...chosen.map(({ name }) => name.length)));
  const signal = endedWith(call);
  const note = (text: string) => io.note(io.style.yellow(text));
  const following = { instances: lxd.instances, clock: doors.system, signal, print, note };
  const show = (name: string) =>
    options.follow ? followJournal(following, name, options.lines) : showJournal(following, name, options.lines);
  await Promise.all(chosen.map(({ name }) => show(name)));
  return 0;
}

function choose(all: readonly LxdInstance[], wanted: string | undefined): LxdInstance[] {
  const running = all.filter(({ status }) => status === 'Running');
  const chosen = running.filter(
    ({ name, config }) => wanted === undefined || name === wanted || config['user.relevo.service'] === wanted,
  );
  if (chosen.length > 0) return chosen;
  const names = running.map(({ name }) => name).sort();
  throw new RelevoError({
    code: 'not-found',
    message: wanted === undefined ? 'no instance runs' : `no running instance or service is called ${wanted}`,
    hint: names.length === 0 ? 'start them with `relevo start`' : `there are: ${names.join(', ')}`,
  });
}

function printer(io: Io, width: number): (instance: string, line: string) => void {
  if (io.json) return (instance, line) => io.print(JSON.stringify({ instance, line }));
  return (instance, line) => io.print(`${io.style.cyan(instance.padEnd(width))} ${line}`);
}
