import type { ControllerAssets } from '../domain/spec.ts';

/** Where this host has what controllers are made of. */
export interface ControllerSource {
  /** The path of the pinned Node.js. */
  readonly node: string;
  /** What it runs on, in its own words: `linux` and `x64`. */
  readonly platform: string;
  readonly processor: string;
  assets(): Promise<ControllerAssets>;
  /** JavaScript, one file. */
  program(): Promise<string>;
}
