import { describe, expect, test } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import type { ServiceSpec } from '../../src/domain/spec.ts';
import { tlsAsset } from '../../src/render/haproxy-files.ts';
import { mostHeaders } from '../../src/spec/rules-traffic.ts';
import { algorithms } from '../../src/spec/schema-traffic.ts';
import { selfSigned } from '../rig/certificate.ts';
import { complaintsOf } from '../rig/haproxy.ts';
import { haproxyVersions } from '../rig/haproxy-versions.ts';
import { everything, type Given, plain, setupOf } from './samples.ts';

const many = Object.fromEntries(Array.from({ length: mostHeaders }, (_, index) => [`x-${index}`, 'a b']));
const forty = Array.from({ length: 40 }, () => ({ certificate: 'site.pem', key: 'site.key' }));
const pem = new Secret(String(selfSigned().content));

const given: Record<string, Given> = {
  'the smallest file': {},
  everything,
  'no server': { servers: [] },
  'odd characters': {
    service: {
      health: {
        ...(plain.services[0] as ServiceSpec).health,
        path: "/~a!$&'()*+,;=:@%20?b=#",
        headers: { 'X-A': `b "c" # $d 'e' \\ %[src] %% %` },
      },
      routes: [{ path: "/it's&(x)*;!", header: { 'x-a': `b "c" # $d 'e' \\`, 'x-f': '-i', 'x-g': '' } }],
    },
  },
  'as many words as there may be': {
    balancer: { tls: { certificates: forty, publish: 443, redirect: true, hsts: true } },
    assets: { secrets: Object.fromEntries(forty.map((_, index) => [tlsAsset(index, 'certificate'), pem] as const)) },
    service: {
      health: { ...(plain.services[0] as ServiceSpec).health, headers: many },
      routes: [{ host: 'a.example.org', path: '/a', header: many }],
    },
  },
  ...Object.fromEntries(algorithms.map((algorithm) => [`algorithm ${algorithm}`, { service: { algorithm } }])),
};

describe.each(haproxyVersions)('HAProxy %s', (version) => {
  test.each(Object.entries(given))('accepts %s', (_, each) => {
    const { text, files } = setupOf(each);
    expect(complaintsOf(version, { text, files: [...files, selfSigned()] })).toBe('');
  });
});
