import { describe, expect, test } from 'vitest';
import { brief, complaints, head } from './helpers.ts';

/** A file with one load plan, which begins in line 5, column 9. */
const withPlan = (plan: string) => `${head}services: {web: {port: 80}}\nload:\n  a: ${plan}\n`;

/** The same with one request, which begins in line 6, column 45. */
const withRequest = (request: string) => withPlan(`{users: 1, duration: 1s, requests: [${request}]}`);

/** The same with one threshold. */
const expecting = (text: string) =>
  withPlan(`{users: 1, duration: 1s, requests: [{get: /}, {post: /, name: sale}], expect: ['${text}']}`);

const known =
  'known are {{uuid}}, {{random 1 6}}, {{text 8}}, {{user}}, {{count}}, {{now}}; for a literal `{{` write `\\{{`';
const figures = 'known are samples, errors, error%, rate, apdex, min, mean, median, p90, p95, p99, p99.9, max';

const cases: [name: string, text: string, expected: string[]][] = [
  [
    'neither users nor rate nor plan',
    withPlan('{duration: 1s}'),
    [
      '6:3 load.a: a load plan has `users`, a `rate` or a `plan` (for example `users: 100`, `rate: 200/s` or `plan: shop.jmx`)',
    ],
  ],
  [
    'the name of a command',
    withPlan('{plan: a.jmx}').replace('  a:', '  report:'),
    ['6:3 load.report: `relevo load report` is a command, so no load plan has that name (for example `report-plan`)'],
  ],
  [
    'two of them',
    withPlan('{users: 1, rate: 1/s, duration: 1s, requests: [{get: /}]}'),
    [
      '6:17 load.a.rate: `users` and `rate` are different kinds of load plans (keep one of them, or make two load plans)',
    ],
  ],
  [
    'keys of other kinds',
    withPlan('{plan: a.jmx, pace: 1s, duration: 1s}'),
    [
      '6:20 load.a.pace: `pace` belongs to `users`, and this load plan has `plan` (delete the line)',
      '6:30 load.a.duration: `duration` belongs to `users` or `rate`, and this load plan has `plan` (delete the line)',
    ],
  ],
  [
    'what is missing',
    withPlan('{rate: 1/s}'),
    [
      '6:3 load.a.duration: `duration` is missing (for example `duration: 60s`)',
      '6:3 load.a.requests: `requests` is missing (for example `requests: [{get: /}]`)',
    ],
  ],
  [
    'units',
    withPlan('{users: 0, ramp_up: 5, pace: 1 s, duration: 1500ms, requests: [{get: /}]}'),
    [
      '6:14 load.a.users: expected a whole number, 1 or more, got the number 0',
      '6:26 load.a.ramp_up: expected a duration such as 10s, got the number 5 (for example `10s`)',
      '6:35 load.a.pace: `1 s` is no duration (for example `500ms`, `2s` or `1m30s`)',
      '6:50 load.a.duration: expected whole seconds, got `1500ms` (a plan of JMeter’s knows no smaller ones here)',
    ],
  ],
  [
    'a ramp-up beyond the end',
    withPlan('{users: 1, ramp_up: 2m, duration: 1m, requests: [{get: /}]}'),
    ['6:26 load.a.ramp_up: `ramp_up` is part of `duration`, and longer than it (make `duration` longer)'],
  ],
  [
    'rates',
    withPlan('{rate: 200, duration: 0s, requests: []}'),
    [
      '6:13 load.a.rate: expected a rate such as 200/s, got the number 200 (for example `200/s`)',
      '6:28 load.a.duration: expected a duration from 1s to 7 days, got `0s`',
      '6:32 load.a.requests: the list is empty; expected a list of at least one request',
    ],
  ],
  [
    'a rate of none',
    withPlan('{rate: 0/s, duration: 1s, requests: [{get: /}]}'),
    ['6:13 load.a.rate: expected a rate above 0 and up to 1000000/s, got `0/s`'],
  ],
  [
    'a rate by hour',
    withPlan('{rate: 5/h, duration: 1s, requests: [{get: /}]}'),
    ['6:13 load.a.rate: `5/h` is no rate (for example `200/s` or `12000/min`)'],
  ],
  [
    'a name of a property',
    withPlan('{plan: a.jmx, properties: {"a=b": 1}}'),
    ['6:33 load.a.properties.a=b: `a=b` is no name of a property (it has neither spaces nor `=`)'],
  ],
  [
    'a plan that is none',
    withPlan('{plan: shop.xml}'),
    ['6:13 load.a.plan: `shop.xml` is no JMeter plan (its name ends in `.jmx`)'],
  ],
  [
    'a name',
    `${head}services: {web: {port: 80}}\nload: {Big: {plan: a.jmx}}\n`,
    ['5:8 load.Big: the name of a load plan is written in lower case (for example `big`)'],
  ],
  [
    'a request without a method',
    withRequest('{name: a}'),
    ['6:42 load.a.requests[0]: a request has a method and a path (for example `get: /`)'],
  ],
  [
    'a request with two',
    withRequest('{get: /, post: /}'),
    ['6:51 load.a.requests[0].post: this request has `get` already (make it two requests)'],
  ],
  [
    'bodies',
    withRequest('{get: /, json: {}}, {post: /, body: a, json: {}}'),
    [
      '6:51 load.a.requests[0].json: a GET request has no body (did you mean `post`?)',
      '6:72 load.a.requests[1].body: `json` and `body` are two bodies, and a request has one (keep one of them)',
    ],
  ],
  [
    'a path without a slash',
    withRequest('{get: orders}'),
    [
      '6:48 load.a.requests[0].get: a path begins with `/` (for example `/orders`, or a whole URL with `http://` or `https://`)',
    ],
  ],
  [
    'a path with a space',
    withRequest('{get: /a b}'),
    ['6:48 load.a.requests[0].get: a path of a URL has no space here (percent-encode it, as the browser sends it)'],
  ],
  [
    'placeholders',
    withRequest('{post: "/{{uid}}", json: {a: ["{{rand 1 6}}", "{{random 6 1}}"], "{{x": 1}, headers: {A: "{{ x }}"}}'),
    [
      `6:49 load.a.requests[0].post: unknown placeholder \`{{uid}}\` (did you mean \`uuid\`? ${known})`,
      `6:72 load.a.requests[0].json.a[0]: unknown placeholder \`{{rand 1 6}}\` (did you mean \`random\`? ${known})`,
      `6:88 load.a.requests[0].json.a[1]: unknown placeholder \`{{random 6 1}}\` (did you mean \`random\`? ${known})`,
      '6:107 load.a.requests[0].json.{{x: this `{{` has no `}}` in its line (for a literal `{{` write `\\{{`)',
      `6:131 load.a.requests[0].headers.A: unknown placeholder \`{{ x }}\` (${known})`,
    ],
  ],
  [
    'functions of JMeter’s',
    withRequest('{get: /, name: "\u0024{n}", expect: {body: "\u0024{__P(x)}"}}'),
    [
      '6:57 load.a.requests[0].name: `\u0024{` begins a function of JMeter’s (write `{{uuid}}` and the like here, or a plan of your own (`plan: FILE.jmx`))',
      '6:80 load.a.requests[0].expect.body: `\u0024{` begins a function of JMeter’s (write `{{uuid}}` and the like here, or a plan of your own (`plan: FILE.jmx`))',
    ],
  ],
  [
    'characters that no plan can hold',
    withRequest('{post: /, body: "a\\u0001", headers: {A: "b\\n"}}'),
    [
      '6:58 load.a.requests[0].body: the text has control characters in it',
      '6:82 load.a.requests[0].headers.A: the text has control characters in it',
    ],
  ],
  [
    'no JSON',
    withRequest('{post: /, json: }'),
    ['6:52 load.a.requests[0].json: `json` is left empty (give it a value, or delete the line)'],
  ],
  [
    'an unknown key',
    withRequest('{get: /, jsno: 1}'),
    ['6:51 load.a.requests[0].jsno: unknown key `jsno` (did you mean `json`?)'],
  ],
  [
    'no threshold',
    expecting('fast'),
    ['6:85 load.a.expect[0]: `fast` is no threshold (for example `p99 < 400ms` or `errors == 0`)'],
  ],
  ['one =', expecting('errors = 0'), ['6:85 load.a.expect[0]: `errors = 0` is no threshold (equal is written `==`)']],
  [
    'a figure',
    expecting('p98 < 1s'),
    [`6:85 load.a.expect[0]: there is no figure \`p98\` (did you mean \`p90\`? ${figures})`],
  ],
  [
    'a value without its unit',
    expecting('p99 < 400'),
    ['6:85 load.a.expect[0]: `400` is no value for `p99` (for example `p99 < 400ms` or `mean < 1.5s`)'],
  ],
  [
    'more than all',
    expecting('error% < 101'),
    ['6:85 load.a.expect[0]: `101` is no value for `error%` (for example `error% < 1%`)'],
  ],
  [
    'a label without quotes',
    expecting('p99 of GET / < 1s'),
    ['6:85 load.a.expect[0]: `p99 of GET / < 1s` is no threshold (a label stands in quotes: `p95 of "GET /" < 1s`)'],
  ],
  [
    'a label that nothing has',
    expecting('p99 of "sales" < 1s'),
    ['6:85 load.a.expect[0]: no request is called `sales` (did you mean `sale`?)'],
  ],
  [
    'a label far from all',
    expecting('p99 of "DELETE /users" < 1s'),
    ['6:85 load.a.expect[0]: no request is called `DELETE /users` (there are `GET /`, `sale`)'],
  ],
];

describe('load plans', () => {
  test.each(cases)('%s', (_, text, expected) => {
    expect(brief(complaints(text))).toEqual(expected);
  });
});
