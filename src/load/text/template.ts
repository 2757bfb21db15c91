import type { User } from '../engine/user.ts';

/** A text of a plan, compiled. */
export interface Text {
  /** The value where it does not depend on the user or the moment: no `${…}` in it. */
  readonly constant?: string;
  of(user: User): string;
}
