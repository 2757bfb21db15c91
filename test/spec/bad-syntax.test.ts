import { describe, expect, test } from 'vitest';
import { brief, complaints, head } from './helpers.ts';

/** What is wrong, the file, and every complaint about it. */
type Case = readonly [title: string, text: string, expected: readonly string[]];

const cases: readonly Case[] = [
  [
    'tabs',
    'version: 1\nmachines:\n\thosts: [a]\n\tprovider: local\n',
    [
      '3:1 a tab indents this line; YAML wants spaces (replace each tab by two spaces)',
      '4:1 a tab indents this line; YAML wants spaces (replace each tab by two spaces)',
    ],
  ],
  [
    'a bracket that is not closed',
    `${head}services: {web: {port: 80}\nbalancer: {publish: 80}\n`,
    ['4:11 this `{` is never closed'],
  ],
  ['a quote that is not closed', 'version: 1\nname: "demo\nservices: {}\n', ['2:7 this `"` is never closed']],
  [
    'two keys in one line',
    'name: a: b\n',
    ['1:7 a second `key:` on one line (begin a new line with it, or quote the text that holds `: `)'],
  ],
  [
    'a colon forgotten',
    'version 1\nname: demo\n',
    ['1:1 this text is no `key: value` (a `:` is missing, or the indentation is off)'],
  ],
  [
    'odd indentation',
    `${head}services:\n  web: {port: 80}\n api: {port: 80}\n`,
    ['6:1 all mapping items must start at the same column (keys of one map begin in the same column)'],
  ],
  [
    'a reserved character',
    'name: @demo\n',
    ['1:7 plain value cannot start with reserved character @ (put the value in quotes)'],
  ],
  ['an unknown tag', 'name: !env NAME\n', ['1:7 unresolved tag: !env']],
  [
    'duplicate keys',
    `${head}services: {web: {port: 80, port: 81}}\nname: again\n`,
    [
      '4:28 services.web.port: `port` is here twice, first in line 4 (keep one of them)',
      '5:1 name: `name` is here twice, first in line 2 (keep one of them)',
    ],
  ],
  [
    'an alias without anchor',
    `${head}services: {web: *web}\n`,
    ['4:17 services.web: no anchor `&web` stands before this alias'],
  ],
  [
    'an alias inside its anchor',
    `${head}services: &all {web: *all}\n`,
    ['4:22 services.web: this alias stands inside its own anchor'],
  ],
  [
    'a merge of itself',
    `${head}services: {web: &web {<<: *web, port: 80}}\n`,
    ['4:27 services.web: this alias stands inside its own anchor'],
  ],
  [
    'a merge of no map',
    `${head}services: {web: {<<: 3, port: 80}}\n`,
    ['4:18 services.web.<<: expected an alias of a map (for example `<<: *common`)'],
  ],
  [
    'an alias bomb',
    'a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: [*d,*d,*d]\n',
    ['- the aliases of this file unfold to more than 20000 values'],
  ],
  [
    'keys that are no words',
    `${head}services: {__proto__: {port: 80}, [a]: {port: 80}, web: {port: 80}}\n`,
    [
      '4:12 services: expected a word such as `name` for a key',
      '4:35 services: expected a word such as `name` for a key',
    ],
  ],
];

describe('syntax', () => {
  test.each(cases)('%s', (_, text, expected) => {
    expect(brief(complaints(text))).toEqual(expected);
  });
});
