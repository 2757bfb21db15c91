import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EmbeddedEngine } from '../../../src/load/engine/embedded.ts';
import { jmeterForTests } from '../../rig/jmeter.ts';
import { type Site, startSite } from '../../rig/load-site.ts';
import type { Case } from './case.ts';
import { type Round, runCases } from './compare.ts';
import { dataCases } from './data-cases.ts';
import { flowCases } from './flow-cases.ts';
import { httpCases } from './http-cases.ts';

/** Names are made beforehand, and requests to the site itself need its port: the same plan with port 0 has the same names. */
const rooms: readonly (readonly [name: string, cases: (port: number) => readonly Case[]])[] = [
  ['HTTP requests', httpCases],
  ['controllers and groups', flowCases],
  ['assertions, extractors, data and functions', dataCases],
];

/** Both engines on the same plans against the same server: each case once, all that can be seen of it compared. */
describe.each(rooms)('JMeter and the embedded engine alike: %s', (_, casesFor) => {
  let site: Site;
  let jmeter: Round;
  let embedded: Round;

  beforeAll(async () => {
    site = await startSite();
    const cases = casesFor(site.port);
    jmeter = await runCases(jmeterForTests(), cases, site);
    embedded = await runCases(new EmbeddedEngine(), cases, site);
  });
  afterAll(() => site[Symbol.asyncDispose]());

  test.each(casesFor(0).map((each) => [each.name, each] as const))('%s', (name, { silent, about }) => {
    const [theirs, ours] = [jmeter.outcomes.get(name), embedded.outcomes.get(name)];
    if (theirs === undefined || ours === undefined) throw new Error('it was not run');
    expect(theirs.samples.length === 0).toBe(silent === true);
    if (about === undefined) expect(ours).toEqual(theirs);
    else expect(ours.labels).toEqual(theirs.labels);
  });
});
