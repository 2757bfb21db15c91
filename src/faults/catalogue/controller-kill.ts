import { controllerUnit } from '../../render/controller.ts';
import { fault } from '../fault.ts';
import { killedUnit } from '../killed-unit.ts';

export const controllerKill = fault({
  name: 'controller.kill',
  does: 'SIGKILL for the controller in a balancer',
  takes: ['balancer'],
  effects: (target) => killedUnit(target, controllerUnit),
});
