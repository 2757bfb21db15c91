import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { Visitor } from '../rig/chat.ts';
import { followEvents } from '../rig/event-stream.ts';
import { load, title } from '../rig/load.ts';
import { Project } from '../rig/project.ts';

const isLong = process.env['RELEVO_LONG'] === '1';
/** Milliseconds until somebody who was cut off has a connection again, on a busy machine too. */
const soon = 8000;

interface Example {
  readonly name: string;
  /** The service whose first instance is stopped. */
  readonly service: string;
  /** What every request to / answers: its page's title, or all of it. */
  readonly answers: RegExp;
  readonly host?: string;
  /** Tried in every run of the tests, the others in long ones. */
  readonly often?: true;
  /** Before `up`. */
  readonly prepare?: () => void;
  /** Beside the fault. Resolves when it has begun; what that returns looks at how it went. */
  readonly beside?: () => Promise<() => Promise<void>>;
}

const first: Example = { name: 'php', service: 'web', answers: /^Hello$/, often: true };
const examples: readonly Example[] = [
  first,
  { name: 'chat', service: 'chat', answers: /^Chat$/, often: true, prepare: shortVisits, beside: chat },
  { name: 'events', service: 'clock', answers: /^Events$/, beside: events },
  { name: 'static', service: 'web', answers: /^Static$/, prepare: manyPages, beside: readAll },
  { name: 'sinatra', service: 'web', answers: /^Sinatra$/ },
  { name: 'django', service: 'web', answers: /^Django$/, host: 'hello.example.org' },
  { name: 'node-build', service: 'web', answers: /^Node$/ },
  { name: 'go', service: 'api', answers: /^Hello from go1\.\d+(\.\d+)? on api-\d\n$/ },
];

/** One cluster for all of them: each example is made of the one before. */
const project = new Project('relevo-ex', 1340, `examples/${first.name}`);
const url = `http://127.0.0.1:${project.port}`;

afterAll(() => project[Symbol.dispose]());

function shortVisits(): void {
  project.edit('VISIT_SECONDS: 60', 'VISIT_SECONDS: 15');
}

/** Three people talk all the time. In the end each has read all, and nobody was away for long. */
async function chat() {
  const visitors = Array.from({ length: 3 }, () => new Visitor(project.port));
  const said: string[] = [];
  const timer = setInterval(() => {
    for (const [index, visitor] of visitors.entries()) {
      if (said.length >= 180) return; // a visitor tells 200 messages to a room that begins anew
      const text = `${index}: ${said.length}`;
      said.push(text);
      visitor.say(text);
    }
  }, 500);
  return async () => {
    clearInterval(timer);
    const all = said.toSorted();
    const rooms = () => visitors.map(({ texts }) => texts);
    await vi.waitFor(() => expect(rooms()).toEqual([all, all, all]), { timeout: 30_000, interval: 500 });
    for (const visitor of visitors) visitor.leave();
    expect(said.length).toBeGreaterThan(20);
    for (const { longestGap } of visitors) expect(longestGap).toBeLessThan(soon);
  };
}

/** Who follows all the time misses no second, whichever instance it comes to. */
async function events() {
  const stops = Array.from({ length: 4 }, () => followEvents(`${url}/events`));
  return async () => {
    for (const stop of stops) {
      const { events, longestSilence } = await stop();
      const ids = events.map(({ id }) => id);
      expect(ids.length).toBeGreaterThan(5);
      expect(ids).toEqual(ids.map((_, index) => (ids[0] ?? 0) + index));
      expect(longestSilence).toBeLessThan(soon);
    }
  };
}

const pages = Array.from({ length: 200 }, (_, number) => `pages/${number % 10}/${number}.html`);

function manyPages(): void {
  for (let each = 0; each < 10; each += 1)
    mkdirSync(join(project.directory, 'site/pages', String(each)), { recursive: true });
  for (const page of pages) project.write(`site/${page}`, `<title>${page}</title>\n`);
}

async function readAll() {
  return async () => {
    for (const page of pages) expect(await (await fetch(`${url}/${page}`)).text()).toBe(`<title>${page}</title>\n`);
  };
}

describe.each(examples.filter(({ often }) => often || isLong))('the example $name', (example) => {
  const { name, service, answers, host, prepare, beside } = example;

  it('comes up as it is, and answers', () => {
    if (example !== first) project.become(`examples/${name}`);
    prepare?.();
    project.up();
    expect(project.status().instances.map(({ server }) => server)).toEqual(['UP', 'UP']);
    return expect(title(project.port, false, '127.0.0.1', host)).resolves.toMatch(answers);
  });

  it('loses nothing when an instance is stopped hard', async () => {
    const ended = await beside?.();
    const stop = load(project.port, undefined, host);
    expect((await project.told('fault', 'inject', 'container.stop', `${service}/1`, '--for', '1m')).code).toBe(0);
    const servers = async () => {
      const { stdout } = await project.told('status', '--json');
      return (JSON.parse(stdout) as ReturnType<Project['status']>).instances.map(({ server }) => server);
    };
    await vi.waitFor(async () => expect(await servers()).toEqual(['UP', 'UP']), { timeout: 60_000, interval: 500 });
    const outcomes = await stop();
    await ended?.();
    expect([...outcomes.values()].reduce((a, b) => a + b, 0)).toBeGreaterThan(200);
    // An answer of which a part was sent can't be saved: it may happen to one that was being sent (docs/haproxy.md).
    const begun = outcomes.get('aborted') ?? 0;
    expect(begun).toBeLessThanOrEqual(1);
    expect([...outcomes].filter(([outcome]) => outcome !== 'aborted' && !answers.test(outcome))).toEqual([]);
    expect((await project.told('fault', 'heal', '--all')).code).toBe(0);
  });
});
