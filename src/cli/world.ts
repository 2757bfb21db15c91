import type { Spec } from '../domain/spec.ts';
import type { Providers } from '../ports/provider.ts';
import type { System } from '../ports/system.ts';
import type { Doors } from './session.ts';

/** All that commands get of the outside; `main.ts` makes the real one, tests make others. */
export interface World {
  readonly version: string;
  readonly system: System;
  readonly providers: Providers;
  openDoors(spec: Spec): Promise<Doors>;
  /** One command at a time on one project. */
  lock(spec: Spec, holder: string): Promise<AsyncDisposable>;
}
