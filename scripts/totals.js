// Prints `N passed, N failed` from vitest's JSON reports, added up; exits with 1 on any failure or when no test ran.
import { readFileSync } from 'node:fs';

function read(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    console.log('vitest ended without a report');
    return { numPassedTests: 0, numFailedTests: 1, numPendingTests: 0, testResults: [] };
  }
}

/** Files that failed before any of their tests did: they don't load, or their set-up throws. */
function brokenFiles({ testResults }) {
  return testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  ).length;
}

const reports = process.argv.slice(2).map(read);
const sum = (count) => reports.reduce((total, report) => total + count(report), 0);
const passed = sum(({ numPassedTests }) => numPassedTests);
const failed = sum((report) => report.numFailedTests + brokenFiles(report));
const pending = sum(({ numPendingTests }) => numPendingTests);
const skipped = pending > 0 ? `, ${pending} skipped` : '';
if (passed + failed === 0) console.log('no test ran');
console.log(`${passed} passed, ${failed} failed${skipped}`);
process.exitCode = passed === 0 || failed > 0 ? 1 : 0;
