import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { installScript } from '../../src/render/vagrant-site.ts';
import { rubyString } from '../../src/render/vagrantfile.ts';

/** What Ruby makes of a literal in single quotes; undefined where it does not end at its end. */
function readRuby(literal: string): string | undefined {
  if (!literal.startsWith("'")) return undefined;
  let text = '';
  for (let at = 1; at < literal.length; at += 1) {
    const next = literal[at + 1];
    if (literal[at] === "'") return at === literal.length - 1 ? text : undefined;
    const isEscape = literal[at] === '\\' && (next === '\\' || next === "'");
    text += isEscape ? next : literal[at];
    if (isEscape) at += 1;
  }
  return undefined;
}

describe('a text of the file in a Vagrantfile', () => {
  it('is one literal of Ruby’s, whatever is in it', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => readRuby(rubyString(text)) === text));
    const hard = fc.stringMatching(/^['\\#{}$@"\n]{0,12}$/);
    fc.assert(fc.property(hard, (text) => readRuby(rubyString(text)) === text));
  });
});

it.each([
  ['no cache/', undefined, []],
  ['an empty one', [], []],
  ['one with images', ['base.tar.zst', 'relevo-1.tar.zst'], ['base.tar.zst', 'relevo-1.tar.zst']],
])('the first machine takes an export with %s', (_, given, taken) => {
  const home = mkdtempSync(join(tmpdir(), 'relevo-install-'));
  const [from, cache] = [join(home, 'from'), join(home, 'cache')];
  for (const each of [from, cache, ...(given === undefined ? [] : [join(from, 'cache')])]) mkdirSync(each);
  for (const name of given ?? []) writeFileSync(join(from, 'cache', name), name);
  const lines = installScript.split('\n').filter((line) => line.includes('"$from/cache"'));
  execFileSync('sh', ['-euc', lines.join('\n')], { env: { ...process.env, from, cache } });
  expect([lines.length, readdirSync(cache).sort()]).toEqual([1, taken]);
  rmSync(home, { recursive: true });
});
