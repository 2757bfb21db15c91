import type { Element } from '../jmx/element.ts';
import type { AssertionResult, Sample } from '../sample.ts';
import type { Text } from '../text/template.ts';
import type { User } from './user.ts';

/** What this engine makes of one kind of element. */
export type Support = Supported | Skipped;

export type Supported =
  | Compiles<'sampler', Sampler>
  | Compiles<'timer', Timer>
  | Compiles<'before', Before>
  | Compiles<'after', After>
  | Compiles<'assertion', Assertion>
  | Compiles<'config', Config>
  /** Controllers and groups are the engine's own affair: src/load/engine/{controllers,groups}. */
  | ({ readonly role: 'controller' | 'group' } & Described);

interface Compiles<Role extends string, T> extends Described {
  readonly role: Role;
  compile(element: Element, scope: Scope): T;
}

interface Described {
  /** What JMeter's menus call it: `HTTP Request`. */
  readonly title: string;
  /** What of it is not as in JMeter, for the docs; a sentence each. */
  readonly limits?: readonly string[];
  /** Which of its settings `inspect` refuses, for the docs. */
  readonly refuses?: readonly string[];
  /** What of this very element can't be honoured; the run refuses then. */
  inspect?(element: Element): readonly Refusal[];
  /** Files that this very element names, as it names them; they are looked at before a run. */
  files?(element: Element): readonly string[];
}

/** Has no effect on the load: the run goes on without it, with a note. */
export interface Skipped {
  readonly role: 'skipped';
  readonly title: string;
  /** Why nothing is lost: `results are in --jtl`. */
  readonly why: string;
}

/** `what` can't be honoured, and what follows where it is left out. */
export interface Refusal {
  readonly what: string;
  readonly consequence: string;
}

/** What a compiled element may ask while it is compiled. */
export interface Scope {
  /** Compiles a property's text: `${…}` is evaluated on each read. The text itself may be missing; then it is the default. */
  text(element: Element, property: string, otherwise?: string): Text;
  /** Compiles any text. */
  template(text: string): Text;
  /** Enabled config elements that reach the sampler, innermost first. */
  readonly configs: readonly Element[];
  /** The compiled form of one of them: the same object for every sampler. */
  config(element: Element): Config;
  /** Where requests without a host of their own go. */
  readonly target?: URL;
  /** Requests ask our balancer which instance answers. */
  readonly askServer?: boolean;
}

/** A request. Undefined: there is nothing to report (a fresh cache entry, a pause). Never rejects: what fails is a sample. */
export interface Sampler {
  readonly label: Text;
  sample(user: User): Promise<Sample | undefined> | Sample | undefined;
  /** Whether anything in its scope looks at the response; told before the first sample. Without it there may be none. */
  needs?(response: boolean): void;
}

export interface Timer {
  /** Milliseconds to wait before the sampler. */
  delay(user: User): number;
}

/** A pre-processor. */
export interface Before {
  run(user: User): void;
}

/** A post-processor: extractors. It is given the sample that was just made, with its response. */
export interface After {
  run(user: User, sample: Sample): void;
}

export interface Assertion {
  /** Undefined where it holds. What it says of the sample (`failure`, `success`) is written by the engine. */
  check(user: User, sample: Sample): AssertionResult | undefined;
}

export interface Config {
  /** At the beginning of an iteration of the nearest controller above; throws `StopUser` where its data has come to its end. */
  iterate?(user: User): void;
  /** Once per user, before its first iteration. */
  begin?(user: User): void;
  /** Once per user, after its last. */
  end?(user: User): void;
}

/** Thrown to end one user in order: a CSV file without more rows. */
export class StopUser extends Error {
  override readonly name = 'StopUser';
}
