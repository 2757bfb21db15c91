import { describe, expect, it } from 'vitest';
import { makeProgress } from '../../../src/cli/print/progress.ts';
import { makeStyle } from '../../../src/cli/print/style.ts';
import type { Event, EventBody } from '../../../src/domain/event.ts';

const at = '2026-01-01T00:00:00.000Z';
const create = { step: 'a', kind: 'instance.create', instance: 'web-1', machine: 'm1' } as const;
const build = { step: 'b', kind: 'image.build', image: 'web' } as const;

const run: readonly EventBody[] = [
  {
    type: 'plan',
    steps: [
      { id: 'a', kind: 'instance.create', instance: 'web-1', reason: '', machine: 'm1' },
      { id: 'b', kind: 'image.build', image: 'web', reason: '' },
    ],
  },
  { type: 'step-started', ...create },
  { type: 'step-started', ...build },
  { type: 'step-progress', step: 'b', line: 'Get:1 apache2' },
  { type: 'step-succeeded', ...create, seconds: 1.84 },
  {
    ...{ type: 'step-failed', ...build, seconds: 75 },
    failure: { code: 'build-failed', message: 'the build step failed', evidence: { title: 'run[0]', lines: ['no'] } },
  },
  {
    ...{ type: 'finished', ok: false, changed: 1, seconds: 76.2 },
    failure: { code: 'build-failed', message: 'the build step failed' },
  },
];

/** A terminal of 60 columns that keeps all that is written, and a clock that is turned by hand. */
function stage(mode: 'live' | 'plain' | 'json') {
  let text = '';
  let now = 0;
  const ticks = new Set<() => void>();
  const write = (piece: string) => {
    text += piece;
  };
  const clock = {
    elapsed: () => now,
    every(_milliseconds: number, tick: () => void) {
      ticks.add(tick);
      return () => void ticks.delete(tick);
    },
  };
  const style = makeStyle({ isTTY: false, env: {} });
  const progress = makeProgress(mode, { output: { columns: 60, rows: 20, write }, clock, style });
  return {
    play: (events: readonly EventBody[]) => {
      for (const event of events) progress.event({ seq: 1, at, ...event });
    },
    pass(milliseconds: number) {
      now += milliseconds;
      for (const tick of ticks) tick();
    },
    close: () => progress.close(),
    text: () => text,
    ticking: () => ticks.size > 0,
  };
}

describe('a note', () => {
  const booting: EventBody = { type: 'note', about: 'booting', machines: ['m2'] };
  const others: EventBody = { type: 'note', about: 'storage-copies', machines: ['m1'] };
  it.each(['plain', 'live'] as const)('is told at once where it says what is waited for, and only then: %s', (mode) => {
    const { play, text } = stage(mode);
    play([others]);
    expect(text()).toBe('');
    play([booting]);
    expect(text()).toContain('waiting for LXD on m2, which booted just now');
  });
});

describe('progress', () => {
  it('in a log: a line at each beginning and end', () => {
    const { play, text } = stage('plain');
    play(run);
    expect(text()).toMatchInlineSnapshot(`
      "… m1         create web-1
      … ·          build image web
      ✓ m1   1.8s  create web-1
      ✗ ·   1m15s  build image web
        the build step failed
          run[0]
          │ no
      Failed after 1m16s, 1 step done
      "
    `);
  });

  it('as JSON: one event a line', () => {
    const { play, text } = stage('json');
    play(run);
    const events = text()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Event);
    const titles: Record<string, string> = { 'instance.create': 'create web-1', 'image.build': 'build image web' };
    const titled = <T extends object>(event: T) =>
      'kind' in event ? { ...event, title: titles[String(event.kind)] } : event;
    const wanted = run.map((event) =>
      event.type === 'plan' ? { ...event, steps: event.steps.map(titled) } : titled(event),
    );
    expect(events).toEqual(wanted.map((event) => ({ seq: 1, at, ...event })));
  });

  it('in a terminal: running steps with their time and last line, redrawn in place', () => {
    const { play, pass, text, ticking } = stage('live');
    play(run.slice(0, 4));
    pass(4000);
    expect(text()).toContain('4s  build image web  Get:1 apache2');
    expect(text()).toContain('0 of 2 · 4s');
    play(run.slice(4));
    expect(ticking()).toBe(false);
    expect(text()).toContain('1.8s  create web-1');
    expect(text()).toMatch(/Failed after 1m16s, 1 step done\n$/);
  });

  it('in a terminal: what was not finished is said when it closes', () => {
    const { play, close, text, ticking } = stage('live');
    play(run.slice(0, 3));
    close();
    expect(text()).toContain('create web-1  not finished');
    expect(text().endsWith('\u001b[?25h')).toBe(true);
    expect(ticking()).toBe(false);
  });
});
