import { bridgeName } from './network.ts';

/** What a project is called in this host's LXD. */
export interface LocalNames {
  readonly project: string;
  readonly pool: string;
  /** It was there before the project, and stays. */
  readonly foreignPool: boolean;
  readonly network: string;
}

export function localNames(project: string, daemon: string, pool?: string): LocalNames {
  const network = bridgeName(project, daemon);
  return { project: `relevo-${project}`, pool: pool ?? `relevo-${project}`, foreignPool: pool !== undefined, network };
}
