import type { StepHead } from '../domain/event.ts';
import type { Step, StepSubject, StepSummary } from '../domain/step.ts';

export function subjectOf(step: Step): StepSubject {
  const instance = 'instance' in step ? step.instance : 'balancer' in step ? step.balancer : undefined;
  const image = 'image' in step ? step.image : 'alias' in step ? step.alias : undefined;
  const machine = typeof instance === 'object' ? instance.machine : 'machine' in step ? step.machine : undefined;
  return {
    ...(instance !== undefined && { instance: nameOf(instance) }),
    ...(machine !== undefined && { machine: nameOf(machine) }),
    ...(image !== undefined && { image: nameOf(image) }),
    ...('release' in step && { service: step.release.service }),
    ...('base' in step && { base: step.base }),
    ...('ports' in step && { ports: step.ports }),
    ...('recreate' in step && { recreate: step.recreate }),
  };
}

function nameOf(named: string | { readonly name: string }): string {
  return typeof named === 'string' ? named : named.name;
}

export function summaryOf(step: Step): StepSummary {
  const { id, kind, reason } = step;
  return { id, kind, reason, ...subjectOf(step) };
}

/** What events tell of a step. */
export function headOf(step: Step): StepHead {
  return { step: step.id, kind: step.kind, ...subjectOf(step) };
}
