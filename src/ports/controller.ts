import type { ControllerAssets } from '../domain/spec.ts';

/** Where this host has what controllers are made of. */
export interface ControllerSource {
  /** The path of the pinned Node.js. */
  readonly node: string;
  assets(): Promise<ControllerAssets>;
  /** JavaScript, one file. */
  program(): Promise<string>;
}
