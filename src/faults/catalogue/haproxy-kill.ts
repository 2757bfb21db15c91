import { fault } from '../fault.ts';
import { killedUnit } from '../killed-unit.ts';

export const haproxyKill = fault({
  name: 'haproxy.kill',
  does: 'SIGKILL for HAProxy in a balancer',
  takes: ['balancer'],
  effects: (target) => killedUnit(target, 'haproxy.service'),
});
