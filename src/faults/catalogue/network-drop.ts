import { cut } from '../cut.ts';
import { fault } from '../fault.ts';

export const networkDrop = fault({
  name: 'network.drop',
  does: 'cuts two off from each other: packets vanish',
  takes: ['cut'],
  effects: (target) => cut(target, { verdicts: ['drop'], ends: false }),
});
