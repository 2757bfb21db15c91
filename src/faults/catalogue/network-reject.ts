import { cut } from '../cut.ts';
import { fault } from '../fault.ts';

export const networkReject = fault({
  name: 'network.reject',
  does: 'cuts two off from each other: packets are refused (RST, ICMP)',
  takes: ['cut'],
  effects: (target) => cut(target, { verdicts: ['meta l4proto tcp reject with tcp reset', 'reject'], ends: true }),
});
