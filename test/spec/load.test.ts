import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { BalancerSpec, MachinesSpec, ServiceSpec, Spec } from '../../src/domain/spec.ts';
import { starter, starterPage } from '../../src/spec/starter.ts';
import { checkTemplate } from '../../src/spec/template.ts';
import { head, load, withWeb } from './helpers.ts';

const everything = `version: 1
name: demo
machines:
  provider: ssh
  hosts:
    m1: {address: 198.18.0.11, power: {off: [ipmi, "{{name}}", off], on: [ipmi, "{{address}}", on]}}
    m2: {address: 198.18.0.12, user: admin, port: 2222, jump: op@bastion.example.org:22, host_key: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLE}
  image: debian/13
  pool: ssd
services:
  api:
    image: ubuntu/24.04
    packages: [nodejs]
    files: [{source: a, target: //opt/./a, template: true, mode: 0755, owner: 'api:www-data'}]
    run: [echo hello]
    command: node "/opt/a b" 'c d' e\\ f
    user: api
    working_dir: /opt/a
    stop_signal: SIGINT
    timezone: Europe/Madrid
    release_command: bin/migrate --all
    depends_on: [web]
    environment: {VERSION: 1.10, EMPTY: "", ON: true, ZERO: 007}
    secrets: {TOKEN: {env: TOKEN}, KEY: {file: key, target: /run/secrets/key, owner: api, mode: 0440}}
    limits: {cpu: 2, memory: 1GiB, disk: 2GiB, processes: 500}
    port: 3000
    protocol: https
    health: {path: /$up, host: UP.example.org, status: [200-399, 401], headers: {X-A: "50 %"}, timeout: 2s, interval: 1s, start_period: 1m30s}
    replicas: 3
    place: m2
    route: [{host: [API.example.org, "*.example.org"], path: /v1/, header: {X-Version: "2 beta"}}, {path: /v2, port: 6001}]
    algorithm: resource
    sticky: true
    idempotent: true
    timeouts: {connect: 100ms, server: 1m, queue: 1s500ms, tunnel: 2h, drain: 1m}
    stop_grace_period: 20s
    maxconn: 50
    backups: {count: 2, kind: cold}
    haproxy: [option http-buffer-request]
  web: {port: 80}
balancer:
  image: debian/13
  algorithm: leastconn
  place: [m1, m2]
  replicas: 2
  vip: 198.18.0.5
  vip6: "fd00::5"
  addresses: [198.18.0.6, 198.18.0.7]
  link: macvlan
  publish: 1080
  tls: {certificate: site.pem, key: site.key, certificates: [{certificate: b.pem, key: b.key}], publish: 1443, redirect: false, hsts: false}
  trusted_proxies: [192.0.2.5, 198.51.100.0/24]
  stats: 9000
  errors: {503: errors/503.html}
  haproxy:
    global: [maxconn 1000]
    defaults: |
      timeout client 10s

      option splice-auto
    frontend: ["http-request deny if { path /secret }"]
load:
  stress: {users: 20, ramp_up: 2s, pace: 500ms, duration: 1m, requests: [{get: /}], expect: [errors == 0]}
  steady:
    rate: 12000/min
    duration: 30s
    requests:
      - {get: "/?n={{random 1 6}}", name: home, headers: {Accept: text/html}, expect: {status: 200, body: Web}}
      - {post: https://api.example.org/orders, json: {id: "{{uuid}}", items: [1, null]}}
      - {put: /form, form: {a b: "x y & {{now}}", VERSION: 1.10}}
      - {patch: /text, headers: {content-type: text/csv}, body: "a;b"}
      - {delete: /a, body: gone}
      - {head: /}
      - {options: "/"}
    expect: ['p95 of "home" < 1.5s', error% <= 1%, rate >= 190/s, apdex > 0.9]
  shop: {plan: plans/shop.jmx, properties: {users: 100, version: 1.10, fast: true}}
`;

function only(spec: Spec): ServiceSpec {
  const [service] = spec.services;
  if (service === undefined) throw new Error('no service');
  return service;
}

describe('loadSpec', () => {
  test('everything that can be said', () => {
    expect(load(everything)).toMatchSnapshot();
  });

  test('defaults', () => {
    expect(load(`${head}services: {web: {port: 80}}\n`)).toMatchSnapshot();
  });

  test('environment as a list, values as written', () => {
    const spec = load(withWeb('environment: [A=1=2, B=, "C=x y"]'));
    expect(only(spec).environment).toEqual({ A: '1=2', B: '', C: 'x y' });
  });

  test('a command brings a user of its own', () => {
    expect(only(load(withWeb('command: [sh, -c, "a | b"]')))).toMatchObject({
      user: 'relevo',
      command: ['sh', '-c', 'a | b'],
    });
  });

  test('anchors, merge keys and keys of the user’s own', () => {
    const text = `${head}x-base: &base {port: 80, replicas: 2}\nservices:\n  web: {<<: *base, replicas: 3}\n  api: {<<: [*base], route: {path: /api}}\n`;
    expect(load(text).services.map(({ name, port, replicas }) => [name, port, replicas])).toEqual([
      ['web', 80, 3],
      ['api', 80, 2],
    ]);
  });

  test('a route of / is no route', () => {
    expect(only(load(withWeb('route: {path: /}'))).routes).toEqual([{ header: {} }]);
  });

  test('a route to the service’s own port is as one without', () => {
    const routes = 'route: [{port: 80}, {path: /ws, port: 6001}, {host: [a.org, b.org], port: 9000}]';
    expect(only(load(withWeb(routes))).routes).toEqual([
      { header: {} },
      { path: '/ws', header: {}, port: 6001 },
      { host: 'a.org', header: {}, port: 9000 },
      { host: 'b.org', header: {}, port: 9000 },
    ]);
  });

  test('a service’s algorithm is the balancer’s unless it says otherwise', () => {
    const services = 'services: {a: {port: 80}, b: {port: 80, route: {path: /b}, algorithm: uri}}';
    const spec = load(`${head}${services}\nbalancer: {algorithm: leastconn}\n`);
    expect(spec.services.map(({ algorithm }) => algorithm)).toEqual(['leastconn', 'uri']);
  });

  test('short forms: a number of backups, `stats: true`, a certificate made for a lab', () => {
    const balancer = 'balancer: {stats: true, tls: {certificate: self-signed}}';
    const spec = load(`${head}services: {web: {port: 80, backups: 1}}\n${balancer}\n`);
    expect(only(spec).backups).toEqual({ count: 1, kind: 'warm' });
    expect(spec.balancer.stats).toBe(8404);
    expect(spec.balancer.tls).toEqual({ certificates: 'self-signed', publish: 4443, redirect: true, hsts: false });
    expect(load(`${head}services: {web: {port: 80}}\nbalancer: {stats: false}\n`).balancer.stats).toBeUndefined();
  });

  test('`0644`, `0o644` and "0644" are the same mode', () => {
    const files = ['0644', '0o644', '"0644"', '"644"'].map(
      (mode, index) => `{source: a, target: /${index}, mode: ${mode}}`,
    );
    expect(only(load(withWeb(`files: [${files.join(', ')}]`))).files.map((file) => file.mode)).toEqual([
      420, 420, 420, 420,
    ]);
  });
});

/** A field added to the Spec must be added here, or the types fail; and then be in the file above, or the test does. */
describe('no field of the Spec escapes the loader', () => {
  const spec: Record<keyof Spec, true> = {
    version: true,
    name: true,
    machines: true,
    services: true,
    balancer: true,
    load: true,
  };
  // what is Vagrant's alone has a test of its own: vagrant.test.ts
  const machines: Record<Exclude<keyof MachinesSpec, 'vagrant'>, true> = {
    provider: true,
    hosts: true,
    ways: true,
    power: true,
    pool: true,
    image: true,
  };
  const balancer: Record<keyof BalancerSpec, true> = {
    image: true,
    algorithm: true,
    place: true,
    replicas: true,
    vip: true,
    vip6: true,
    addresses: true,
    link: true,
    publish: true,
    tls: true,
    stats: true,
    trustedProxies: true,
    errors: true,
    haproxy: true,
  };
  const service: Record<keyof ServiceSpec, true> = {
    name: true,
    image: true,
    packages: true,
    files: true,
    run: true,
    command: true,
    user: true,
    workingDir: true,
    stopSignal: true,
    timezone: true,
    releaseCommand: true,
    dependsOn: true,
    environment: true,
    secrets: true,
    limits: true,
    port: true,
    health: true,
    replicas: true,
    place: true,
    protocol: true,
    routes: true,
    algorithm: true,
    sticky: true,
    idempotent: true,
    timeouts: true,
    stopGracePeriod: true,
    maxconn: true,
    backups: true,
    haproxy: true,
  };
  const loaded = load(everything);
  test.each([
    ['Spec', spec, loaded],
    ['MachinesSpec', machines, loaded.machines],
    ['BalancerSpec', balancer, loaded.balancer],
    ['ServiceSpec', service, only(loaded)],
  ])('%s', (_, fields, value) => {
    expect(Object.keys(value).toSorted()).toEqual(Object.keys(fields).toSorted());
  });
});

describe('the host that checks ask for', () => {
  test.each([
    ['the first route’s', 'route: {host: [shop.example.org, www.example.org]}', 'shop.example.org'],
    ['a name below a wildcard', "route: {host: '*.example.org'}", 'www.example.org'],
    ['none of another port', 'route: [{path: /a, host: ws.example.org, port: 6001}, {host: b.org}]', 'b.org'],
    ['the one that others call it by where nobody else does', 'internal: true', 'web.internal'],
    ['as told there too', 'internal: true\nhealth: {host: b.org}', 'b.org'],
    ['localhost without any', 'route: {path: /a}', 'localhost'],
    ['as told', 'route: {host: a.org}\nhealth: {host: b.org}', 'b.org'],
  ])('%s', (_, keys, host) => {
    expect(only(load(withWeb(keys))).health.host).toBe(host);
  });
});

describe('what we ship', () => {
  const example = (path: string) => readFileSync(new URL(`../../examples/${path}`, import.meta.url), 'utf8');

  test.each(['miniproyecto', 'node-api'])('examples/%s', (name) => {
    expect(load(example(`${name}/relevo.yaml`))).toMatchSnapshot();
  });

  test('the starter loads under the name it was given', () => {
    expect(load(starter('mi-tienda')).name).toBe('mi-tienda');
  });

  test('the starter’s page is the example’s, and a good template', () => {
    expect(starterPage()).toBe(example('miniproyecto/site/index.html'));
    expect(checkTemplate('site/index.html', starterPage())).toEqual([]);
  });
});
