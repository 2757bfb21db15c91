import { describe, expect, test } from 'vitest';
import type { ServiceSpec } from '../../src/domain/spec.ts';
import { algorithms } from '../../src/spec/schema-traffic.ts';
import { selfSigned } from '../rig/certificate.ts';
import { complaintsOf } from '../rig/haproxy.ts';
import { haproxyVersions } from '../rig/haproxy-versions.ts';
import { everything, type Given, plain, setupOf } from './samples.ts';

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
  ...Object.fromEntries(algorithms.map((algorithm) => [`algorithm ${algorithm}`, { service: { algorithm } }])),
};

describe.each(haproxyVersions)('HAProxy %s', (version) => {
  test.each(Object.entries(given))('accepts %s', (_, each) => {
    const { text, files } = setupOf(each);
    expect(complaintsOf(version, { text, files: [...files, selfSigned()] })).toBe('');
  });
});
