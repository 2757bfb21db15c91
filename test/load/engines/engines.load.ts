import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkPlan } from '../../../src/load/engine/check.ts';
import { EmbeddedEngine } from '../../../src/load/engine/embedded.ts';
import { jmeterForTests, jmeterHomeForTests } from '../../rig/jmeter.ts';
import { type Site, startSite } from '../../rig/load-site.ts';
import { testPlan } from '../../rig/plan.ts';
import type { Case } from './case.ts';
import { files, type Outcome, type Round, runCases } from './compare.ts';
import { dataCases } from './data-cases.ts';
import { flowCases, stopCases } from './flow-cases.ts';
import { httpCases } from './http-cases.ts';
import { openModelCases, timedCases } from './timed-cases.ts';

/** Names are made beforehand, and requests to the site itself need its port: the same plan with port 0 has the same names. */
const rooms: readonly (readonly [name: string, cases: (port: number) => readonly Case[]])[] = [
  ['HTTP requests', httpCases],
  ['controllers and groups', flowCases],
  ['a test that is stopped', stopCases],
  ['timers, schedules and arrivals', timedCases],
  ['an open model', openModelCases],
  ['assertions, extractors, data and functions', dataCases],
];

type Times = Outcome['times'];

/**
 * All in milliseconds. `stall`: so long this process, and the embedded engine in it, got no processor. JMeter's JVM may get none,
 * or collect garbage, when this process has what it wants: so there is something on top, which is still less than what any case
 * would be off where an engine left its timer out, or measured what it must not.
 */
function expectAlikeInTime(ours: Times, theirs: Times, stall: number): void {
  const both = Math.min(ours.length, theirs.length);
  const starts = (times: Times) => times.slice(0, both).map(({ start }) => Math.round(start));
  const [our, their] = [starts(ours), starts(theirs)];
  const far = our.filter((start, index) => Math.abs(start - (their[index] ?? 0)) > 150 + 3 * stall);
  if (far.length > 0) expect(our, `starts, with a stall of ${stall} ms`).toEqual(their);
  for (const percent of [50, 90, 99]) {
    const [mine, other] = [percentile(ours, percent), percentile(theirs, percent)];
    const most = Math.max(0.1 * other, 50 + 3 * stall);
    expect(Math.abs(mine - other), `p${percent}: ${mine} and ${other} ms`).toBeLessThanOrEqual(most);
  }
}

function percentile(times: Times, percent: number): number {
  const sorted = times.map(({ elapsed }) => elapsed).sort((a, b) => a - b);
  return sorted[Math.ceil((percent / 100) * sorted.length) - 1] ?? 0;
}

const timed: readonly unknown[] = [timedCases, openModelCases];

/** Fetched on a bare machine: in a hook of its own, which has its own limit. */
beforeAll(async () => {
  await jmeterHomeForTests();
});

/** Both engines on the same plans against the same server: each case once, all that can be seen of it compared. */
describe.each(rooms)('JMeter and the embedded engine alike: %s', (_, casesFor) => {
  let site: Site;
  let jmeter: Round;
  let embedded: Round;

  beforeAll(async () => {
    site = await startSite();
    const cases = casesFor(site.port).filter(({ refused }) => refused === undefined);
    jmeter = await runCases(jmeterForTests(), cases, site);
    embedded = await runCases(new EmbeddedEngine(), cases, site);
  });
  afterAll(() => site[Symbol.asyncDispose]());

  const findings = (groups: Case['groups']) =>
    checkPlan({ name: '', root: testPlan(groups), directory: files }, new Map(), false).findings.filter(
      ({ kind }) => kind === 'unsupported',
    );

  test.each(casesFor(1).map((each) => [each.name, each] as const))('%s', (name, { groups, silent, about, refused }) => {
    expect(findings(groups).length > 0).toBe(refused === true);
    if (refused) return;
    const [theirs, ours] = [jmeter.outcomes.get(name), embedded.outcomes.get(name)];
    if (theirs === undefined || ours === undefined) throw new Error('it was not run');
    expect(theirs.samples.length === 0).toBe(silent === true);
    const seen = ({ samples, requests }: Outcome) => ({ samples, requests });
    if (about === undefined) expect(seen(ours)).toEqual(seen(theirs));
    else expect(Math.abs(ours.labels.length - theirs.labels.length)).toBeLessThanOrEqual(about);
    if (timed.includes(casesFor)) {
      expectAlikeInTime(ours.times, theirs.times, Math.max(jmeter.stall, embedded.stall));
    }
  });
});
