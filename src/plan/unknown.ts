import type { Failure } from '../domain/failure.ts';
import type { Observed, UnreadInstance } from '../domain/observed.ts';
import type { StepBody } from '../domain/step.ts';
import type { View } from '../domain/view.ts';
import { viewOf } from './view.ts';

/** What can't be read is unknown, not absent: nothing is made in its place, and only what concerns it waits. */
export interface Unknown {
  /** Machines of which not everything could be read. */
  readonly machines: ReadonlySet<string>;
  /** Instances and balancers on them. */
  readonly names: ReadonlySet<string>;
  /** The balancers' configuration can't be told: it must say where these are, and that is unknown as well. */
  readonly places: boolean;
}

export function unknownOf(view: View): Unknown {
  const { dark, unread, lost, intent } = view;
  const counts = (machine: string) => !lost.includes(machine) && !intent.drained.includes(machine);
  return {
    machines: new Set([...dark, ...unread.map(({ machine }) => machine)].filter(counts)),
    names: new Set(unreadIn(view).map(({ name }) => name)),
    places: unread.some(({ slot, machine }) => slot === undefined && counts(machine)),
  };
}

/** Without those on machines that are taken for dead: others bear other names. */
export function unreadIn({ unread, lost }: View): readonly UnreadInstance[] {
  return unread.filter(({ machine }) => !lost.includes(machine));
}

/** Whether a step would reach into what is unknown. */
export function concerns(body: StepBody, { names, machines }: Unknown): boolean {
  const on = (name: string, machine: string) => names.has(name) || machines.has(machine);
  switch (body.kind) {
    case 'image.warm':
    case 'cluster.leave':
    case 'machine.delete':
      return machines.has(body.machine);
    case 'image.delete': // its seeds are everywhere
      return machines.size > 0;
    case 'instance.delete':
      return on(body.instance, body.machine);
    case 'balancer.delete':
      return on(body.balancer, body.machine);
    case 'instance.replace':
      return machines.has(body.from) || on(body.instance.name, body.instance.machine);
    default:
      if ('instance' in body) return on(body.instance.name, body.instance.machine);
      return 'balancer' in body && on(body.balancer.name, body.balancer.machine);
  }
}

/** What `up` could not do, and `status` and `plan` can't tell; undefined where everything is known. */
export function unknownFailure(observed: Observed): Failure | undefined {
  if (observed.unreadable !== undefined) return observed.unreadable;
  const view = viewOf(observed);
  const { machines } = unknownOf(view);
  if (machines.size === 0 || observed.cluster === null) return undefined;
  const names = unreadIn(view)
    .filter(({ machine }) => machines.has(machine))
    .map(({ name }) => name);
  const what = names.length === 0 ? 'it carries' : `${names.join(', ')} ${names.length === 1 ? 'needs' : 'need'}`;
  return {
    code: 'unreachable',
    message: `LXD on ${[...machines].join(', ')} does not answer: what ${what} is unknown, so nothing of it was changed`,
    hint: 'restart LXD there, or the machine itself, and run this again; what runs there goes on meanwhile',
  };
}
