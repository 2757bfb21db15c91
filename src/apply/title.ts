import type { StepHead } from '../domain/event.ts';
import type { Step, StepSummary } from '../domain/step.ts';

/** What a step does, in a few words for people; where it does so is told beside it. */
export function titleOf(step: Step): string {
  switch (step.kind) {
    case 'provider.prepare':
      return 'make project, storage pool and network';
    case 'base.prepare':
      return `prepare base image ${step.base}`;
    case 'image.build':
      return `build image ${step.image.name}`;
    case 'machine.create':
      return 'create machine';
    case 'machine.start':
      return 'start machine';
    case 'machine.delete':
      return 'delete machine';
    case 'cluster.bootstrap':
      return 'found the cluster';
    case 'cluster.join':
      return 'join the cluster';
    case 'cluster.leave':
      return 'leave the cluster';
    case 'cluster.configure':
      return 'make the project in the cluster';
    case 'image.import':
      return `copy image ${step.image.name} to every member`;
    case 'image.warm':
      return `unpack image ${step.image.name}`;
    case 'image.delete':
      return `delete image ${step.alias}`;
    case 'instance.create':
      return `create ${step.instance.name}`;
    case 'instance.start':
      return `start ${step.instance.name}`;
    case 'instance.restart':
      return `restart ${step.instance.name}`;
    case 'instance.revive':
      return `${step.recreate ? 'recreate' : 'restart'} ${step.instance.name}`;
    case 'instance.update':
      return `update ${step.instance.name}`;
    case 'instance.stop':
      return `stop ${step.instance.name}`;
    case 'instance.replace':
      return `replace ${step.instance.name}`;
    case 'instance.delete':
      return `delete ${step.instance}`;
    case 'balancer.create':
      return `create ${step.balancer.name}`;
    case 'balancer.update':
      return `update ${step.balancer.name}`;
    case 'balancer.start':
      return `start ${step.balancer.name}`;
    case 'balancer.replace':
      return `replace ${step.balancer.name}`;
    case 'balancer.delete':
      return `delete ${step.balancer}`;
    case 'balancer.configure':
      return `configure ${step.balancer.name}`;
    case 'controller.configure':
      return `tell the controller of ${step.balancer.name}`;
    case 'publish':
      return `publish ${step.ports.length === 1 ? 'port' : 'ports'} ${step.ports.join(', ')}`;
  }
}

/** Which instance, balancers too, and which machine it is about. */
export function subjectOf(step: Step): Pick<StepSummary, 'instance' | 'machine'> {
  const subject = 'instance' in step ? step.instance : 'balancer' in step ? step.balancer : undefined;
  const instance = subject && { instance: typeof subject === 'string' ? subject : subject.name };
  if (typeof subject === 'object') return { ...instance, machine: subject.machine };
  if (!('machine' in step)) return {};
  return { ...instance, machine: typeof step.machine === 'string' ? step.machine : step.machine.name };
}

export function summaryOf(step: Step): StepSummary {
  const { id, kind, reason } = step;
  return { id, kind, title: titleOf(step), reason, ...subjectOf(step) };
}

/** What events tell of a step. */
export function headOf(step: Step): StepHead {
  return { step: step.id, kind: step.kind, title: titleOf(step), ...subjectOf(step) };
}
