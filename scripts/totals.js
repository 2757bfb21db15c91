// Prints `N passed, N failed` from vitest's JSON report; exits with 1 on any failure or when no test ran.
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

const report = read(process.argv[2]);
const passed = report.numPassedTests;
const failed = report.numFailedTests + brokenFiles(report);
const skipped = report.numPendingTests > 0 ? `, ${report.numPendingTests} skipped` : '';
if (passed + failed === 0) console.log('no test ran');
console.log(`${passed} passed, ${failed} failed${skipped}`);
process.exitCode = passed === 0 || failed > 0 ? 1 : 0;
