import { expect, it } from 'vitest';
import { mustStandElsewhere } from '../../src/app/drain.ts';
import { specOf, text } from '../rig/world.ts';

it('drains no machine where nothing else could carry its part, one after another either', () => {
  const spec = specOf(text); // web may stand on m2 and m3, the balancer on m1
  expect(() => mustStandElsewhere(spec, ['m2'])).not.toThrow();
  expect(() => mustStandElsewhere(spec, ['m1'])).toThrow('the balancer may stand on m1 only');
  expect(() => mustStandElsewhere(spec, ['m2', 'm3'])).toThrow('web may stand on m2, m3 only');
});
