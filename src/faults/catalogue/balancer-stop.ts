import { fault } from '../fault.ts';
import { stopped } from '../stopped.ts';

export const balancerStop = fault({
  name: 'balancer.stop',
  does: "stops the balancer's container hard, HAProxy, controller and all",
  takes: ['balancer'],
  effects: stopped,
});
