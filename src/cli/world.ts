import type { LoadTools } from '../app/load.ts';
import type { Outside } from '../app/project.ts';
import type { ExportedFile } from '../ports/exported.ts';
import type { Process } from '../ports/process.ts';

/** All that commands get of the outside; `main.ts` makes the real one, tests make others. */
export interface World extends Outside {
  readonly version: string;
  readonly process: Process;
  readonly loadTools: LoadTools;
  /** What runs in machines that Vagrant makes on a computer without Relevo. */
  readonly exported: () => Promise<readonly ExportedFile[]>;
}
