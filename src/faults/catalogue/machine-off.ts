import { fault } from '../fault.ts';

export const machineOff = fault({
  name: 'machine.off',
  does: 'cuts its power, without warning; the computer that it was cut from gives it back',
  takes: ['machine'],
  effects: ({ name }) => [{ kind: 'power-cut', machine: name }],
});
