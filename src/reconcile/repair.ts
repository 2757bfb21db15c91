import type { Desired, InstancePlan } from '../domain/desired.ts';
import type { Brake } from '../domain/event.ts';
import type { Step } from '../domain/step.ts';
import type { View } from '../domain/view.ts';
import { diffInside } from '../plan/diff.ts';
import { byName } from '../plan/seen.ts';
import type { Transition } from '../plan/transition.ts';

/** What the balancers see of servers, and what was found inside of them. */
export interface Sight {
  /** How long it has been DOWN for all of them, milliseconds; 0: it is not. */
  downFor(server: string): number;
  /** How long it has been UP for one of them, milliseconds; 0: it is not. */
  upFor(server: string): number;
  /** It takes connections and says nothing, or does not even refuse them. */
  isSilent(server: string): boolean;
  /** Undefined until somebody has looked; looks that came to nothing found nothing. */
  found(instance: string): Found | undefined;
  /** A step works on it. */
  isBusy(instance: string): boolean;
}

export interface Found {
  /** When it was looked for: milliseconds on the controller's clock. */
  readonly at: number;
  /** It answers its health check when it asks itself. */
  readonly answers: boolean;
  /** It answered somebody a moment ago. */
  readonly works?: boolean;
  /** When the last of its units was started, by whomever; on the same clock. */
  readonly started?: number;
}

/** Most of a service is DOWN: nothing of it is recreated. */
type ServiceBrake = Extract<Brake, { why: 'service-down' }>;

export interface RepairPlan {
  readonly steps: readonly Step[];
  readonly brakes: readonly ServiceBrake[];
  /** Where somebody should look inside. */
  readonly asks: readonly InstancePlan[];
  /** When to plan again even if nothing is seen to change; on the controller's clock. */
  readonly again: number;
}

/** Milliseconds that HAProxy's word is waited with: a reload, a start, systemd's own restart may cure it. */
const grace = 3000;
/** What hangs nobody restarts, and HAProxy has waited for its answer already. */
const graceOfTheSilent = 1000;
/** So much earlier it is looked inside, and for so long that counts. */
const foresight = 700;
const foundCounts = 2500;
/** Milliseconds: inside of instances times are told in seconds. */
const secondsAreWhole = 1000;
/** A server that was UP for so long has started. */
const startedAfter = 1000;
/** Milliseconds after which a cold backup is woken, and for which it stays awake when the primaries are back. */
const wakeAfter = 500;
const restAfter = 30_000;
/** For so long an instance does not come back to the machine where a restart was no cure. */
const avoidedFor = 600_000;

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
  /** When each instance was last started, or made, as long as it has not been UP since. */
  readonly #begun = new Map<string, number>();
  readonly #avoided = new Map<string, { machine: string; until: number }>();

  /** `between`: what is between the world and what is desired. */
  plan(desired: Desired, view: View, between: (desired: Desired) => Transition, sight: Sight, now: number): RepairPlan {
    for (const { name } of desired.instances) if (sight.upFor(name) >= startedAfter) this.#begun.delete(name);
    const planned = diffInside(between(this.#awake(desired, view, sight, now)), view);
    const steps = this.#mayBeTried(planned, now);
    const busy = new Set(steps.flatMap((step) => ('instance' in step ? [nameOf(step.instance)] : [])));
    const avoided = this.#avoided.size;
    const { revivals, brakes, asks } = this.#revivals(desired, view, sight, now, busy);
    const moves = this.#avoided.size > avoided;
    return { steps: [...steps, ...revivals], brakes, asks, again: moves ? now : this.#again(now) };
  }

  /** Instances that shall be on another machine than the one where a restart was no cure. */
  avoided(now: number): { name: string; machine: string }[] {
    for (const [name, { until }] of this.#avoided) if (until <= now) this.#avoided.delete(name);
    return [...this.#avoided].map(([name, { machine }]) => ({ name, machine }));
  }

  /** Whoever leads next puts instances where the file has them, and finds out again where that is no cure. */
  forgive(): void {
    this.#avoided.clear();
  }

  /** Elsewhere it is made by a replacement: that is an attempt like the others. */
  begun(step: Step, now: number): void {
    if (step.kind !== 'instance.revive' && step.kind !== 'instance.replace') return;
    const { name, startPeriod } = step.instance;
    const count = this.#attempts.get(name)?.count ?? 0;
    if (step.kind === 'instance.replace' && count === 0) return; // not for a failure's sake
    this.#attempts.set(name, { count: count + 1, next: now + Math.max(backOff(count), startPeriod * 1000) });
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
  #awake(desired: Desired, { instances }: View, { downFor }: Sight, now: number): Desired {
    const stopped = new Set(instances.filter(({ state }) => state === 'stopped').map(({ name }) => name));
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

  #revivals(desired: Desired, view: View, sight: Sight, now: number, planned: ReadonlySet<string>) {
    const revivals: Step[] = [];
    const brakes: ServiceBrake[] = [];
    const asks: InstancePlan[] = [];
    const there = byName(view.instances);
    const isDown = ({ name }: InstancePlan, early: number) =>
      sight.downFor(name) >= (sight.isSilent(name) ? graceOfTheSilent : grace) - early;
    for (const [service, all] of Map.groupBy(desired.instances, (plan) => plan.service)) {
      const serving = all.filter(({ cold, name }) => !cold && there.get(name)?.complete);
      const running = serving.filter(({ name }) => there.get(name)?.state !== 'stopped');
      for (const { name } of serving.filter((each) => sight.downFor(each.name) === 0))
        this.#recovered(name, sight.upFor(name), now);
      const down = running.filter((plan) => isDown(plan, 0));
      const most = down.length > 1 && down.length * 2 > serving.length;
      if (most) brakes.push({ why: 'service-down', service, down: down.map(({ name }) => name) });
      if (most && serving.some(({ name }) => sight.isBusy(name))) continue; // one at a time
      const free = (plan: InstancePlan) => !planned.has(plan.name) && !sight.isBusy(plan.name);
      asks.push(...running.filter((plan) => free(plan) && isDown(plan, foresight) && this.#mayAsk(plan, sight, now)));
      const due = down.filter((plan) => free(plan) && this.#isDue(plan, sight, now));
      for (const plan of most ? due.slice(0, 1) : due) revivals.push(...this.#cure(plan, most, there, now));
    }
    return { revivals, brakes, asks };
  }

  /** Only where the answer would matter soon. */
  #mayAsk({ name }: InstancePlan, sight: Sight, now: number): boolean {
    const found = sight.found(name);
    if (found !== undefined && now - found.at < foundCounts - foresight) return false;
    const tried = this.#attempts.get(name);
    return tried === undefined || tried.next - foresight <= now || now - (this.#begun.get(name) ?? 0) < 2 * backOff(0);
  }

  #isDue(plan: InstancePlan, sight: Sight, now: number): boolean {
    const { name } = plan;
    const found = sight.found(name);
    if (found === undefined || now - found.at >= foundCounts) return false;
    if (found.works && sight.isSilent(name)) return false; // overload: a restart would cut what it is at, and cure nothing
    if (this.#isCutOff(name, found, now)) return true;
    return !this.#isStarting(plan, sight, now) && (this.#attempts.get(name)?.next ?? 0) <= now;
  }

  /** It was restarted once, answers itself, and no balancer reaches it: nothing that is done on this machine would help. */
  #isCutOff(name: string, { answers, at }: Found, now: number): boolean {
    const begun = this.#begun.get(name) ?? Number.POSITIVE_INFINITY;
    return this.#attempts.get(name)?.count === 1 && answers && at - begun >= grace - foresight && now - begun >= grace;
  }

  /** Whoever started it: it has had less time than its file gives it, and has not been UP since. */
  #isStarting({ name, startPeriod }: InstancePlan, sight: Sight, now: number): boolean {
    const started = sight.found(name)?.started ?? Number.NEGATIVE_INFINITY;
    const wentDown = now - sight.downFor(name);
    const times = [this.#begun.get(name), started >= wentDown - secondsAreWhole ? started : undefined];
    return times.some((time) => time !== undefined && now - time < startPeriod * 1000);
  }

  /** A restart first; then elsewhere, or at least recreated. */
  #cure(instance: InstancePlan, brake: boolean, there: ReadonlyMap<string, { machine: string }>, now: number): Step[] {
    const { name } = instance;
    const count = this.#attempts.get(name)?.count ?? 0;
    const recreate = count > 0 && !brake;
    const machine = there.get(name)?.machine ?? '';
    if (recreate && this.#avoided.get(name)?.machine !== machine) {
      this.#avoided.set(name, { machine, until: now + avoidedFor });
      return []; // the next plan has it on another machine
    }
    if (recreate && instance.machine !== machine) return []; // it is about to be moved
    const reason = count === 0 ? 'it runs and is DOWN' : `DOWN after ${count} attempts`;
    return [{ kind: 'instance.revive', instance, recreate, reason, id: `revive ${name}`, after: [] }];
  }

  /** Forgotten only when it stayed UP for as long as the next attempt would have had to wait: no flapping. */
  #recovered(name: string, upFor: number, now: number): void {
    const tried = this.#attempts.get(name);
    if (tried === undefined) return;
    const wait = backOff(tried.count);
    if (upFor >= wait && now >= tried.next + wait) this.#attempts.delete(name);
  }

  #again(now: number): number {
    const times = [...this.#failed.values(), ...this.#attempts.values()].map(({ next }) => next);
    const ahead = [...times, ...this.#awakeUntil.values()].filter((time) => time > now);
    return Math.min(Number.POSITIVE_INFINITY, ...ahead);
  }
}

function nameOf(instance: InstancePlan | string): string {
  return typeof instance === 'string' ? instance : instance.name;
}
