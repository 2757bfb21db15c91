// Prints each failed test of vitest's JSON reports and what it said, then `N passed, N failed`, added up; exits with 1
// on any failure or when no test ran. A run's end is what is looked at first, and all that some logs keep.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

function read(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    console.log('vitest ended without a report');
    return { numPassedTests: 0, numFailedTests: 1, numPendingTests: 0, testResults: [] };
  }
}

const failedTests = ({ assertionResults }) => assertionResults.filter(({ status }) => status === 'failed');

/** Files that failed before any of their tests did: they don't load, or their set-up throws. */
const brokenFiles = ({ testResults }) =>
  testResults.filter((file) => file.status === 'failed' && failedTests(file).length === 0);

const indented = (text) => text.trim().split('\n').slice(0, 12).join('\n').replaceAll(/^/gm, '    ');

function tell(report) {
  for (const file of report.testResults) {
    for (const { fullName, failureMessages } of failedTests(file))
      console.log(`${relative('', file.name)} > ${fullName}\n${indented(failureMessages.join('\n'))}\n`);
  }
  for (const { name, message } of brokenFiles(report)) console.log(`${relative('', name)}\n${indented(message)}\n`);
}

const reports = process.argv.slice(2).map(read);
for (const report of reports) tell(report);
const sum = (count) => reports.reduce((total, report) => total + count(report), 0);
const passed = sum(({ numPassedTests }) => numPassedTests);
const failed = sum((report) => report.numFailedTests + brokenFiles(report).length);
const pending = sum(({ numPendingTests }) => numPendingTests);
const skipped = pending > 0 ? `, ${pending} skipped` : '';
if (passed + failed === 0) console.log('no test ran');
console.log(`${passed} passed, ${failed} failed${skipped}`);
process.exitCode = passed === 0 || failed > 0 ? 1 : 0;
