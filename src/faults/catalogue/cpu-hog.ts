import { containerFunctions, containerValues, type Effect, fault } from '../fault.ts';
import type { Party } from '../target.ts';

/** One busy loop for each CPU, as a unit that ends by itself; who heals gets his share of the CPUs like anybody. */
const start =
  'systemd-run --quiet --collect --unit="relevo-fault-$id-hog" --property=RuntimeMaxSec="$seconds" -- ' +
  `perl -e 'for (2 .. shift) { fork() or last } 1 while 1' "$(nproc)"`;
const stop = 'sh -c \'! systemctl -q is-active "$1" || systemctl stop "$1"\' sh "relevo-fault-$id-hog.service"';

function hogs(target: Exclude<Party, { kind: 'cut' }>): Effect {
  if (target.kind === 'machine') return { kind: 'script', machine: target.name, inject: start, heal: stop, values: {} };
  return {
    ...{ kind: 'script', machine: target.machine, values: containerValues(target) },
    inject: `${containerFunctions}inside ${start}`,
    heal: `${containerFunctions}runs || exit 0; inside ${stop}`,
  };
}

export const cpuHog = fault({
  name: 'cpu.hog',
  does: 'keeps all of its CPUs busy',
  takes: ['instance', 'balancer', 'machine'],
  effects: (target) => [hogs(target)],
});
