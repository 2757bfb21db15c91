import { containerFunctions, containerValues, type Effect } from './fault.ts';
import type { BalancerTarget } from './target.ts';

/** All processes of a unit in a balancer are killed; healing starts it where systemd has not. */
export function killedUnit(target: BalancerTarget, unit: string): Effect[] {
  const { machine } = target;
  const inject = `${containerFunctions}inside systemctl kill --signal=KILL "$unit"`;
  const heal = `${containerFunctions}runs || exit 0; inside systemctl start "$unit"`;
  return [{ kind: 'script', machine, inject, heal, values: { ...containerValues(target), unit } }];
}
