import { RelevoError } from '../domain/failure.ts';
import { didYouMean } from '../spec/nearest.ts';
import type { Fault } from './fault.ts';
import { balancerStop } from './faults/balancer-stop.ts';
import { containerPause } from './faults/container-pause.ts';
import { containerStop } from './faults/container-stop.ts';
import { controllerKill } from './faults/controller-kill.ts';
import { cpuHog } from './faults/cpu-hog.ts';
import { diskFull } from './faults/disk-full.ts';
import { haproxyKill } from './faults/haproxy-kill.ts';
import { lxdKill } from './faults/lxd-kill.ts';
import { machineOff } from './faults/machine-off.ts';
import { networkDrop } from './faults/network-drop.ts';
import { networkReject } from './faults/network-reject.ts';
import { processFreeze } from './faults/process-freeze.ts';
import { processKill } from './faults/process-kill.ts';
import { serverError } from './faults/server-error.ts';
import { serverMute } from './faults/server-mute.ts';

/** Every fault, in the order in which people are shown them. */
export const faults: readonly Fault[] = [
  ...[processKill, processFreeze],
  ...[containerStop, containerPause],
  ...[machineOff, networkDrop, networkReject],
  ...[haproxyKill, balancerStop, controllerKill, lxdKill],
  ...[diskFull, cpuHog],
  ...[serverMute, serverError],
];

export function faultNamed(name: string): Fault {
  const found = faults.find((fault) => fault.name === name);
  if (found !== undefined) return found;
  const known = faults.map((fault) => fault.name);
  const hint = didYouMean(name, known) ?? '`relevo fault list` shows all of them';
  throw new RelevoError({ code: 'not-found', message: `there is no fault ${name}`, hint });
}
