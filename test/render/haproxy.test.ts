import { describe, expect, test } from 'vitest';
import type { BalancerSpec, HealthSpec, RouteSpec, ServiceSpec } from '../../src/domain/spec.ts';
import { everything, plain, setupOf } from './samples.ts';

/** The sections, by their first lines. */
function sections(text: string): Record<string, string[]> {
  const blocks = text
    .replace(/^#.*\n/, '')
    .trim()
    .split('\n\n');
  return Object.fromEntries(
    blocks.map((block) => {
      const [head = '', ...lines] = block.split('\n');
      return [head, lines.map((line) => line.trim())];
    }),
  );
}

function sectionOf(given: Parameters<typeof setupOf>[0], head: string): string[] {
  return sections(setupOf(given).text)[head] ?? [];
}

describe('haproxy.cfg', () => {
  test('for the smallest file', () => {
    expect(setupOf().text).toMatchSnapshot();
  });

  test('with everything', () => {
    expect(setupOf(everything).text).toMatchSnapshot();
  });

  test('with further ports', () => {
    const servers = [
      { name: 'web-1', address: '198.19.0.11:80', further: { 6001: '198.19.0.11:6001', 9000: '198.19.0.11:9000' } },
      {
        name: 'web-2',
        address: '198.18.0.12:20002',
        further: { 6001: '198.18.0.12:30002', 9000: '198.18.0.12:40002' },
      },
      { name: 'web-3', address: '198.19.0.13:80', role: 'backup' as const, further: { 6001: '198.19.0.13:6001' } },
    ];
    const routes: RouteSpec[] = [
      { header: {} },
      { path: '/ws', header: {}, port: 6001 },
      { host: 'admin.example.org', header: {}, port: 9000 },
      { path: '/events', header: {}, port: 6001 },
    ];
    const haproxy = ['id 7', 'option http-buffer-request'];
    expect(setupOf({ servers, service: { routes, haproxy, sticky: true } }).text).toMatchSnapshot();
  });

  test('an own host, then longer paths, then more headers go first; the service without a route gets the rest', () => {
    const routes: RouteSpec[] = [
      { path: '/a', header: {} },
      { path: '/a', header: { 'x-b': 'c d' } },
      { path: '/a/b', header: {} },
      { host: 'a.org', header: {} },
    ];
    const more = routes.map((route, index) => ({ service: { name: `s${index}`, routes: [route] }, servers: [] }));
    const lines = sectionOf({ more }, 'frontend web').filter((line) => /_backend/.test(line));
    expect(lines).toEqual([
      'use_backend s3 if s3-host',
      'use_backend s2 if s2-path',
      'use_backend s1 if s1-path s1-header1',
      'use_backend s0 if s0-path',
      'use_backend web.overload if { nbsrv(web) eq 0 }',
      'default_backend web',
    ]);
  });

  test('a request tries often enough to find the backup when all primaries die at once', () => {
    const servers = Array.from({ length: 7 }, (_, index) => ({ name: `web-${index}`, address: '198.19.0.11:80' }));
    const backup = { name: 'web-8', address: '198.19.0.19:80', role: 'backup' as const };
    expect(sectionOf({ servers: [...servers, backup] }, 'backend web')).toContain('retries 10');
    expect(sectionOf({}, 'backend web')).toContain('retries 4');
    const cold = {
      servers: [...servers.slice(0, 2), backup],
      service: { backups: { count: 1, kind: 'cold' as const } },
    };
    expect(sectionOf(cold, 'backend web')).toContain('retries 24');
  });

  test('only what may be repeated is repeated, unless the service says otherwise', () => {
    const rule = 'http-request disable-l7-retry unless METH_GET or METH_HEAD or METH_OPTIONS';
    expect(sectionOf({}, 'backend web')).toContain(rule);
    expect(sectionOf({ service: { idempotent: true } }, 'backend web')).not.toContain(rule);
  });

  test('an old worker lives as long as anything may be in flight, of whatever service', () => {
    const usual = { connect: 1, server: 3, queue: 1, tunnel: 2, drain: 4 };
    const stops = (web: object, api: object) => {
      const more = [{ service: { name: 'api', timeouts: { ...usual, ...api } }, servers: [] }];
      const lines = sectionOf({ service: { timeouts: { ...usual, ...web } }, more }, 'global');
      return lines.find((line) => line.startsWith('hard-stop-after'));
    };
    expect(stops({ tunnel: 90 }, {})).toBe('hard-stop-after 90000ms');
    expect(stops({}, { server: 60 })).toBe('hard-stop-after 60000ms');
    expect(stops({}, {})).toBe('hard-stop-after 4000ms');
  });

  test('quotes and spaces of the file are no syntax of HAProxy', () => {
    const route = { path: "/it's", header: { 'x-a': `b "c" # $d 'e' \\` } };
    const lines = sectionOf({ service: { name: 'web', routes: [route] } }, 'frontend web');
    expect(lines).toContain(`acl web-path path '/it'\\''s'`);
    expect(lines).toContain(`acl web-header1 req.fhdr(x-a) -m str -- 'b "c" # $d '\\''e'\\'' \\'`);
  });

  test('there are no statistics unless they are asked for', () => {
    expect(setupOf().text).not.toMatch(/stats enable|prometheus|userlist/);
  });
});

const usualHealth = (plain.services[0] as ServiceSpec).health satisfies HealthSpec;

/** Keys that concern HAProxy, and a value that must change its configuration or files; or where else they end up. */
const service: Record<keyof ServiceSpec, Partial<ServiceSpec> | string> = {
  name: { name: 'other' },
  image: 'the image',
  packages: 'the image',
  files: 'the image and the instance',
  run: 'the image',
  command: 'the image',
  user: 'the image',
  workingDir: 'the image',
  stopSignal: 'the image',
  timezone: 'the image',
  releaseCommand: 'what is run once',
  dependsOn: 'the order of the steps',
  environment: 'the instance',
  secrets: 'the instance',
  limits: 'the instance',
  port: 'the server’s address',
  protocol: { protocol: 'h2c' },
  health: { health: { ...usualHealth, path: '/other' } },
  replicas: 'the servers',
  place: 'the plan',
  routes: { routes: [{ host: 'other.example.org', header: {} }] },
  algorithm: { algorithm: 'resource' },
  sticky: { sticky: true },
  idempotent: { idempotent: true },
  timeouts: { timeouts: { connect: 0.25, server: 3, queue: 5, tunnel: 60, drain: 30 } },
  stopGracePeriod: 'the instance’s plan',
  maxconn: { maxconn: 7 },
  backups: { backups: { count: 1, kind: 'cold' } },
  haproxy: { haproxy: ['option httpclose'] },
};

const balancer: Record<keyof BalancerSpec, Partial<BalancerSpec> | string> = {
  image: 'the image',
  algorithm: 'the services',
  place: 'the plan',
  replicas: 'the plan',
  vip: 'keepalived.conf, and the names of a self-signed certificate',
  vip6: { vip6: '2001:db8::10' },
  link: 'the provider’s network',
  addresses: 'the provider’s network',
  publish: 'the instance’s devices',
  trustedProxies: { trustedProxies: ['192.0.2.5'] },
  tls: { tls: { certificates: 'self-signed', publish: 443, redirect: true, hsts: false } },
  stats: { stats: 8404 },
  errors: { errors: { '503': 'own.html' } },
  haproxy: { haproxy: { global: ['maxconn 100'], defaults: [], frontend: [] } },
};

describe('no key of the file escapes: it changes haproxy.cfg, or it is said where it goes', () => {
  const rendered = (given: Parameters<typeof setupOf>[0]) => JSON.stringify(setupOf(given));
  test.each(Object.entries(service).filter(([, change]) => typeof change !== 'string'))('service: %s', (_, change) => {
    expect(rendered({ service: change as Partial<ServiceSpec> })).not.toBe(rendered({}));
  });
  test.each(Object.entries(balancer).filter(([, change]) => typeof change !== 'string'))(
    'balancer: %s',
    (_, change) => {
      expect(rendered({ balancer: change as Partial<BalancerSpec> })).not.toBe(rendered({}));
    },
  );
});
