import type { LxdInstance } from '../../ports/lxd.ts';
import { flag, labelling, text } from '../../render/labelling.ts';

/** What the containers of this host's LXD bear of themselves. */
export const machineLabels = labelling({
  /** `machine`; `publish` is the container that brings the rules of published ports. */
  kind: text,
  image: text,
  /** Its creation was completed. */
  complete: flag,
  /** It is, or was, a member of the cluster. */
  joined: flag,
  /** Its power is cut: by which fault, … */
  cut: text,
  'cut.record': text,
  /** … and the process that gives it back, by its id. */
  'cut.watcher': text,
});

export function isMachine({ config }: Pick<LxdInstance, 'config'>): boolean {
  return machineLabels.of(config).kind === 'machine';
}
