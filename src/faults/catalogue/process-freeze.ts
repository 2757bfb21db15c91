import { containerFunctions, containerValues, fault } from '../fault.ts';
import { unitFunctions, unitValues } from '../unit.ts';

export const processFreeze = fault({
  name: 'process.freeze',
  does: "SIGSTOP for the service's processes; SIGCONT heals",
  takes: ['instance'],
  effects: (target) => [
    {
      ...{ kind: 'script', machine: target.machine },
      values: { ...containerValues(target), ...unitValues(target) },
      inject: `${containerFunctions}${unitFunctions}serving > unit; inside systemctl kill --signal=STOP "$(cat unit)"`,
      heal: `${containerFunctions}[ -s unit ] && runs || exit 0; inside systemctl kill --signal=CONT "$(cat unit)"`,
    },
  ],
});
