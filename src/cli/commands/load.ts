import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Threshold } from '../../domain/spec.ts';
import { parseThreshold } from '../../spec/threshold.ts';
import { commandLine, projectFailures, wholeNumber } from '../commandline.ts';
import { verdictExits } from '../exits.ts';
import type { World } from '../world.ts';
import type { CheckOptions, ExportOptions } from './load-plan.ts';
import type { ReportOptions } from './load-report.ts';
import type { LoadOptions } from './load-run.ts';

const exits = [
  [verdictExits.pass, 'all that was expected is so'],
  [verdictExits.fail, 'what was expected is not so'],
  [verdictExits.void, 'there is nothing to judge by, such as too few samples'],
] as const;

/**
 * Runs a load plan. What its commands do is imported when they are typed: readers of plans and logs take longer to load than most
 * commands to run.
 */
export function load(world: World): Command {
  return commandLine({
    words: 'load <plan>',
    summary: 'run a load plan: one that the file describes, or a .jmx of JMeter’s',
    examples: [
      'relevo load stress',
      "relevo load shop.jmx --target https://staging.test/ -J users=50 --expect 'p99 < 400ms'",
      'relevo load steady --engine jmeter --jtl out.jtl --junit out.xml',
    ],
    exits,
    failures: [...projectFailures, 'unsupported', 'interrupted'],
  })
    .helpCommand(false)
    .enablePositionalOptions() // `--expect` after `report` is report's
    .addOption(propertyOption())
    .addOption(new Option('--engine <engine>', 'which runs it').choices(['embedded', 'jmeter']).default('embedded'))
    .addOption(
      new Option('--target <url>', 'where requests without a host go; without it, to the project’s address').argParser(
        url,
      ),
    )
    .option('--jtl <file>', 'write each sample to a new file, as JMeter does')
    .addOption(
      new Option('--jtl-format <format>', 'without it, XML if the name ends in .xml, else CSV').choices(['csv', 'xml']),
    )
    .option('--junit <file>', 'write labels and expectations as JUnit’s XML')
    .addOption(
      new Option(
        '--expect <threshold>',
        'what a good result is, besides what the file says; may be repeated',
      ).argParser(expectation),
    )
    .option('--workers <number>', 'processor cores to use; without it, all', workers)
    .option('--share <part>', 'the users that this generator has if others have the rest, such as 2/3', share)
    .option('--skip-unsupported', 'leave out what can’t be honoured; the result is no pass then')
    .option('--any-file', 'let the plan read files outside its own directory')
    .action(async (plan: string, options: LoadOptions) => (await import('./load-run.ts')).runLoad(world, plan, options))
    .addCommand(check(world))
    .addCommand(exportCommand(world))
    .addCommand(report(world));
}

function check(world: World): Command {
  return commandLine({
    words: 'check <plan>',
    summary: 'tell what of a plan is honoured, what is not, and what follows',
    examples: ['relevo load check shop.jmx', 'relevo load check shop.jmx -J users=50'],
    exits: [[0, 'all of it is honoured']],
    failures: ['invalid-file', 'refused', 'not-found', 'unsupported'],
  })
    .addOption(propertyOption())
    .option('--any-file', 'let the plan read files outside its own directory')
    .action(async (plan: string, options: CheckOptions) =>
      (await import('./load-plan.ts')).checkCommand(world, plan, options),
    );
}

function exportCommand(world: World): Command {
  return commandLine({
    words: 'export <plan>',
    summary: 'print a plan of the file as a .jmx that JMeter opens',
    examples: ['relevo load export stress > stress.jmx', 'relevo load export stress --target http://localhost:8080/'],
    exits: [[0, 'printed']],
    failures: projectFailures,
  })
    .addOption(
      new Option('--target <url>', 'where its requests go; without it, to the project’s address').argParser(url),
    )
    .action(async (plan: string, options: ExportOptions) =>
      (await import('./load-plan.ts')).exportCommand(world, plan, options),
    );
}

function report(world: World): Command {
  return commandLine({
    words: 'report <log> [more...]',
    summary: 'sum up and judge logs of samples (.jtl), CSV or XML: several are those of one run',
    examples: [
      "relevo load report out.jtl --expect 'error% < 1%' --expect 'p95 < 1s'",
      'relevo load report one.jtl two.jtl three.jtl',
    ],
    exits,
    failures: ['invalid-file', 'not-found'],
  })
    .addOption(
      new Option(
        '--expect <threshold>',
        'what a good result is, besides `errors == 0`, unless it is about errors; may be repeated',
      ).argParser(expectation),
    )
    .option('--junit <file>', 'write labels and expectations as JUnit’s XML')
    .action(async (log: string, more: string[], options: ReportOptions) =>
      (await import('./load-report.ts')).reportCommand(world, [log, ...more], options),
    );
}

function propertyOption(): Option {
  return new Option('-J <name=value>', 'a property of JMeter’s, as `__P` reads it; may be repeated').argParser(
    property,
  );
}

/** Each one more. */
function property(text: string, before: ReadonlyMap<string, string> = new Map()): ReadonlyMap<string, string> {
  const [, name, value = ''] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined) throw new InvalidArgumentError('Write it as name=value.');
  return new Map([...before, [name, value]]);
}

function expectation(text: string, before: readonly Threshold[] = []): readonly Threshold[] {
  const threshold = parseThreshold(text);
  if ('figure' in threshold) return [...before, threshold];
  const { message, hint } = threshold;
  throw new InvalidArgumentError(hint === undefined ? message : `${message}; ${hint}`);
}

/** `2/3`: the second of three. */
function share(text: string): LoadOptions['share'] {
  const [, part = 0, of = 0] = (/^(\d{1,4})\/(\d{1,4})$/.exec(text) ?? []).map(Number);
  if (part < 1 || part > of) throw new InvalidArgumentError('Write the second of three as 2/3.');
  return { index: part - 1, of };
}

const mostWorkers = 256;

function workers(text: string): number {
  const number = wholeNumber(text);
  if (number < 1 || number > mostWorkers) throw new InvalidArgumentError(`It must be from 1 to ${mostWorkers}.`);
  return number;
}

/** No more of a URL than a host: paths are the plan's, and so are credentials. */
function url(text: string): URL {
  const target = URL.canParse(text) ? new URL(text) : undefined;
  if (target === undefined || !/^https?:$/.test(target.protocol) || target.href !== `${target.origin}/`)
    throw new InvalidArgumentError('Write it as http://host:port/ or https://host/.');
  return target;
}
