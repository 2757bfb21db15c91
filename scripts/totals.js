// Prints each failed test of the reports that scripts/reporter.js wrote and what it said, then `N passed, N failed`, added
// up; exits with 1 on any failure or when no test ran. A run's end is what is looked at first, and all that some logs keep.
import { readFileSync } from 'node:fs';

/** Lines of one failure: the rest is in the log above. */
const most = 60;

function read(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return { passed: 0, skipped: 0, failures: [{ title: 'vitest ended without a report', text: path }] };
  }
}

const indented = (text) => text.trim().split('\n').slice(0, most).join('\n').replaceAll(/^/gm, '    ');

const reports = process.argv.slice(2).map(read);
const failures = reports.flatMap((report) => report.failures);
for (const { title, text } of failures) console.log(`${title}\n${indented(text)}\n`);
const sum = (count) => reports.reduce((total, report) => total + count(report), 0);
const passed = sum((report) => report.passed);
const skipped = sum((report) => report.skipped);
if (passed + failures.length === 0) console.log('no test ran');
console.log(`${passed} passed, ${failures.length} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = passed === 0 || failures.length > 0 ? 1 : 0;
