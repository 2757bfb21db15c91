/**
 * Writes down what JMeter makes of the plan: `node test/load/http/as-jmeter/record.ts JMETER_HOME`, 5.6.3 on Java 17.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { serve, storyOf } from './server.ts';

const [home = ''] = process.argv.slice(2);
const log = join(mkdtempSync(join(tmpdir(), 'relevo-jmeter-')), 'log.xml');
await using server = await serve();
const save = ['output_format=xml', 'url=true', 'subresults=true'].map((each) => `-Jjmeter.save.saveservice.${each}`);
const plan = join(import.meta.dirname, 'plan.jmx');
const run = ['-n', '-t', plan, '-l', log, '-j', `${log}.txt`, `-Jport=${server.port}`, ...save];
await promisify(execFile)('java', ['-jar', 'ApacheJMeter.jar', ...run], { cwd: join(home, 'bin'), timeout: 120_000 });
const story = storyOf(server, readFileSync(log, 'utf8'));
writeFileSync(join(import.meta.dirname, 'jmeter-5.6.3.json'), `${JSON.stringify(story, undefined, 2)}\n`);
rmSync(join(log, '..'), { recursive: true });
