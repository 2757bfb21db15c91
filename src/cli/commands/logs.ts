import type { Command } from 'commander';
import { type LogsSink, logs as showLogs } from '../../app/logs.ts';
import { commandLine, projectFailures, wholeNumber } from '../commandline.ts';
import type { Io } from '../io.ts';
import { type Call, onProject } from '../project.ts';
import type { World } from '../world.ts';
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

async function run({ io, project, options }: Call<LogsOptions>, name: string | undefined): Promise<number> {
  const { lines, follow = false } = options;
  await showLogs(project, { name, lines, follow, signal: endedWith(io) }, sinkOf(io));
  return 0;
}

function sinkOf(io: Io): LogsSink {
  let width = 0;
  return {
    begin(instances) {
      width = Math.max(...instances.map(({ length }) => length));
    },
    note: (text) => io.note(io.style.yellow(text)),
    print: io.json
      ? (instance, line) => io.print(JSON.stringify({ instance, line }))
      : (instance, line) => io.print(`${io.style.cyan(instance.padEnd(width))} ${line}`),
  };
}
