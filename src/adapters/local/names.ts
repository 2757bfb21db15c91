import { bridgeName } from './network.ts';

/** What a project is called in this host's LXD. */
export interface LocalNames {
  readonly project: string;
  readonly pool: string;
  readonly network: string;
}

export function localNames(project: string, daemon: string): LocalNames {
  return { project: `relevo-${project}`, pool: `relevo-${project}`, network: bridgeName(project, daemon) };
}
