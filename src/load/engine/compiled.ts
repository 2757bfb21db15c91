import type { Text } from '../text/template.ts';
import type { Branch } from './controllers/controller.ts';
import type { Config } from './support.ts';
import type { LoadClock } from './user.ts';
import type { OnSampleError } from './virtual-user.ts';

/** A plan, compiled: what of it is the same for all users. */
export interface CompiledPlan {
  readonly setUp: readonly CompiledGroup[];
  readonly main: readonly CompiledGroup[];
  readonly tearDown: readonly CompiledGroup[];
  /** Groups run one after another. */
  readonly serialize: boolean;
  /** The tear-down groups run after a stop, too. */
  readonly tearDownOnShutdown: boolean;
  /** The user-defined variables, which every user begins with. */
  readonly variables: ReadonlyMap<string, string>;
}

export interface CompiledGroup {
  readonly name: string;
  readonly start: Starter;
  readonly tree: Branch;
  readonly onError: OnSampleError;
  readonly newEachIteration: boolean;
  readonly keepsAnswers: boolean;
  /** How many users it says it has. */
  size(read: (text: Text) => string): number;
  /** Each once, in the order of the plan. */
  readonly configs: readonly Config[];
  /** Within the plan. */
  readonly index: number;
  /** Within its phase, from 1 on. */
  readonly number: number;
}

/** What a group does: it begins users at their time, and is done when all that it would begin have begun and ended. */
export type Starter = (crew: StarterCrew) => Promise<void>;

/** What a starter is given. */
export interface StarterCrew {
  readonly clock: LoadClock;
  /** Is that user one of this process's, and of this worker's? */
  mine(number: number): boolean;
  /** Its users are dealt to so many processes and workers together; this one is the `index`th. */
  readonly share: { readonly index: number; readonly of: number };
  /** Ends early where the group shall end. */
  sleep(milliseconds: number): Promise<void>;
  /** The same, but no longer than until one of its users has ended. */
  sleepUntilEnd(milliseconds: number): Promise<void>;
  /** The group shall begin nothing any more. */
  readonly halted: boolean;
  /** Users that this one has begun and that have not ended. */
  readonly working: number;
  /** Users at work, of all workers of this process. */
  active(): number;
  /** Begins a user. Undefined where too many are at work: then it is counted as dropped. */
  begin(number: number, options?: Begin): Promise<void> | undefined;
  /** A start of an open model that could not be. */
  dropped(): void;
  /** All users that were begun have ended. */
  ended(): Promise<void>;
  /** The same, but no later than at that moment. */
  endedBy(moment: number): Promise<void>;
  /** Breaks off whatever users of the group are at. */
  interrupt(): void;
  random(): number;
  /** With the plan's variables. */
  readonly read: (text: Text) => string;
  note(text: string): void;
}

export interface Begin {
  /** Milliseconds since 1970. */
  readonly due?: number;
  readonly end?: number;
  /** It ends itself there. */
  readonly scheduled?: boolean;
  /** An open model: its first sample should begin then. */
  readonly intended?: number;
}
