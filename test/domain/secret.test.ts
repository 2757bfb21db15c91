import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { hashOf } from '../../src/domain/hash.ts';
import { Secret } from '../../src/domain/secret.ts';

describe('a secret', () => {
  const secret = new Secret('hush');

  it('is nowhere in what is printed, however it is printed', () => {
    const printed = [`${secret}`, JSON.stringify({ secret }), inspect({ secret }, { depth: null, showHidden: true })];
    for (const text of printed) {
      expect(text).toContain('[redacted]');
      expect(text).not.toContain('hush');
    }
  });

  it('gives the same hash as its text, and another one where its text is another', () => {
    expect(hashOf({ secret })).toBe(hashOf({ secret: 'hush' }));
    expect(hashOf({ secret })).not.toBe(hashOf({ secret: new Secret('hush!') }));
  });
});
