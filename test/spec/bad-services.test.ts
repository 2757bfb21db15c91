import { describe, expect, test } from 'vitest';
import { brief, complaints, head, withWeb } from './helpers.ts';

/** What is wrong, the file, and every complaint about it. */
type Case = readonly [title: string, text: string, expected: readonly string[]];

const cases: readonly Case[] = [
  [
    'images',
    withWeb('image: debian:12'),
    [
      '7:12 services.web.image: an image is written distribution/release, and not `debian:12` (did you mean `debian/12`? known are debian/11, debian/12, debian/13, ubuntu/22.04, ubuntu/24.04)',
    ],
  ],
  [
    'an unknown image',
    withWeb('image: debian/99'),
    [
      '7:12 services.web.image: the image `debian/99` is not known (did you mean `debian/11`? known are debian/11, debian/12, debian/13, ubuntu/22.04, ubuntu/24.04)',
    ],
  ],
  [
    'packages',
    withWeb('packages: [Apache2, a b, -o]'),
    [
      '7:16 services.web.packages[0]: `Apache2` is no package name (lower-case letters, digits, `+`, `-` and `.`, such as `apache2`)',
      '7:25 services.web.packages[1]: `a b` is no package name (give each package an item of its own)',
      '7:30 services.web.packages[2]: `-o` is no package name (lower-case letters, digits, `+`, `-` and `.`, such as `apache2`)',
    ],
  ],
  [
    'targets',
    withWeb(
      'files:\n- {source: a, target: b}\n- {source: a, target: /etc/../x}\n- {source: a, target: /etc/}\n- {source: a, target: /x}\n- {source: b, target: //x}',
    ),
    [
      '8:27 services.web.files[0].target: a target is an absolute path (for example `/b`)',
      '9:27 services.web.files[1].target: a target has no `..` (write `/x`)',
      '10:27 services.web.files[2].target: a target has no `/` at its end (for a directory write `/etc`, for a file add its name)',
      '12:27 services.web.files[4].target: two files have the target `/x` (keep one of them)',
    ],
  ],
  [
    'files',
    withWeb(
      'files:\n- {source: "", target: /a, template: yes}\n- {target: /b, mode: 644}\n- {source: c, target: /c, mode: 0999}\n-',
    ),
    [
      '8:16 services.web.files[0].source: the source is empty',
      '8:42 services.web.files[0].template: expected true or false, got the text "yes" (YAML 1.2 knows no other words; write `true`, without quotes)',
      '9:7 services.web.files[1].source: `source` is missing (for example `source: site/index.html`)',
      '9:26 services.web.files[1].mode: expected permission bits such as "0644", got the number 644 (for example `"0644"`)',
      '10:37 services.web.files[2].mode: a mode has three or four octal digits, and not `0999` (for example `"0644"`)',
      '11:6 services.web.files[3]: this item is left empty (give it a value, or delete the line)',
    ],
  ],
  [
    'a shell in a command',
    withWeb('command: a | b'),
    [
      '7:14 services.web.command: `|` means something to a shell only, and no shell runs this command (if you want one, say so: `command: [sh, -c, "a | b"]`)',
    ],
  ],
  [
    'an expansion in a command',
    withWeb('command: echo "$HOME"'),
    [
      '7:14 services.web.command: `$` means something to a shell only, and no shell runs this command (if you want one, say so: `command: [sh, -c, "echo \\"$HOME\\""]`)',
    ],
  ],
  ['an open quote in a command', withWeb("command: echo 'a"), ["7:14 services.web.command: the quote ' is not closed"]],
  [
    'no command',
    withWeb('command: []'),
    ['7:5 services.web.command: the list is empty; expected a list of at least one word'],
  ],
  [
    'a user without command',
    withWeb('user: bob'),
    ['7:5 services.web.user: `user` runs `command`, and there is no `command` (delete the line, or add a command)'],
  ],
  [
    'a user name',
    withWeb('user: Bob\ncommand: a'),
    [
      '7:11 services.web.user: a user name has lower-case letters, digits, `_` and `-`, at most 32, and a letter or `_` first',
    ],
  ],
  [
    'environment names',
    withWeb('environment: {A B: 1, 1X: 2, OK: [1], E: }'),
    [
      '7:19 services.web.environment.A B: the name of an environment variable has only ASCII letters, digits and `_`, and no digit first (for example `A_B`)',
      '7:27 services.web.environment.1X: the name of an environment variable has only ASCII letters, digits and `_`, and no digit first (for example `_1X`)',
      '7:34 services.web.environment.OK: expected text, a number, true or false, got a list',
      '7:43 services.web.environment.E: `E` is left empty (for an empty text write `E: ""`)',
    ],
  ],
  [
    'environment as a list',
    withWeb('environment: [A, B=1, B=2, 1=2]'),
    [
      '7:19 services.web.environment[0]: expected NAME=value, got `A` (write `A=value`; a value that comes from your own environment belongs in `secrets`)',
      '7:27 services.web.environment[2]: `B` is here twice (keep one of them)',
      '7:32 services.web.environment[3]: the name of an environment variable has only ASCII letters, digits and `_`, and no digit first (for example `_1`)',
    ],
  ],
  [
    'secrets',
    withWeb('secrets: {A: {}, B: {file: a, env: B}, C: x, D: {env: 1d}}'),
    [
      '7:15 services.web.secrets.A: a secret needs `file` or `env` (for example `{file: token.txt}`)',
      '7:22 services.web.secrets.B: a secret has `file` or `env`, not both (for example `{file: token.txt}`)',
      '7:47 services.web.secrets.C: expected `file: path` or `env: NAME`, got the text "x"',
      '7:59 services.web.secrets.D.env: the name of an environment variable has only ASCII letters, digits and `_`, and no digit first (for example `_1d`)',
    ],
  ],
  [
    'a secret in environment',
    withWeb('environment: {TOKEN: x}\nsecrets: {TOKEN: {file: t}}'),
    [
      '8:15 services.web.secrets.TOKEN: `TOKEN` is in `environment` as well (keep it here only: `environment` is no place for secrets)',
    ],
  ],
  [
    'a secret in the list',
    withWeb('environment: [TOKEN=x]\nsecrets: {TOKEN: {file: t}}'),
    [
      '8:15 services.web.secrets.TOKEN: `TOKEN` is in `environment` as well (keep it here only: `environment` is no place for secrets)',
    ],
  ],
  [
    'limits',
    withWeb('limits: {cpu: 0.5, memory: 512m}'),
    [
      '7:19 services.web.limits.cpu: expected a whole number of CPUs, 1 or more, got the number 0.5',
      '7:32 services.web.limits.memory: `512m` is no amount of memory: a whole number and a unit (did you mean `512MiB`?)',
    ],
  ],
  [
    'memory',
    withWeb('limits: {memory: 256}'),
    [
      '7:22 services.web.limits.memory: expected an amount with its unit, such as 256MiB, got the number 256 (for example `256MiB`)',
    ],
  ],
  [
    'little memory',
    withWeb('limits: {memory: 1MiB}'),
    ['7:22 services.web.limits.memory: `1MiB` is too little memory for an instance (give it 16MiB at least)'],
  ],
  [
    'health',
    withWeb('health: {path: healthz, start_period: 30}'),
    [
      '7:20 services.web.health.path: a path begins with `/` (for example `/healthz`)',
      '7:43 services.web.health.start_period: expected a duration such as 30s, got the number 30 (for example `30s`)',
    ],
  ],
  [
    'a long start',
    withWeb('health: {path: "/a b", start_period: 2h}'),
    [
      '7:20 services.web.health.path: a path of a URL has no space here (percent-encode it, as the browser sends it)',
      '7:42 services.web.health.start_period: expected a duration from 1s to 1h, got `2h`',
    ],
  ],
  [
    'an unknown machine',
    withWeb('place: [m1, mm3]'),
    ['7:17 services.web.place[1]: there is no machine `mm3` (did you mean `m3`? the machines are m1, m2, m3)'],
  ],
  [
    'an empty place',
    withWeb('place: []'),
    ['7:5 services.web.place: the list is empty; expected at least one machine name'],
  ],
  [
    'a place twice',
    withWeb('place: [m1, m1]'),
    ['7:17 services.web.place[1]: the machine `m1` is here twice (keep one of them)'],
  ],
  [
    'a place that is no list',
    withWeb('place: {m1: true}'),
    ['7:5 services.web.place: expected a machine name or a list of them, got a map of keys'],
  ],
  [
    "the balancer's place",
    `${head}services: {web: {port: 80}}\nbalancer: {place: M1}\n`,
    ['5:19 balancer.place: there is no machine `M1` (did you mean `m1`? the machines are m1, m2, m3)'],
  ],
  [
    'routes',
    withWeb('route: {host: "http://x", path: api}'),
    [
      '7:19 services.web.route.host: `http://x` is no host name (the name alone, without scheme, port or path, such as `www.example.org`)',
      '7:37 services.web.route.path: a path begins with `/` (for example `/api`)',
    ],
  ],
  [
    'two services without route',
    `${head}services:\n  web: {port: 80}\n  api: {port: 80}\n`,
    [
      '6:3 services.api: `web` and `api` both have no `route`, and only one service can get all the other requests (for example `route: {path: /api}`, or `internal: true` where only other services call it)',
    ],
  ],
  [
    'a route from outside to a service inside',
    withWeb('route: {path: /x}\ninternal: true'),
    [
      '7:5 services.web.route: `route` is for requests from outside, and `internal` lets none in (delete one of the two)',
    ],
  ],
  [
    'the same route twice',
    `${head}services:\n  web: {port: 80, route: {host: A.org, path: /x/}}\n  api: {port: 80, route: {path: /x, host: a.org}}\n`,
    [
      '6:19 services.api.route: the route of `api` is the route of `web` too, for `a.org` (give them another `host`, `path` or `header`)',
    ],
  ],
  [
    'more instances than addresses',
    `${head}services:\n  web: {port: 80, replicas: 9999}\n  api: {port: 80, route: {path: /api}}\n`,
    [
      '5:29 services.web.replicas: the services ask for 10000 instances, and there are addresses for 9000 (ask for fewer replicas)',
    ],
  ],
  [
    'all at once, by line',
    withWeb('replicas: two\nplace: m9\nprt: 1\nlimits: {memory: lots}'),
    [
      '7:15 services.web.replicas: expected a whole number, got the text "two"',
      '8:12 services.web.place: there is no machine `m9` (the machines are m1, m2, m3)',
      '9:5 services.web.prt: unknown key `prt` (did you mean `port`?)',
      '10:22 services.web.limits.memory: `lots` is no amount of memory: a whole number and a unit (for example `256MiB` or `1GiB`)',
    ],
  ],
  [
    'a mistake behind an alias',
    'version: 1\nname: demo\nmachines: {hosts: [m1]}\nx-base: &base {image: nope}\nservices: {web: {<<: *base, port: 80}}\n',
    [
      '4:23 services.web.image: an image is written distribution/release, and not `nope` (known are debian/11, debian/12, debian/13, ubuntu/22.04, ubuntu/24.04)',
    ],
  ],
];

describe('services', () => {
  test.each(cases)('%s', (_, text, expected) => {
    expect(brief(complaints(text))).toEqual(expected);
  });
});
