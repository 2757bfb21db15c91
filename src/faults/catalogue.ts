import { RelevoError } from '../domain/failure.ts';
import { didYouMean } from '../spec/nearest.ts';
import { balancerStop } from './catalogue/balancer-stop.ts';
import { containerPause } from './catalogue/container-pause.ts';
import { containerStop } from './catalogue/container-stop.ts';
import { controllerKill } from './catalogue/controller-kill.ts';
import { cpuHog } from './catalogue/cpu-hog.ts';
import { diskFull } from './catalogue/disk-full.ts';
import { haproxyKill } from './catalogue/haproxy-kill.ts';
import { lxdKill } from './catalogue/lxd-kill.ts';
import { machineOff } from './catalogue/machine-off.ts';
import { networkDrop } from './catalogue/network-drop.ts';
import { networkReject } from './catalogue/network-reject.ts';
import { processFreeze } from './catalogue/process-freeze.ts';
import { processKill } from './catalogue/process-kill.ts';
import { serverError } from './catalogue/server-error.ts';
import { serverMute } from './catalogue/server-mute.ts';
import type { Fault } from './fault.ts';

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
