/**
 * What generators of load cost, side by side against the same server: `npm run bench:load [-- --seconds N] [--only TEXT]
 * [--json FILE]`. Relevo as the built package, JMeter 5.6.3, k6 and wrk on one core, the server (HAProxy that answers by itself) on
 * the other. CPU time and memory are the whole process's, its start included. Prints tables in Markdown, saves them as JSON.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Contender, embedded, type Figures, jmeter, k6, type Task, wrk } from './load/contenders.ts';
import { readingFigures } from './load/reading.ts';
import { startTarget } from './load/target.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '30' },
    only: { type: 'string', default: '' },
    json: { type: 'string', default: 'bench-load.json' },
  },
});
const seconds = Number(values.seconds);

interface Scenario {
  readonly name: string;
  readonly task: Omit<Task, 'url'>;
  /** Where the server runs. */
  readonly server: string;
  readonly who: readonly string[];
}

const all = ['relevo', 'JMeter', 'k6', 'wrk'];
const flatOut = { users: 64, ramp: 0, pause: 0, duration: Math.ceil(seconds / 2) };

const scenarios: readonly Scenario[] = [
  {
    name: '2,000 users, 0.5 s',
    task: { users: 2000, ramp: Math.min(5, Math.round(seconds / 2)), pause: 0.5, duration: seconds, cores: '0' },
    ...{ server: '1', who: all },
  },
  { name: 'flat out, 64 users', task: { ...flatOut, cores: '0' }, server: '1', who: all },
  // The server takes its share of the cores: so that one and both are alike, it has those that the generator has.
  { name: 'one core, the server on it too', task: { ...flatOut, cores: '0' }, server: '0', who: ['relevo', 'wrk'] },
  {
    name: 'both cores, the server on them too',
    task: { ...flatOut, cores: '0,1' },
    server: '0,1',
    who: ['relevo', 'wrk'],
  },
  {
    name: '10,000 users that wait',
    task: { users: 10_000, ramp: Math.round(seconds / 3), pause: seconds / 2, duration: seconds, cores: '0' },
    ...{ server: '1', who: ['relevo', 'k6'] },
  },
];

/** Those that are here; why another one is not. */
function contenders(): Contender[] {
  const makers = { relevo: embedded, JMeter: jmeter, k6, wrk };
  return Object.entries(makers).flatMap(([name, make]) => {
    try {
      return [make()];
    } catch (error) {
      console.error(`${name} is left out: ${(error as Error).message}`);
      return [];
    }
  });
}

const number = (value: number, digits = 0) =>
  value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });

function row(scenario: string, who: string, each: Figures): string {
  const { cpu, requests, memory, rate, errors, late, p50, p99 } = each;
  const cells = [
    ...[
      scenario,
      who,
      number((1e6 * cpu) / requests, 1),
      number(memory / 1e6),
      number(rate),
      number(requests),
      number(errors),
    ],
    ...[late === undefined ? '–' : `${number((100 * late) / requests, 2)} %`, number(p50, 2), number(p99, 2)],
  ];
  return `| ${cells.join(' | ')} |`;
}

const results: { scenario: string; contender: string; figures: Figures }[] = [];
const generators = contenders();
console.log(
  '| load | generator | CPU µs/request | memory MB | requests/s | requests | errors | late | p50 ms | p99 ms |',
);
console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |');
for (const { name, task, server, who } of scenarios) {
  if (!name.includes(values.only)) continue;
  for (const contender of generators.filter((each) => who.some((known) => each.name.startsWith(known)))) {
    await using target = await startTarget(server, task.users);
    try {
      const figures = await contender.run({ ...task, url: target.url });
      results.push({ scenario: name, contender: contender.name, figures });
      console.log(row(name, contender.name, figures));
    } catch (error) {
      console.log(`| ${name} | ${contender.name} | ${(error as Error).message.replaceAll(/\s+/g, ' ')} |`);
    }
  }
}
const reading = 'reading a log'.includes(values.only) ? await readingFigures(2_000_000) : undefined;
if (reading !== undefined) {
  const { lines, bytes, seconds: took, memory } = reading;
  const speed = `${number(lines / took / 1e6, 2)} million lines/s, ${number(bytes / took / 1e6)} MB/s`;
  console.log(
    `\nReading a CSV log of ${number(lines)} samples (${number(bytes / 1e6)} MB): ${speed}, ${number(memory / 1e6)} MB of memory.`,
  );
}
writeFileSync(
  values.json,
  `${JSON.stringify({ at: new Date().toISOString(), seconds, results, reading }, undefined, 2)}\n`,
);
