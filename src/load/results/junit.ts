import type { ExpectationResult, LoadFigures, LoadResult } from '../../domain/load.ts';
import { asAttribute, asText } from './escape.ts';

/**
 * A result as JUnit's XML, as CI servers read it: a case for each label, for each expectation, and for the verdict. It has a failure
 * or an error where, and only where, the run is no pass; a label fails where it has errors then.
 */
export function junitOf(result: LoadResult): string {
  const { plan, seconds, startedAt, labels, expectations, verdict } = result;
  const isPass = verdict.is === 'pass';
  const cases = [
    ...labels.map((each) => labelCase(plan, each, isPass)),
    ...expectations.map((each) => expectationCase(plan, each, verdict.is === 'fail')),
    verdictCase(result),
  ];
  const count = (tag: string) => cases.filter((each) => each.includes(`<${tag} `)).length;
  const counts = `tests="${cases.length}" failures="${count('failure')}" errors="${count('error')}"`;
  const suite = `name="${asAttribute(plan)}" ${counts} time="${seconds.toFixed(3)}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${suite}>`,
    `  <testsuite ${suite} timestamp="${startedAt}">`,
    ...cases,
    ...remarks(result),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

/** What must be read beside the cases: what of the plan was left out, and what the generator has to do with the figures. */
function remarks({ findings, generator, untold = [] }: LoadResult): string[] {
  const lines = [
    ...findings.map(({ kind, path, line, what, consequence }) => {
      const where = line === 0 ? path : `${path} (line ${line})`;
      return `${kind}: ${where}: ${what}: ${consequence}`;
    }),
    ...(generator === undefined ? [] : [`generator: CPU at most ${(100 * generator.busiest).toFixed(1)}%`]),
    ...[generator?.bottleneck, generator?.limit, generator?.delay].flatMap((text) => text ?? []),
    ...untold,
  ];
  return lines.length === 0 ? [] : [`    <system-out>${lines.map(asText).join('\n')}</system-out>`];
}

function labelCase(plan: string, figures: LoadFigures, isPass: boolean): string {
  const { name, samples, failed, unknown, service } = figures;
  const errors = failed + unknown;
  const why = isPass || errors === 0 ? '' : `<failure message="${errors} of ${samples} samples failed"/>`;
  return testCase(`${plan}.labels`, name, service.mean / 1000, why);
}

function expectationCase(plan: string, { text, holds, measured }: ExpectationResult, isFail: boolean): string {
  if (holds) return testCase(`${plan}.expectations`, text, 0, '');
  const message = `message="${asAttribute(`it was ${measured}`)}"`;
  return testCase(`${plan}.expectations`, text, 0, isFail ? `<failure ${message}/>` : `<skipped ${message}/>`);
}

function verdictCase({ plan, seconds, verdict }: LoadResult): string {
  if (verdict.is === 'pass') return testCase(plan, 'verdict', seconds, '');
  const message = `message="${asAttribute(verdict.why.join('; '))}"`;
  return testCase(plan, 'verdict', seconds, verdict.is === 'fail' ? `<failure ${message}/>` : `<error ${message}/>`);
}

function testCase(group: string, name: string, seconds: number, content: string): string {
  const head = `    <testcase classname="${asAttribute(group)}" name="${asAttribute(name)}" time="${seconds.toFixed(3)}"`;
  return content === '' ? `${head}/>` : `${head}>${content}</testcase>`;
}
