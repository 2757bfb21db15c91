import type { Sample } from '../sample.ts';
import type { Text } from '../text/template.ts';
import type { After, Assertion, Before, Sampler, Timer } from './support.ts';
import type { VirtualUser } from './virtual-user.ts';

/** A sampler with everything in its scope. */
export interface Leaf {
  readonly is: 'leaf';
  readonly name: Text;
  readonly sampler: Sampler;
  readonly befores: readonly Before[];
  readonly timers: readonly EngineTimer[];
  /** Some timer waits for other users. */
  readonly holds: boolean;
  readonly afters: readonly After[];
  readonly checks: readonly Assertion[];
  readonly onFailure: readonly OnFailure[];
}

export interface EngineTimer extends Timer {
  /** Waits otherwise than by time: for other users. */
  hold?(user: VirtualUser): Promise<void> | undefined;
}

/** A Result Status Action Handler. */
export interface OnFailure {
  act(user: VirtualUser): void;
}

/** What is told when an iteration of the controller above begins. */
export interface Iterates {
  iterate(user: VirtualUser): void;
}

/** A sample that begins; nothing is known of it yet. */
export function newSample(label: string, start: number): Sample {
  return {
    label,
    start,
    elapsed: 0,
    latency: 0,
    connect: 0,
    idle: 0,
    code: '',
    message: '',
    success: true,
    unknown: false,
    failure: '',
    assertions: [],
    received: 0,
    sent: 0,
    url: '',
    type: '',
    encoding: '',
    thread: '',
    groupThreads: 0,
    allThreads: 0,
    server: '',
    children: [],
    response: undefined,
  };
}

/** When it ended: JMeter's elapsed time has no idle time in it. */
export function endOf({ start, elapsed, idle }: Sample): number {
  return start + elapsed + idle;
}
