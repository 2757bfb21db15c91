import { expect, it } from 'vitest';
import { type Following, followJournal } from '../../src/app/journals.ts';
import { RelevoError } from '../../src/domain/failure.ts';
import type { ExecOptions } from '../../src/ports/lxd.ts';

const at = (second: number, text: string) => `2026-11-25T18:24:${second}+0000 web-1 ${text}`;
const gone = new RelevoError({ code: 'unreachable', message: 'gone' });

type Visit = { readonly lines?: readonly string[]; readonly lasts?: number; readonly error?: RelevoError };

/** Journals that break off one after another; the last one is left by Ctrl-C. */
function scene(...visits: Visit[]) {
  let now = 0;
  const stop = new AbortController();
  const seen = { argv: [] as string[], printed: [] as string[], notes: 0 };
  const exec = async (_: string, argv: readonly string[], { onLine }: ExecOptions = {}) => {
    const last = visits.length === 1;
    const { lines = [], lasts = 0, error } = last ? (visits[0] as Visit) : (visits.shift() as Visit);
    seen.argv.push(argv.slice(4).join(' '));
    for (const line of lines) onLine?.(line, 'stdout');
    now += lasts;
    if (error !== undefined) throw error;
    if (last) stop.abort();
    return { code: 0, stdout: '', stderr: '', whole: true };
  };
  const clock = {
    elapsed: () => now,
    async sleep(milliseconds: number) {
      now += milliseconds;
    },
  };
  const following: Following = {
    ...{ instances: { exec }, clock, signal: stop.signal },
    print: (_, line) => void seen.printed.push(line),
    note() {
      seen.notes += 1;
    },
  };
  return { seen, follow: () => followJournal(following, 'web-1', 20) };
}

it('a journal goes on where it broke off: each line is shown once', async () => {
  const { seen, follow } = scene(
    { lines: [at(10, 'a'), at(11, 'b'), '    more of b', at(11, 'c')], lasts: 60_000 },
    { error: gone },
    { lines: [at(11, 'b'), '    more of b', at(11, 'c'), at(11, 'd'), at(12, 'e'), at(12, 'e')] },
  );
  await follow();
  const shown = [at(10, 'a'), at(11, 'b'), '    more of b', at(11, 'c'), at(11, 'd'), at(12, 'e'), at(12, 'e')];
  expect(seen.printed).toEqual(shown);
  const since = `-f -n all --since @${Date.parse('2026-11-25T18:24:11Z') / 1000}`;
  expect(seen.argv).toEqual(['-f -n 20', since, since]);
  expect(seen.notes).toBe(1);
});

it('a journal that can not be read for a minute is given up', async () => {
  const { seen, follow } = scene({ lines: [at(10, 'a')], lasts: 60_000 }, { error: gone });
  await expect(follow()).rejects.toBe(gone);
  expect(seen.argv.length).toBeGreaterThan(50);
});

it('an instance that is deleted has no journal any more', async () => {
  const absent = new RelevoError({ code: 'not-found', message: 'Instance not found' });
  await expect(scene({ error: absent }).follow()).rejects.toBe(absent);
});
