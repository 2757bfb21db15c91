import type { Desired, InstancePlan } from '../domain/desired.ts';
import type { DatedEvent } from '../domain/event.ts';
import type { Step } from '../domain/step.ts';
import type { Sighting, View } from '../domain/view.ts';
import type { Transition } from '../plan/transition.ts';
import type { LocalBalancer } from '../ports/balancer.ts';
import type { Clock } from '../ports/system.ts';
import type { LeaseStore } from './lease.ts';
import type { Found } from './repair.ts';
import type { States } from './views.ts';

/** What a controller sees and may do. */
export interface Dependencies {
  /** The balancer's name. */
  readonly self: string;
  /** Unlike any other process's. */
  readonly nonce: string;
  readonly machines: readonly { readonly name: string; readonly address: string }[];
  readonly clock: Pick<Clock, 'now' | 'elapsed'>;
  readonly haproxy: LocalBalancer;
  readonly lease: LeaseStore;
  /** `onChange`: something in the cluster is no longer as it was, or may have changed unseen. `onLease`: the lease's record was written. */
  changes(onChange: () => void, onLease: () => void): Disposable;
  /** Throws a RelevoError where the cluster can't be read. */
  observe(): Promise<Sighting>;
  desire(view: View): Desired;
  transition(desired: Desired, view: View): Transition;
  /** HAProxy's status by server name, from those of these balancers that answer. */
  othersStates(balancers: readonly string[]): Promise<readonly States[]>;
  /** Looks inside of an instance that runs. Throws a RelevoError where that can't be done. */
  lookInside(instance: InstancePlan): Promise<Omit<Found, 'at'>>;
  /** Nothing that an earlier holder of the lease began runs any more. */
  settled(): Promise<void>;
  /** `mayAct`: asked again before each change: a step that has begun does not outlive the lease. */
  act(desired: Desired, step: Step, onLine: (line: string) => void, mayAct: () => boolean): Promise<void>;
  /** Whether a machine answers. */
  knock(address: string): Promise<boolean>;
  tell(event: DatedEvent): void;
}
