import { fault } from '../fault.ts';

export const machineOff = fault({
  name: 'machine.off',
  does: 'cuts its power, without warning; this host gives it back',
  takes: ['machine'],
  effects: ({ name }) => [{ kind: 'power-cut', machine: name }],
});
