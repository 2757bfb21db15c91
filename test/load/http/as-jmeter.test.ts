import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { EmbeddedEngine } from '../../../src/load/engine/embedded.ts';
import { readPlan } from '../../../src/load/jmx/read.ts';
import { type Story, serve, storyOf } from './as-jmeter/server.ts';

const directory = join(import.meta.dirname, 'as-jmeter');
const recorded: Story = JSON.parse(readFileSync(join(directory, 'jmeter-5.6.3.json'), 'utf8'));

it('sends the same bytes as the real JMeter, and tells the same story of the answers', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'relevo-http-')), 'log.xml');
  await using server = await serve();
  const root = readPlan(readFileSync(join(directory, 'plan.jmx')), 'plan.jmx');
  const order = {
    plan: { name: 'plan.jmx', root, directory },
    properties: new Map([['port', String(server.port)]]),
    workers: 1,
    share: { index: 0, of: 1 },
    jtl: { path, format: 'xml' as const },
    anyFile: false,
    askServer: false,
  };
  await new EmbeddedEngine().run(order, () => undefined, new AbortController().signal);
  const story = storyOf(server, readFileSync(path, 'utf8'));
  rmSync(join(path, '..'), { recursive: true });
  expect(story.requests).toEqual(recorded.requests);
  expect(story.samples).toEqual(recorded.samples);
});
