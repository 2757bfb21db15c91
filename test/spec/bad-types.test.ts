import { describe, expect, test } from 'vitest';
import { brief, complaints, head, withWeb } from './helpers.ts';

/** What is wrong, the file, and every complaint about it. */
type Case = readonly [title: string, text: string, expected: readonly string[]];

const cases: readonly Case[] = [
  [
    'a text for a whole number',
    withWeb('replicas: two'),
    ['7:15 services.web.replicas: expected a whole number, got the text "two"'],
  ],
  [
    'a quoted number',
    withWeb('replicas: "2"'),
    ['7:15 services.web.replicas: expected a whole number, got the text "2" (write `2`, without quotes)'],
  ],
  ['a fraction', withWeb('replicas: 1.5'), ['7:15 services.web.replicas: expected a whole number, got the number 1.5']],
  [
    'less than nothing',
    withWeb('replicas: -1'),
    ['7:15 services.web.replicas: expected a whole number, 0 or more, got the number -1'],
  ],
  [
    'an empty value',
    withWeb('replicas:'),
    ['7:5 services.web.replicas: `replicas` is left empty (give it a value, or delete the line)'],
  ],
  [
    'a misspelt key',
    withWeb('replics: 2'),
    ['7:5 services.web.replics: unknown key `replics` (did you mean `replicas`?)'],
  ],
  [
    'a key of another section',
    withWeb('publish: 80'),
    ['7:5 services.web.publish: unknown key `publish` (it belongs in `balancer` or `balancer.tls`)'],
  ],
  [
    "Compose's word",
    withWeb('healthcheck: {path: /}'),
    [
      '7:5 services.web.healthcheck: unknown key `healthcheck` (write `health: {path: /}`: the balancers ask over HTTP, and no command runs inside)',
    ],
  ],
  [
    'a text for a list',
    withWeb('run: echo hello'),
    [
      '7:10 services.web.run: expected a list of commands, got the text "echo hello" (write it as a list: `[echo hello]`)',
    ],
  ],
  [
    'a number for a text',
    withWeb('command: [node, 3000]'),
    ['7:21 services.web.command[1]: expected text, got the number 3000 (put it in quotes: `"3000"`)'],
  ],
  [
    'a map for a list',
    withWeb('packages: {a: 1}'),
    ['7:5 services.web.packages: expected a list of packages, got a map of keys'],
  ],
  [
    'an unknown algorithm',
    `${head}services: {web: {port: 80}}\nbalancer: {algorithm: roundrobbin}\n`,
    [
      '5:23 balancer.algorithm: expected roundrobin, leastconn, source, uri or resource, got the text "roundrobbin" (did you mean `roundrobin`?)',
    ],
  ],
  [
    'an unknown provider',
    'version: 1\nname: demo\nmachines: {hosts: [m1], provider: docker}\nservices: {web: {port: 80}}\n',
    ['3:35 machines.provider: expected local, ssh or vagrant, got the text "docker"'],
  ],
  [
    'ports',
    `${head}services: {web: {port: 70000}, api: {port: 0080, route: {path: /api}}}\nbalancer: {publish: 0}\n`,
    [
      '4:24 services.web.port: expected a port, a whole number from 1 to 65535, got the number 70000',
      '4:44 services.api.port: expected a port, a whole number from 1 to 65535, got the text "0080" (write `80`, without leading zeros)',
      '5:21 balancer.publish: expected a port, a whole number from 1 to 65535, got the number 0',
    ],
  ],
  [
    'a missing port',
    `${head}services: {web: {}}\n`,
    ['4:12 services.web.port: `port` is missing (for example `port: 80`)'],
  ],
];

describe('types', () => {
  test.each(cases)('%s', (_, text, expected) => {
    expect(brief(complaints(text))).toEqual(expected);
  });
});
