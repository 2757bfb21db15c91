import { describe, expect, test } from 'vitest';
import { brief, complaints, head, withWeb } from './helpers.ts';

/** What is wrong, the file, and every complaint about it. */
type Case = readonly [title: string, text: string, expected: readonly string[]];

/** A file whose fifth line is the balancer. */
const withBalancer = (balancer: string) => `${head}services: {web: {port: 80}}\nbalancer: ${balancer}\n`;

const headers = (count: number, value = 'a') =>
  Array.from({ length: count }, (_, index) => `X${index}: ${value}`).join(', ');

const cases: readonly Case[] = [
  [
    'algorithms',
    withWeb('algorithm: random'),
    ['7:16 services.web.algorithm: expected roundrobin, leastconn, source, uri or resource, got the text "random"'],
  ],
  [
    'flags',
    withWeb('sticky: yes\nidempotent: 1'),
    [
      '7:13 services.web.sticky: expected true or false, got the text "yes" (YAML 1.2 knows no other words; write `true`, without quotes)',
      '8:17 services.web.idempotent: expected true or false, got the number 1',
    ],
  ],
  [
    'more headers than a line of haproxy.cfg has words',
    withWeb(`health: {headers: {${headers(17)}}}\nroute: {header: {${headers(17)}}}`),
    [
      '7:14 services.web.health.headers: 17 headers are more than one line of haproxy.cfg takes; 16 are (a check needs those that its answer depends on)',
      '8:13 services.web.route.header: 17 headers are more than one line of haproxy.cfg takes; 16 are (a route needs those that tell its requests from others)',
    ],
  ],
  [
    'a check that HAProxy has no room for',
    withWeb(`health: {headers: {${headers(16, 'é'.repeat(500))}}}`),
    [
      '7:5 services.web.health: the path and the headers of a check have 16038 bytes, and HAProxy has room for 15000 (ask for something shorter)',
    ],
  ],
  [
    'timeouts',
    withWeb('timeouts: {connect: 250, server: 2 s, queue: 25h, client: 1s}'),
    [
      '7:25 services.web.timeouts.connect: expected a duration such as 250ms, got the number 250 (for example `250ms`)',
      '7:38 services.web.timeouts.server: `2 s` is no duration (for example `250ms`, `2s` or `1m30s`)',
      '7:50 services.web.timeouts.queue: expected a duration from 1ms to 24h, got `25h`',
      '7:55 services.web.timeouts.client: unknown key `client` (known here are connect, server, queue, tunnel, drain)',
    ],
  ],
  [
    'timeouts that are no map',
    withWeb('timeouts: 2s'),
    ['7:15 services.web.timeouts: expected keys such as `server`, got the text "2s"'],
  ],
  [
    'no time',
    withWeb('timeouts: {server: 0s}'),
    ['7:24 services.web.timeouts.server: expected a duration from 1ms to 24h, got `0s`'],
  ],
  [
    'maxconn',
    withWeb('maxconn: 0'),
    ['7:14 services.web.maxconn: expected a whole number, 1 or more, got the number 0'],
  ],
  [
    'backups',
    withWeb('backups: -1'),
    ['7:14 services.web.backups: expected a whole number, 0 or more, got the number -1'],
  ],
  [
    'kinds of backups',
    withWeb('backups: {count: 1, kind: hot}'),
    ['7:31 services.web.backups.kind: expected warm or cold, got the text "hot"'],
  ],
  [
    'backups without a count',
    withWeb('backups: {kind: cold}'),
    ['7:5 services.web.backups.count: `count` is missing (for example `count: 1`)'],
  ],
  [
    'backups in words',
    withWeb('backups: cold'),
    ['7:14 services.web.backups: expected a whole number, or `count` and `kind`, got the text "cold"'],
  ],
  [
    'headers',
    withWeb('route: {header: {"X Version": a, X-A: 1, X-B: "a\\tb"}}'),
    [
      '7:22 services.web.route.header.X Version: `X Version` is no name of a header: letters, digits, `-` and `_` (for example `X-Version`)',
      '7:43 services.web.route.header.X-A: expected text, got the number 1 (put it in quotes: `"1"`)',
      '7:51 services.web.route.header.X-B: the text has control characters in it',
    ],
  ],
  [
    'paths that are patterns elsewhere',
    withWeb('route: [{path: /api/*}, {path: /users/:id}, {path: /a/../b}, {path: /x/.*}]'),
    [
      '7:20 services.web.route[0].path: a path is no pattern: `*` would be taken as it stands (write `/api`, which is that path and all below it)',
      '7:36 services.web.route[1].path: a path is no pattern: `:id` would be taken as it stands (write `/users`, which is that path and all below it)',
      '7:56 services.web.route[2].path: no browser asks for a path with `..` in it (write `/a`)',
      '7:73 services.web.route[3].path: a path is no pattern: `.*` would be taken as it stands (write `/x`, which is that path and all below it)',
    ],
  ],
  [
    'one header in two spellings',
    withWeb('health: {headers: {X-A: a, x-a: b}}\nroute: {header: {X-Version: beta, x-version: beta}}'),
    [
      '7:37 services.web.health.headers.x-a: `x-a` and `X-A` are the same header (delete one of them)',
      '8:50 services.web.route.header.x-version: `x-version` and `X-Version` are the same header (delete one of them)',
    ],
  ],
  [
    'no headers',
    withWeb('route: {header: {}}'),
    ['7:13 services.web.route.header: there is no header here (for example `{X-Version: beta}`)'],
  ],
  [
    'ports that are none',
    withWeb('route: [{path: /a, port: 0}, {path: /b, port: "6001"}]'),
    [
      '7:30 services.web.route[0].port: expected a port, a whole number from 1 to 65535, got the number 0',
      '7:51 services.web.route[1].port: expected a port, a whole number from 1 to 65535, got the text "6001" (write `6001`, without quotes)',
    ],
  ],
  [
    'one route to two ports',
    withWeb('route: [{path: /a}, {path: /a/, port: 6001}]'),
    ['7:25 services.web.route[1]: `web` has this route twice (delete one of them)'],
  ],
  [
    'more ports than there are',
    withWeb(`route: [${[1, 2, 3, 3, 80, 4, 5].map((port, index) => `{path: /${index}, port: ${port}}`).join(', ')}]`),
    [
      '7:136 services.web.route[5].port: `web` would have 4 ports beside its own, and 3 is the most (make a service of its own of one of them)',
    ],
  ],
  [
    'a port that is the load agent’s',
    withWeb('algorithm: resource\nroute: {path: /a, port: 9707}'),
    [
      '8:29 services.web.route.port: port 9707 is the one where the load agent of `algorithm: resource` answers (choose another port, or another algorithm)',
    ],
  ],
  [
    'the same headers twice',
    `${head}services:\n  web: {port: 80, route: {header: {X-A: b}}}\n  api: {port: 80, route: {header: {x-a: b}}}\n`,
    [
      '6:19 services.api.route: the route of `api` is the route of `web` too (give them another `host`, `path` or `header`)',
    ],
  ],
  [
    'raw lines that begin a section',
    withWeb('haproxy: ["backend x"]'),
    [
      '7:15 services.web.haproxy[0]: `backend` would begin another section (only lines that belong into this section can be added)',
    ],
  ],
  [
    'a raw block that begins a section',
    withWeb('haproxy: |\n  option httpclose\n  frontend y'),
    [
      '7:14 services.web.haproxy: `frontend` would begin another section (only lines that belong into this section can be added)',
    ],
  ],
  [
    'raw lines',
    withWeb('haproxy: ["a\\nb", "a \\\\", ".if x", 1]'),
    [
      '7:15 services.web.haproxy[0]: a line has no line break in it (give each line an item of its own)',
      '7:23 services.web.haproxy[1]: a line may not end with `\\`: it would swallow the next one (write it as one line)',
      '7:31 services.web.haproxy[2]: `.if` is for whole files, not for lines of one (write the lines that you need)',
      '7:40 services.web.haproxy[3]: expected a line, got the number 1 (put it in quotes: `"1"`)',
    ],
  ],
  [
    'raw lines that are a map',
    withWeb('haproxy: {a: b}'),
    ['7:5 services.web.haproxy: expected lines of haproxy.cfg, got a map of keys'],
  ],
  [
    'more backups than addresses',
    withWeb('replicas: 9000\nbackups: 1000'),
    [
      '7:15 services.web.replicas: the services ask for 10000 instances, and there are addresses for 9000 (ask for fewer replicas)',
    ],
  ],
  [
    'replicas of the balancer',
    withBalancer('{replicas: 3}'),
    ['5:22 balancer.replicas: expected 1 or 2, got the number 3'],
  ],
  [
    'vip',
    withBalancer('{replicas: 2, vip: 198.18.0}'),
    [
      '5:30 balancer.vip: `198.18.0` is no IPv4 address (a free address of the network that the machines are on, such as `192.0.2.10`)',
    ],
  ],
  [
    'a vip that no host has',
    withBalancer('{replicas: 2, vip: 127.0.0.1}'),
    [
      "5:30 balancer.vip: `127.0.0.1` can't be the address of a host (a free address of the network that the machines are on, such as `192.0.2.10`)",
    ],
  ],
  [
    'a vip for one',
    withBalancer('{vip: 198.18.0.5}'),
    [
      '5:12 balancer.vip: `vip` is the address that two balancers share, and there is one balancer (add `replicas: 2`, or delete the line)',
    ],
  ],
  [
    'a certificate without key',
    withBalancer('{tls: {certificate: a.pem}}'),
    [
      '5:31 balancer.tls.certificate: the certificate needs its `key` (for example `key: site.key`; without a certificate of your own write `certificate: self-signed`)',
    ],
  ],
  [
    'a key without certificate',
    withBalancer('{tls: {certificate: self-signed, key: a.key}}'),
    [
      '5:44 balancer.tls.key: `key` belongs to a certificate of your own, and this one is self-signed (delete the line)',
    ],
  ],
  [
    'tls without certificate',
    withBalancer('{tls: {}}'),
    [
      '5:12 balancer.tls: HTTPS needs a certificate (for example `certificate: site.pem` with `key: site.key`, or `certificate: self-signed` for a lab)',
    ],
  ],
  [
    'tls in a word',
    withBalancer('{tls: self-signed}'),
    ['5:17 balancer.tls: expected keys such as `certificate`, got the text "self-signed"'],
  ],
  [
    'tls flags',
    withBalancer('{tls: {certificate: self-signed, redirect: no, hsts: 1, publish: 0}}'),
    [
      '5:54 balancer.tls.redirect: expected true or false, got the text "no" (YAML 1.2 knows no other words; write `false`, without quotes)',
      '5:64 balancer.tls.hsts: expected true or false, got the number 1',
      '5:76 balancer.tls.publish: expected a port, a whole number from 1 to 65535, got the number 0',
    ],
  ],
  [
    "LXD's own port",
    withBalancer('{publish: 8443}'),
    ['5:21 balancer.publish: port 8443 is the one where LXD listens on every machine (choose another port)'],
  ],
  [
    'the port of calls',
    withBalancer('{stats: 9708}'),
    [
      '5:19 balancer.stats: port 9708 is the one where balancers take what services ask of one another (choose another port)',
    ],
  ],
  [
    'ports twice',
    withBalancer('{publish: 4443, tls: {certificate: self-signed}}'),
    ['5:21 balancer.publish: port 4443 is both `publish` and `tls.publish` (give one of them another port)'],
  ],
  [
    'ports twice, both defaults written',
    withBalancer('{publish: 80, tls: {certificate: self-signed, publish: 80}, stats: 80}'),
    [
      '5:66 balancer.tls.publish: port 80 is both `publish` and `tls.publish` (give one of them another port)',
      '5:78 balancer.stats: port 80 is both `publish` and `stats` (give one of them another port)',
    ],
  ],
  ['stats', withBalancer('{stats: all}'), ['5:19 balancer.stats: expected true, or a port, got the text "all"']],
  [
    'a port for stats',
    withBalancer('{stats: 0}'),
    ['5:19 balancer.stats: expected a port, a whole number from 1 to 65535, got the number 0'],
  ],
  [
    'error pages',
    withBalancer('{errors: {404: a.html, 503: ""}}'),
    [
      '5:21 balancer.errors.404: the balancer has no error page `404` (it has 400, 408, 500, 502, 503, 504)',
      '5:39 balancer.errors.503: the source is empty',
    ],
  ],
  [
    'raw sections',
    withBalancer('{haproxy: {backend: [a], global: [listen x]}}'),
    [
      '5:22 balancer.haproxy.backend: unknown key `backend` (known here are global, defaults, frontend)',
      '5:45 balancer.haproxy.global[0]: `listen` would begin another section (only lines that belong into this section can be added)',
    ],
  ],
  [
    'a vip6 that is none',
    withBalancer('{replicas: 2, vip: 192.0.2.5, vip6: "fe80::1"}'),
    [
      "5:47 balancer.vip6: `fe80::1` can't be the address of a host (a free address of the network that the machines are on, such as `2001:db8::10`)",
    ],
  ],
  [
    'a vip6 alone',
    withBalancer('{replicas: 2, vip6: "2001:db8::10"}'),
    ['5:25 balancer.vip6: `vip6` goes where `vip` goes, and there is none (add `vip`)'],
  ],
  [
    'a vip6 where hosts stand in',
    withBalancer('{replicas: 2, vip: 192.0.2.5, vip6: "2001:db8::10", link: routed}'),
    [
      '5:69 balancer.link: `vip6` needs balancers that are on the network themselves: `link: macvlan` (delete one of the two lines)',
    ],
  ],
  [
    'a key of a service',
    withBalancer('{sticky: true}'),
    ['5:12 balancer.sticky: unknown key `sticky` (it belongs in `services.<name>`)'],
  ],
  [
    'addresses of balancers',
    withBalancer('{vip: 198.18.0.2, replicas: 2, addresses: [198.18.0.2, fe80::1]}'),
    [
      '5:54 balancer.addresses[0]: 198.18.0.2 is the address of `balancer.vip` already (each of them needs another one)',
      '5:66 balancer.addresses[1]: `fe80::1` is no IPv4 address (a free address of the network that the machines are on, such as `192.0.2.10`)',
    ],
  ],
];

describe('traffic', () => {
  test.each(cases)('%s', (_, text, expected) => {
    expect(brief(complaints(text))).toEqual(expected);
  });
});
