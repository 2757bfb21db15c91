import fc from 'fast-check';
import { describe, it } from 'vitest';
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
