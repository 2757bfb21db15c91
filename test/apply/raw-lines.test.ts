import { expect, test } from 'vitest';
import { checkRawLines } from '../../src/apply/raw-lines.ts';
import { RelevoError } from '../../src/domain/failure.ts';
import { bareWorld, desiredFor, specOf, text } from '../rig/world.ts';

/** A host whose HAProxy is of this version and says this. */
function host(version: string | undefined, said = '') {
  const asked: string[] = [];
  const run = async (argv: readonly string[], options?: { stdin?: string }) => {
    if (version === undefined) throw new RelevoError({ code: 'host-lacks', message: 'no haproxy' });
    if (argv[1] === '-v') return { code: 0, stdout: `HAProxy version ${version} 2023\n`, stderr: '' };
    asked.push(options?.stdin ?? '');
    return { code: said === '' ? 0 : 1, stdout: '', stderr: said };
  };
  return { asked, run };
}

const raw = specOf(text.replace('publish: 8080', 'publish: 8080, haproxy: {frontend: no-such-word}'));
const check = (spec: typeof raw, system: ReturnType<typeof host>) =>
  checkRawLines(spec, desiredFor(spec, bareWorld), system);

test('HAProxy is asked about raw lines only, and only one of the balancers’ version', async () => {
  for (const [spec, version] of [
    [specOf(text), '2.6.12'],
    [raw, undefined],
    [raw, '3.0.11'],
  ] as const) {
    const system = host(version);
    await check(spec, system);
    expect(system.asked).toEqual([]);
  }
  const system = host('2.6.12');
  await check(raw, system);
  expect(system.asked).toHaveLength(1);
  expect(system.asked[0]).not.toMatch(/errorfile|ssl crt/);
});

test('what it refuses is told with the lines that it means', async () => {
  const system = host('2.6.12');
  await check(raw, system);
  const number = (system.asked[0] ?? '').split('\n').findIndex((line) => line.includes('no-such-word')) + 1;
  const said = `[NOTICE]   (1) : version\n[ALERT]    (1) : config : parsing [/dev/stdin:${number}] : unknown keyword\n[ALERT]    (1) : config : Fatal errors found in configuration.\n`;
  const error = await check(raw, host('2.6.12', said)).catch((thrown: unknown) => thrown);
  expect((error as RelevoError).failure).toMatchObject({
    code: 'invalid-file',
    evidence: {
      lines: [`[ALERT] config : parsing [/dev/stdin:${number}] : unknown keyword`, '  the line: no-such-word'],
    },
  });
});
