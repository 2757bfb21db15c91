import { describe, expect, test } from 'vitest';
import { brief, complaints, head } from './helpers.ts';

/** What is wrong, the file, and every complaint about it. */
type Case = readonly [title: string, text: string, expected: readonly string[]];

const cases: readonly Case[] = [
  ['an empty file', '', ['- the file is empty (`relevo init` writes a commented starter)']],
  ['only comments', '# nothing yet\n', ['- the file holds only comments (`relevo init` writes a commented starter)']],
  ['a text', 'hello\n', ['- expected keys such as `version: 1`, got the text "hello"']],
  ['a list', '- a\n', ['- expected keys such as `version: 1`, got a list']],
  [
    'missing required keys',
    'name: demo\n',
    [
      '- version: `version` is missing (for example `version: 1`)',
      '- machines: `machines` is missing',
      '- services: `services` is missing',
    ],
  ],
  [
    'several documents',
    `${head}---\nname: other\n`,
    [
      '4:1 a second document begins here, and a file holds one (remove the `---`, or keep each project in a file of its own)',
    ],
  ],
  [
    'an unknown key and a misspelt one',
    `${head}services: {web: {port: 80}}\nbalancr: {}\nreplicas: 2\n`,
    [
      '5:1 balancr: unknown key `balancr` (did you mean `balancer`?)',
      '6:1 replicas: unknown key `replicas` (it belongs in `services.<name>` or `balancer`)',
    ],
  ],
  [
    'another version',
    'version: 2\nname: demo\nmachines: {hosts: [m1]}\nservices: {web: {port: 80}}\n',
    ['1:10 version: this Relevo reads version 1, not version 2'],
  ],
  [
    'a version in quotes',
    'version: "1"\nname: demo\nmachines: {hosts: [m1]}\nservices: {web: {port: 80}}\n',
    ['1:10 version: expected the number 1 (write `1`, without quotes)'],
  ],
  [
    'sections left empty',
    'version: 1\nname:\nmachines:\nservices:\n  web:\n',
    [
      '2:1 name: `name` is left empty (give it a value, or delete the line)',
      '3:1 machines: `machines` is left empty (give it a value, or delete the line)',
      '5:3 services.web: `web` is left empty (give it a value, or delete the line)',
    ],
  ],
];

describe('the whole file', () => {
  test.each(cases)('%s', (_, text, expected) => {
    expect(brief(complaints(text))).toEqual(expected);
  });
});
