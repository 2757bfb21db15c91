import { fault } from '../fault.ts';
import { stopped } from '../stopped.ts';

export const containerStop = fault({
  name: 'container.stop',
  does: 'stops the container hard, as if its power were cut',
  takes: ['instance', 'balancer'],
  effects: stopped,
});
