import fc from 'fast-check';
import { expect, it } from 'vitest';
import { canonicalIpv6 } from '../../src/domain/ipv6.ts';

it('every address has one spelling, that of the URL standard', () => {
  const group = fc.constantFrom('0', '0', '0000', '1', '0db8', 'FFFF', 'a0');
  fc.assert(
    fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (groups) => {
      const address = groups.join(':');
      expect(canonicalIpv6(address)).toBe(new URL(`http://[${address}]`).hostname.slice(1, -1));
      expect(canonicalIpv6(canonicalIpv6(address))).toBe(canonicalIpv6(address));
    }),
    { numRuns: 2000 },
  );
});
