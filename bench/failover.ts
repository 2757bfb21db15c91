/**
 * What users notice of failures: `npm run bench:failover [-- --runs N] [--only TEXT] [--minutes N]`. Open-loop load (200 requests/s,
 * every second one on a kept connection, and 10 POSTs/s) on two primaries, one warm backup and two balancers on three
 * machines, and at the same time, where there is something to compare, on a textbook HAProxy in front of the same servers.
 * On an LXD of its own. Prints a table in Markdown: median and worst of all runs, each beside its goal.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Arena, type Run } from '../test/rig/arena.ts';
import { type Failure, failures } from '../test/rig/failures.ts';
import { type Outcome, probe } from '../test/rig/prober.ts';
import { startTextbook, textbookPort } from './textbook.ts';

const home = '/var/lib/relevo-bench';
process.env['LXD_DIR'] = `${home}/lxd`;
process.env['RELEVO_HOME'] = `${home}/state`;

/** Seconds. */
const usual = 10;

interface Row {
  readonly failure: Failure;
  readonly runs: Run[];
  readonly textbook: Outcome[];
}

async function once(arena: Arena, { failure, runs, textbook }: Row): Promise<void> {
  await arena.calm();
  const seconds = failure.seconds ?? usual;
  const load = { seconds, getsPerSecond: 200, postsPerSecond: 10 };
  const victim = (await failure.victim?.(arena)) ?? ''; // where the address must be elsewhere, it is so before anybody counts
  if (failure.oursOnly || failure.cold) runs.push(await arena.underLoad(failure.deed, load));
  else {
    const host = await startTextbook(arena, victim);
    await sleep(1000);
    const [ours, theirs] = await Promise.all([
      arena.underLoad(failure.deed, load),
      probe(textbookPort, { host, seconds, perSecond: 200 }),
    ]);
    runs.push(ours);
    textbook.push(theirs);
  }
  const [mine, theirs] = [runs.at(-1), textbook.at(-1)];
  console.log(
    `${failure.name}: ${JSON.stringify(mine)}${theirs === undefined ? '' : `\n    textbook: ${JSON.stringify(theirs)}`}`,
  );
}

const sorted = (values: readonly number[]) => values.toSorted((a, b) => a - b);
const median = (values: readonly number[]) => sorted(values)[Math.floor(values.length / 2)] ?? 0;
const lost = ({ sent, ok }: Outcome) => sent - ok;

/** `0 / 2`: median and worst; `–` where there is none, and the goal in brackets. */
function cell(values: readonly (number | undefined)[], goal?: number | string, digits = 0): string {
  const there = values.filter((each) => each !== undefined);
  const never = values.length - there.length;
  const spread = there.length === 0 ? '–' : `${median(there).toFixed(digits)} / ${Math.max(...there).toFixed(digits)}`;
  const text = never === 0 || values.length === 0 ? spread : `${spread}, never in ${never} of ${values.length}`;
  return goal === undefined ? text : `${text} (${goal})`;
}

function line({ failure, runs, textbook }: Row): string {
  const { goal } = failure;
  const broken = runs.filter(({ down }) => down !== undefined);
  const cells = [
    failure.name,
    textbook.length === 0 ? '–' : cell(textbook.map(lost)),
    cell(
      runs.map(({ gets }) => lost(gets)),
      goal.lost,
    ),
    cell(
      runs.map(({ gets }) => gets.worst),
      goal.worst,
    ),
    cell(
      runs.map(({ gets }) => gets.silence),
      goal.silence,
    ),
    cell(
      broken.map(({ down }) => down),
      goal.down,
      1,
    ),
    cell(
      broken.map(({ capacity }) => capacity),
      goal.capacity,
      1,
    ),
    cell(
      broken.map(({ repaired }) => repaired),
      goal.repaired,
      1,
    ),
    cell(runs.map(({ posts }) => lost(posts))),
    cell(
      runs.map(({ twice }) => twice),
      0,
    ),
  ];
  return `| ${cells.join(' | ')} |`;
}

function summary(rows: readonly Row[]): void {
  const titles = [
    ...['what happens', 'textbook lost', 'GETs lost', 'worst ms', 'longest silence ms', 'DOWN s'],
    ...['capacity back s', 'repaired s', 'POSTs told of an error', 'POSTs delivered twice'],
  ];
  console.log(`\n| ${titles.join(' | ')} |\n|${' --- |'.repeat(titles.length)}`);
  for (const row of rows.filter(({ runs }) => runs.length > 0)) console.log(line(row));
  const sum = (count: (outcome: Outcome) => number) =>
    rows.flatMap(({ runs }) => runs).reduce((total, { gets, posts }) => total + count(gets) + count(posts), 0);
  const [sent, ok, failed, unknown, unsent] = (['sent', 'ok', 'failed', 'unknown', 'unsent'] as const).map((key) =>
    sum((outcome) => outcome[key]),
  );
  console.log(`\n${sent} requests: ${ok} ok, ${failed} failed, ${unknown} unknown, ${unsent} unsent`);
}

function removeDaemon(): void {
  spawnSync('lxd', ['shutdown', '--timeout=30'], { timeout: 60_000 });
  rmSync(home, { recursive: true, force: true });
}

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    only: { type: 'string' },
    minutes: { type: 'string', default: '60' },
  },
});
const rows = failures
  .filter(({ name }) => name.includes(values.only ?? ''))
  .map((failure): Row => ({ failure, runs: [], textbook: [] }));
removeDaemon();
mkdirSync(home, { mode: 0o711 });
try {
  const { status, stderr } = spawnSync('./relevo', ['doctor', '--fix', '--yes'], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  using arena = new Arena('relevo-failover', 1191);
  arena.up();
  for (const cold of [false, true]) {
    const own = rows.filter(({ failure }) => (failure.cold === true) === cold);
    if (cold && own.length > 0) arena.coldBackup();
    for (let run = 0; run < Number(values.runs); run += 1) {
      for (const row of own) if (cold || performance.now() < Number(values.minutes) * 60_000) await once(arena, row);
    }
  }
} finally {
  summary(rows);
  removeDaemon();
}
