import { describe, expect, test } from 'vitest';
import { brief, complaints, head } from './helpers.ts';

/** What is wrong, the file, and every complaint about it. */
type Case = readonly [title: string, text: string, expected: readonly string[]];

const cases: readonly Case[] = [
  [
    'a project name',
    'version: 1\nname: Mi_Proyecto\nmachines: {hosts: [m1]}\nservices: {web: {port: 80}}\n',
    [
      '2:7 name: a project name has only ASCII lower-case letters, digits and hyphens, and no `_` (for example `mi-proyecto`)',
    ],
  ],
  [
    'a long project name',
    'version: 1\nname: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\nmachines: {hosts: [m1]}\nservices: {web: {port: 80}}\n',
    [
      '2:7 name: a project name has at most 40 characters, and this one 41 (for example `aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa`)',
    ],
  ],
  [
    'accents',
    'version: 1\nname: camión\nmachines: {hosts: [niño]}\nservices: {año: {port: 80}}\n',
    [
      '2:7 name: a project name has only ASCII lower-case letters, digits and hyphens, and no `ó` (for example `camion`)',
      '3:20 machines.hosts[0]: a machine name has only ASCII letters, digits and hyphens, and no `ñ` (for example `ninyo`)',
      '4:12 services.año: a service name has only ASCII lower-case letters, digits and hyphens, and no `ñ` (for example `anyo`)',
    ],
  ],
  [
    'machine names that LXD refuses',
    'version: 1\nname: demo\nmachines: {hosts: [1a, b-, c_d, "", e f]}\nservices: {web: {port: 80}}\n',
    [
      '3:20 machines.hosts[0]: a machine name begins with a letter (for example `a`)',
      '3:24 machines.hosts[1]: a machine name ends with a letter or a digit (for example `b`)',
      '3:28 machines.hosts[2]: a machine name has only ASCII letters, digits and hyphens, and no `_` (for example `c-d`)',
      '3:33 machines.hosts[3]: a machine name has at least one letter',
      '3:37 machines.hosts[4]: a machine name has only ASCII letters, digits and hyphens, and no space (for example `e-f`)',
    ],
  ],
  [
    'machine names twice',
    'version: 1\nname: demo\nmachines: {hosts: [m1, M1, m1]}\nservices: {web: {port: 80}}\n',
    [
      '3:24 machines.hosts[1]: the machine `M1` is here already, as `m1` (upper and lower case do not tell two machines apart)',
      '3:28 machines.hosts[2]: the machine `m1` is here twice (keep one of them)',
    ],
  ],
  [
    'no machines',
    'version: 1\nname: demo\nmachines: {hosts: []}\nservices: {web: {port: 80}}\n',
    ['3:12 machines.hosts: the list is empty; expected a list of at least one machine name'],
  ],
  [
    'a number of machines',
    'version: 1\nname: demo\nmachines: {hosts: 3}\nservices: {web: {port: 80}}\n',
    ['3:19 machines.hosts: expected a list of at least one machine name, or a map of hosts, got the number 3'],
  ],
  [
    'service names',
    `${head}services:\n  Web: {port: 80, route: {path: /a}}\n  web-: {port: 80, route: {path: /b}}\n  xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx: {port: 80, route: {path: /c}}\n  balancer: {port: 80}\n`,
    [
      '5:3 services.Web: a service name is written in lower case (for example `web`)',
      '6:3 services.web-: a service name ends with a letter or a digit (for example `web`)',
      '7:3 services.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx: a service name has at most 50 characters, and this one 51 (for example `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx`)',
      '8:3 services.balancer: a service may not be called `balancer`: the balancers are (for example `web`)',
    ],
  ],
  [
    'no services',
    `${head}services: {}\n`,
    ['4:1 services: there is no service here (for example `{web: {packages: [apache2], port: 80}}`)'],
  ],
  [
    'hosts over SSH',
    `version: 1
name: demo
machines:
  hosts:
    m1: 198.18.0.300
    M1: {address: 198.18.0.2, user: Root, port: 0}
    m2: {address: 198.18.0.2, jump: "a;b", host_key: SHA256:abc}
    m3: {}
  provider: ssh
services: {web: {port: 80, place: [m9]}}
`,
    [
      '5:9 machines.hosts.m1: `198.18.0.300` is no IPv4 address (the one that the host has on the network that all hosts share, such as `192.0.2.11`; if SSH needs a name or another address, ~/.ssh/config has `HostName`)',
      '6:5 machines.hosts.M1: the machine `M1` is here already, as `m1` (upper and lower case do not tell two machines apart)',
      '6:37 machines.hosts.M1.user: a user name has lower-case letters, digits, `_` and `-`, at most 32, and a letter or `_` first',
      '6:49 machines.hosts.M1.port: expected a port, a whole number from 1 to 65535, got the number 0',
      '7:19 machines.hosts.m2.address: 198.18.0.2 is the address of `machines.hosts.M1.address` already (each of them needs another one)',
      '7:37 machines.hosts.m2.jump: `a;b` is no host to go through (for example `bastion.example.org`, or `admin@192.0.2.1:2222`)',
      '7:54 machines.hosts.m2.host_key: this is no public host key (a fingerprint is not enough: write the whole key, as `ssh-keyscan` prints it)',
      '8:5 machines.hosts.m3: a host over SSH needs its `address` (for example `address: 192.0.2.11`)',
      '10:36 services.web.place[0]: there is no machine `m9` (the machines are m1, M1, m2, m3)',
    ],
  ],
];

describe('names', () => {
  test.each(cases)('%s', (_, text, expected) => {
    expect(brief(complaints(text))).toEqual(expected);
  });
});
