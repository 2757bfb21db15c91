import type { ImageFile } from '../../domain/desired.ts';
import { hostFiles, hostUnits } from '../../render/machine.ts';
import { membershipFiles, membershipUnit } from '../../render/membership.ts';
import { recordFile } from './record.ts';

/** Programs and units of ours on a host that was there before. `networkInterface`: by which it is on the hosts' network. */
export function ownFiles(networkInterface: string): ImageFile[] {
  return [...hostFiles(networkInterface), ...membershipFiles(recordFile)];
}

export const ownUnits: readonly string[] = [...hostUnits, membershipUnit];
