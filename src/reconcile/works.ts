import { controllerWidths, objectOf } from '../apply/widths.ts';
import type { InstancePlan, Stopping } from '../domain/desired.ts';
import type { Step } from '../domain/step.ts';

/** Milliseconds that a step may take, beyond the time that its service has to end and to start. */
const patience = 300_000;

interface Running {
  readonly kind: ReturnType<typeof objectOf>;
  readonly objects: readonly string[];
  /** Milliseconds on the controller's clock. */
  readonly overdueAt: number;
}

/**
 * The steps that run, each for itself: none waits for another one's slow start. A step begins when what it comes after is
 * no longer in the plan, and nobody works on its object.
 */
export class Works {
  #running = new Map<string, Running>();

  get size(): number {
    return this.#running.size;
  }

  isBusy(object: string): boolean {
    return [...this.#running.values()].some(({ objects }) => objects.includes(object));
  }

  /** `serves`: whether a server is UP, as far as is known. */
  ready(steps: readonly Step[], serves: (name: string) => boolean): Step[] {
    const ids = new Set(steps.map(({ id }) => id));
    const taken = new Set<string>();
    const begun = new Map<string, number>();
    return steps.filter((step) => {
      const [kind, objects] = [objectOf(step), objectsOf(step, serves)];
      const running = [...this.#running.values()].filter((each) => each.kind === kind).length + (begun.get(kind) ?? 0);
      if (running >= (controllerWidths[kind] ?? 1) || step.after.some((id) => ids.has(id) || this.#running.has(id)))
        return false;
      if (objects.some((object) => taken.has(object) || this.isBusy(object))) return false;
      for (const object of objects) taken.add(object);
      begun.set(kind, (begun.get(kind) ?? 0) + 1);
      return true;
    });
  }

  /** Never rejects: `done` must not. */
  run(step: Step, serves: (name: string) => boolean, now: number, done: Promise<void>): void {
    const overdueAt = now + patience + promised(step) * 1000;
    const running = { kind: objectOf(step), objects: objectsOf(step, serves), overdueAt };
    this.#running.set(step.id, running);
    void done.finally(() => {
      if (this.#running.get(step.id) === running) this.#running.delete(step.id);
    });
  }

  /** A step that takes longer than any should. */
  overdue(now: number): string | undefined {
    return [...this.#running].find(([, { overdueAt }]) => now >= overdueAt)?.[0];
  }

  /** What runs is another one's affair from now on: it can change nothing more. */
  forget(): void {
    this.#running = new Map();
  }
}

/** Seconds that the file gives a service for what a step does with an instance of it. */
function promised(step: Step): number {
  switch (step.kind) {
    case 'instance.delete':
      return endOf(step.stopping);
    case 'instance.stop':
    case 'instance.restart':
    case 'instance.replace':
      return endOf(step.instance.stopping) + startOf(step.instance);
    default:
      return 'instance' in step ? startOf(step.instance) : 0;
  }
}

function endOf({ drain, grace }: Stopping): number {
  return drain + grace;
}

/** A cold backup is stopped again. */
function startOf({ startPeriod, cold, stopping }: InstancePlan): number {
  return cold ? startPeriod + stopping.grace : startPeriod;
}

/** Of each of these, one step at a time: never are two servers of a service, or two balancers, taken away at once. */
function objectsOf(step: Step, serves: (name: string) => boolean): string[] {
  switch (step.kind) {
    case 'instance.delete':
      return [step.instance, ...(serves(step.instance) ? [`server of ${step.service}`] : [])];
    case 'instance.replace':
    case 'instance.restart':
      return [step.instance.name, ...(serves(step.instance.name) ? [`server of ${step.instance.service}`] : [])];
    case 'balancer.delete':
      return [step.balancer, 'balancer'];
    case 'balancer.replace':
      return [step.balancer.name, 'balancer'];
    default:
      if ('instance' in step) return [step.instance.name];
      return 'balancer' in step ? [step.balancer.name] : [step.id];
  }
}
