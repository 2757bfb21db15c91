import { containerFunctions, containerValues, fault } from '../fault.ts';
import { unitFunctions, unitValues } from '../unit.ts';

export const processKill = fault({
  name: 'process.kill',
  does: "SIGKILL for the service's processes",
  takes: ['instance'],
  effects: (target) => [
    {
      ...{ kind: 'script', machine: target.machine },
      values: { ...containerValues(target), ...unitValues(target) },
      inject: `${containerFunctions}${unitFunctions}serving > unit; inside systemctl kill --signal=KILL "$(cat unit)"`,
      heal: `${containerFunctions}[ -s unit ] && runs || exit 0; inside systemctl start "$(cat unit)"`,
    },
  ],
});
