// A reporter of vitest: how many tests passed, failed and were skipped, and all that failed tests said, differences too,
// as JSON in the file that RELEVO_TEST_REPORT names. scripts/totals.js adds such files up. Failures are told as soon as their
// file is done as well: a run of an hour may be ended before its end.
import { writeFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';

const ours = (line) => !/^ +at .*(?:node_modules|node:internal|<anonymous>)/.test(line);

function said({ stack, message, diff }) {
  const text = [stack ?? message, diff].filter(Boolean).join('\n');
  return stripVTControlCharacters(text).split('\n').filter(ours).join('\n');
}

const failure = (title, errors) => ({ title, text: errors.map(said).join('\n') });

/** Set-ups that threw, and files that don't load: no test of theirs may have run, and none tells. */
const outside = (module) =>
  [module, ...module.children.allSuites()].flatMap((part) => {
    const errors = part.errors();
    const file = module.relativeModuleId;
    return errors.length === 0 ? [] : [failure(part === module ? file : `${file} > ${part.fullName}`, errors)];
  });

const failuresOf = (module) => [
  ...[...module.children.allTests('failed')].map((test) =>
    failure(`${module.relativeModuleId} > ${test.fullName}`, test.result().errors),
  ),
  ...outside(module),
];

export default class {
  onTestModuleEnd(module) {
    for (const { title, text } of failuresOf(module)) console.error(`${title}\n${text}\n`);
  }

  onTestRunEnd(modules, unhandled) {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const inState = (state) => tests.filter((test) => test.result().state === state);
    const failures = [
      ...modules.flatMap(failuresOf),
      ...unhandled.map((error) => failure('outside of any test', [error])),
    ];
    const counts = { passed: inState('passed').length, skipped: inState('skipped').length };
    writeFileSync(process.env.RELEVO_TEST_REPORT, JSON.stringify({ ...counts, failures }));
  }
}
