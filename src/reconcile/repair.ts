import type { Desired, InstancePlan } from '../domain/desired.ts';
import type { Observed } from '../domain/observed.ts';
import type { Step } from '../domain/step.ts';
import { diff } from '../plan/diff.ts';

/** What the balancers see of servers. */
export interface Sight {
  /** How long it has been DOWN for all of them, milliseconds; 0: it is not. */
  downFor(server: string): number;
  /** It takes connections and says nothing, or does not even refuse them. */
  isSilent(server: string): boolean;
}

/** Milliseconds that HAProxy's word is waited with: a reload, a start, systemd's own restart may cure it. */
const grace = 3000;
/** What hangs nobody restarts, and HAProxy has waited for its answer already. */
const graceOfTheSilent = 1000;
/** Milliseconds after which a cold backup is woken, and for which it stays awake when the primaries are back. */
const wakeAfter = 500;
const restAfter = 30_000;

/** What was tried for an instance that is DOWN, and when it may be tried again. */
interface Attempts {
  count: number;
  next: number;
}

/** Milliseconds: 10 s, 20 s, … 5 min. */
const backOff = (count: number) => Math.min(10_000 * 2 ** count, 300_000);

/**
 * What a controller does about the world: what the command line would do inside of the cluster, without waiting for
 * servers that are DOWN; and what only somebody who watches can know, that an instance which runs does not serve.
 */
export class Repairs {
  readonly #attempts = new Map<string, Attempts>();
  readonly #failed = new Map<string, Attempts>();
  readonly #awakeUntil = new Map<string, number>();
  /** When each instance was last started, or made. */
  readonly #begun = new Map<string, number>();

  plan(desired: Desired, observed: Observed, sight: Sight, now: number): { steps: Step[]; brakes: string[] } {
    const planned = diff(this.#awake(desired, observed, sight, now), observed, false);
    const steps = this.#mayBeTried(insideOnly(planned), now);
    const busy = new Set(steps.flatMap((step) => ('instance' in step ? [nameOf(step.instance)] : [])));
    const { revivals, brakes } = this.#revivals(desired, observed, sight, now, busy);
    return { steps: [...steps, ...revivals], brakes };
  }

  /** A step that failed is tried again later, and later each time. */
  failed(id: string, now: number): void {
    const count = (this.#failed.get(id)?.count ?? -1) + 1;
    this.#failed.set(id, { count, next: now + Math.min(250 * 2 ** count, 60_000) });
  }

  succeeded(step: Step, now: number): void {
    this.#failed.delete(step.id);
    if (step.kind.startsWith('instance.') && 'instance' in step) this.#begun.set(nameOf(step.instance), now);
  }

  /** Cold backups of services that lack a primary are wanted running. */
  #awake(desired: Desired, observed: Observed, { downFor }: Sight, now: number): Desired {
    const stopped = new Set(
      observed.cluster?.instances.filter(({ state }) => state === 'stopped').map(({ name }) => name),
    );
    const lacking = desired.instances.filter(
      ({ role, name }) => role === 'primary' && (stopped.has(name) || downFor(name) >= wakeAfter),
    );
    for (const { service } of lacking) this.#awakeUntil.set(service, now + restAfter);
    const wake = (plan: InstancePlan) => plan.cold && (this.#awakeUntil.get(plan.service) ?? 0) > now;
    return { ...desired, instances: desired.instances.map((plan) => (wake(plan) ? { ...plan, cold: false } : plan)) };
  }

  #mayBeTried(steps: readonly Step[], now: number): Step[] {
    const held = new Set<string>();
    for (const { id, after } of steps) {
      if ((this.#failed.get(id)?.next ?? 0) > now || after.some((each) => held.has(each))) held.add(id);
    }
    return steps.filter(({ id }) => !held.has(id));
  }

  #revivals(desired: Desired, observed: Observed, sight: Sight, now: number, busy: ReadonlySet<string>) {
    const { downFor, isSilent } = sight;
    const booting = (name: string) => now - (this.#begun.get(name) ?? Number.NEGATIVE_INFINITY) < grace;
    const mayRevive = (name: string) => downFor(name) >= (isSilent(name) ? graceOfTheSilent : grace);
    const revivals: Step[] = [];
    const brakes: string[] = [];
    const there = new Map(observed.cluster?.instances.map((each) => [each.name, each]));
    for (const [service, all] of Map.groupBy(desired.instances, (plan) => plan.service)) {
      const serving = all.filter(({ cold, name }) => !cold && there.get(name)?.complete);
      const down = serving.filter(({ name }) => mayRevive(name) && there.get(name)?.state !== 'stopped');
      for (const { name } of serving.filter((each) => downFor(each.name) === 0)) this.#recovered(name, now);
      const most = down.length > 1 && down.length * 2 > serving.length;
      if (most)
        brakes.push(`most of ${service} is DOWN: ${down.map(({ name }) => name).join(', ')}; nothing is made anew`);
      const next = down.find(
        ({ name }) => !busy.has(name) && !booting(name) && (this.#attempts.get(name)?.next ?? 0) <= now,
      );
      if (next !== undefined) revivals.push(this.#revival(next, most, now));
    }
    return { revivals, brakes };
  }

  #revival(instance: InstancePlan, brake: boolean, now: number): Step {
    const count = this.#attempts.get(instance.name)?.count ?? 0;
    const patience = Math.max(backOff(count), instance.startPeriod * 1000);
    this.#attempts.set(instance.name, { count: count + 1, next: now + patience });
    const anew = count > 0 && !brake;
    const reason = count === 0 ? 'it runs and is DOWN' : `DOWN after ${count} attempts`;
    return { kind: 'instance.revive', instance, anew, reason, id: `revive ${instance.name}`, after: [] };
  }

  /** Forgotten only when it stayed UP for as long as the next attempt would have had to wait: no flapping. */
  #recovered(name: string, now: number): void {
    const tried = this.#attempts.get(name);
    if (tried !== undefined && now >= tried.next + backOff(tried.count)) this.#attempts.delete(name);
  }
}

/** Steps that need the host are the host's affair. */
function insideOnly(steps: readonly Step[]): Step[] {
  const inside = steps.filter(({ kind }) => /^(instance|balancer|controller)\./.test(kind));
  const ids = new Set(inside.map(({ id }) => id));
  return inside.map((step) => ({ ...step, after: step.after.filter((id) => ids.has(id)) }));
}

function nameOf(instance: InstancePlan | string): string {
  return typeof instance === 'string' ? instance : instance.name;
}
