import type { Config } from '../engine/support.ts';
import type { User } from '../engine/user.ts';

/** A config element that requests ask, rather than one that is told of iterations. */
export abstract class Manager implements Config {
  end?(user: User): void;
}

/** When what a manager keeps of a user begins anew, with an iteration of the user's group. */
export interface Renewal {
  readonly eachIteration: boolean;
  /** As the group says of its users, whatever the element itself does. */
  readonly byGroup: boolean;
}

export function isRenewed({ eachIteration, byGroup }: Renewal, user: User): boolean {
  return byGroup ? user.newEachIteration === true : eachIteration;
}
