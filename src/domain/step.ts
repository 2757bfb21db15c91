import type {
  BalancerConfig,
  BalancerPlan,
  ImagePlan,
  InstancePlan,
  MachinePlan,
  Published,
  ReleasePlan,
  Stopping,
} from './desired.ts';

/**
 * One thing that `up` does. What `plan` prints is what `apply` runs.
 * `id` is unique within a plan and stable for the same plan; `after` names the steps that must have succeeded.
 */
export type Step = StepBody & {
  readonly id: string;
  /** Why it is needed, for people: `replicas 2 → 3`. */
  readonly reason: string;
  readonly after: readonly string[];
};

export type StepBody =
  | { readonly kind: 'provider.prepare' }
  | { readonly kind: 'base.prepare'; readonly base: string }
  | { readonly kind: 'image.build'; readonly image: ImagePlan }
  | { readonly kind: 'machine.create'; readonly machine: MachinePlan }
  | { readonly kind: 'machine.start'; readonly machine: MachinePlan }
  | { readonly kind: 'machine.delete'; readonly machine: string }
  | { readonly kind: 'cluster.bootstrap'; readonly machine: MachinePlan }
  | { readonly kind: 'cluster.join'; readonly machine: MachinePlan; readonly through: string }
  | { readonly kind: 'cluster.leave'; readonly machine: string }
  | { readonly kind: 'cluster.configure' }
  | { readonly kind: 'image.import'; readonly image: ImagePlan }
  | { readonly kind: 'image.warm'; readonly image: ImagePlan; readonly machine: string }
  | { readonly kind: 'image.delete'; readonly alias: string }
  /** In an instance of its own, which no balancer knows. */
  | { readonly kind: 'release.run'; readonly release: ReleasePlan; readonly machine: string }
  | { readonly kind: 'instance.create'; readonly instance: InstancePlan }
  | { readonly kind: 'instance.start'; readonly instance: InstancePlan }
  | { readonly kind: 'instance.stop'; readonly instance: InstancePlan }
  /** Drained, restarted, and back when it answers. */
  | { readonly kind: 'instance.restart'; readonly instance: InstancePlan }
  /** It is DOWN for all, so it is restarted, or recreated, without being drained. */
  | { readonly kind: 'instance.revive'; readonly instance: InstancePlan; readonly recreate: boolean }
  /** Role, limits, health check and stop grace period, which need no new instance. */
  | { readonly kind: 'instance.update'; readonly instance: InstancePlan }
  /** Drains, deletes, creates again and readmits; so many of a service at once as its strategy says. */
  | { readonly kind: 'instance.replace'; readonly instance: InstancePlan; readonly from: string }
  | DeleteStep
  | { readonly kind: 'balancer.create'; readonly balancer: BalancerPlan }
  | { readonly kind: 'balancer.start'; readonly balancer: BalancerPlan }
  | { readonly kind: 'balancer.replace'; readonly balancer: BalancerPlan }
  | { readonly kind: 'balancer.delete'; readonly balancer: string; readonly machine: string }
  | ConfigureStep
  /** Its controller gets what it must know, and starts again. */
  | { readonly kind: 'controller.configure'; readonly balancer: BalancerPlan }
  /** Other ports lead to it; nothing is interrupted. */
  | { readonly kind: 'balancer.update'; readonly balancer: BalancerPlan }
  | ({ readonly kind: 'publish' } & Published);

/** Drained first. */
export interface DeleteStep {
  readonly kind: 'instance.delete';
  readonly instance: string;
  readonly service: string;
  readonly machine: string;
  readonly stopping: Stopping;
}

export interface ConfigureStep {
  readonly kind: 'balancer.configure';
  readonly balancer: BalancerPlan;
  readonly config: BalancerConfig;
  /** False: it is loaded already, and only servers are waited for. */
  readonly load: boolean;
  /** Servers that are UP now and must answer the new health check before it is loaded. New ones enter DOWN: HAProxy lets them in itself. */
  readonly asks: readonly string[];
  /** Servers that HAProxy must see UP before the step is done; controllers wait for none. */
  readonly awaits: readonly string[];
}

export interface StepSummary extends StepSubject {
  readonly id: string;
  readonly kind: Step['kind'];
  readonly reason: string;
}

/** What a step is about. */
export interface StepSubject {
  /** Balancers are instances too. */
  readonly instance?: string;
  readonly machine?: string;
  /** Its name, or its alias where it goes. */
  readonly image?: string;
  readonly base?: string;
  readonly service?: string;
  readonly ports?: readonly number[];
  /** An instance that is DOWN is recreated instead of restarted. */
  readonly recreate?: boolean;
}
