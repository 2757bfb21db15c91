import { execFileSync } from 'node:child_process';
import { compileRegex } from './src/load/text/regex.ts';

const rnd = (n: number) => Math.floor(Math.random() * n);
const atoms = [
  'a',
  'b',
  'c',
  '.',
  '\\w',
  '\\d',
  '\\s',
  '\\W',
  '[ab]',
  '[^a]',
  '[a-c]',
  '[[:alpha:]]',
  '[^[:digit:]\\s]',
  '\\n',
  '(a)',
  '(?:ab)',
  '(a|b)',
  '(b|ab|)',
  '^',
  '$',
  '\\b',
  '\\B',
  '\\A',
  '\\Z',
  '(?=a)',
  '(?!b)',
  '\\1',
  '\\x41',
  '\\.',
  '1',
  '"',
  '(?i)',
  '(?s)',
  '(?m)',
  '(?x)',
  ' ',
  '#',
  '{',
  '}',
  ']',
  'é',
  '\\e',
  '[\\w-]',
  '[]a]',
  '(a*?)b',
  '\\012',
  '-',
  '/',
  '\\/',
  '=',
  '(',
  '|',
  ')',
];
const quants = ['', '', '', '', '', '*', '+', '?', '*?', '+?', '{2}', '{1,2}', '{0,1}?', '{2,}'];
const chars = ['a', 'b', 'c', 'A', 'B', '1', ' ', '\n', '.', '"', 'ab', 'abc', 'é', '-', '\r', '#'];
const cases: [string, string][] = [];
for (let i = 0; i < 60000; i++) {
  let p = '';
  for (let k = 0; k < 1 + rnd(5); k++) p += atoms[rnd(atoms.length)] + quants[rnd(quants.length)];
  let s = '';
  for (let k = 0; k < rnd(8); k++) s += chars[rnd(chars.length)];
  if (!/(\\[ZAbB]|[$^]|\(\?[=!]\w\))[*+?{]/.test(p)) cases.push([p, s]);
}
const enc = (s: string) => {
  const b = Buffer.from(s, 'utf16le');
  b.swap16();
  return b.toString('base64');
};
const out = execFileSync(
  'java',
  ['-cp', '/root/.m2/repository/oro/oro/2.0.8/oro-2.0.8.jar:/work/scratch/text/java', 'D'],
  { input: cases.map(([p, s]) => enc(p) + ' ' + enc(s)).join('\n') + '\n', maxBuffer: 1e9 },
)
  .toString()
  .split('\n');
let bad = 0,
  err = 0,
  oroerr = 0;
const kinds: Record<string, number> = {};
for (const [i, [p, s]] of cases.entries()) {
  let mine;
  try {
    const r = compileRegex(p);
    mine =
      r
        .findAll(s, 20)
        .map((m) => enc(m[0]!) + ',')
        .join('') + r.matches(s);
  } catch (e) {
    mine = 'ERR ' + (e as Error).message;
  }
  const theirs = out[i]!;
  if (theirs.startsWith('ERR')) oroerr++;
  if (
    mine !== theirs &&
    !/^,|,,/.test(theirs) &&
    !/^,|,,/.test(mine) &&
    !(mine.startsWith('ERR') && theirs.startsWith('ERR'))
  ) {
    bad++;
    const dec = (x: string) =>
      x.startsWith('ERR')
        ? x
        : x
            .split(',')
            .slice(0, -1)
            .map((b) => {
              const q = Buffer.from(b, 'base64');
              q.swap16();
              return JSON.stringify(q.toString('utf16le'));
            })
            .join('') +
          ' ' +
          x.split(',').at(-1);
    if (bad <= Number(process.argv[3] ?? 40))
      console.log(JSON.stringify(p), JSON.stringify(s), 'mine', dec(mine), 'oro', dec(theirs));
  }
}
console.log({ bad, of: cases.length, oroerr });
