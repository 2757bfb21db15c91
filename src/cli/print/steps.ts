import type { StepSubject, StepSummary } from '../../domain/step.ts';

export type Action = 'create' | 'change' | 'replace' | 'remove';
export type Group = 'Host' | 'Images' | 'Machines' | 'Cluster' | 'Instances' | 'Balancers' | 'Address';
type Kind = StepSummary['kind'];

/** A record, so that a new kind of step does not compile before it has its place in the plan, and its words. */
const kinds: Readonly<Record<Kind, readonly [Group, Action, title: string]>> = {
  'provider.prepare': ['Host', 'create', 'prepare the host'],
  'base.prepare': ['Images', 'create', 'prepare base image NAME'],
  'image.build': ['Images', 'create', 'build image NAME'],
  'image.import': ['Images', 'create', 'copy image NAME to every member'],
  'image.warm': ['Images', 'create', 'unpack image NAME'],
  'image.delete': ['Images', 'remove', 'delete image NAME'],
  'machine.create': ['Machines', 'create', 'create machine'],
  'machine.start': ['Machines', 'change', 'start machine'],
  'machine.delete': ['Machines', 'remove', 'delete machine'],
  'cluster.bootstrap': ['Cluster', 'create', 'bootstrap the cluster'],
  'cluster.join': ['Cluster', 'create', 'join the cluster'],
  'cluster.leave': ['Cluster', 'remove', 'leave the cluster'],
  'cluster.configure': ['Cluster', 'create', 'make the project in the cluster'],
  'release.run': ['Instances', 'change', 'run the release command of NAME'],
  'instance.create': ['Instances', 'create', 'create NAME'],
  'instance.start': ['Instances', 'change', 'start NAME'],
  'instance.restart': ['Instances', 'change', 'restart NAME'],
  'instance.revive': ['Instances', 'change', 'restart NAME'],
  'instance.update': ['Instances', 'change', 'update NAME'],
  'controller.configure': ['Balancers', 'change', 'update the controller of NAME'],
  'instance.stop': ['Instances', 'change', 'stop NAME'],
  'instance.replace': ['Instances', 'replace', 'replace NAME'],
  'instance.delete': ['Instances', 'remove', 'delete NAME'],
  'balancer.create': ['Balancers', 'create', 'create NAME'],
  'balancer.update': ['Balancers', 'change', 'update NAME'],
  'balancer.start': ['Balancers', 'change', 'start NAME'],
  'balancer.replace': ['Balancers', 'replace', 'replace NAME'],
  'balancer.delete': ['Balancers', 'remove', 'delete NAME'],
  'balancer.configure': ['Balancers', 'change', 'configure NAME'],
  publish: ['Address', 'create', 'publish NAME'],
};

export function placeOf({ kind }: { readonly kind: Kind }): { readonly group: Group; readonly action: Action } {
  const [group, action] = kinds[kind];
  return { group, action };
}

/** What a step does, in a few words; where it does so is told beside it. */
export function titleOf({ kind, recreate, ...subject }: { readonly kind: Kind } & StepSubject): string {
  const { instance, image, base, service, ports = [] } = subject;
  const name = instance ?? image ?? base ?? service ?? `${ports.length === 1 ? 'port' : 'ports'} ${ports.join(', ')}`;
  return (recreate ? 'recreate NAME' : kinds[kind][2]).replace('NAME', () => name);
}

export function withTitle<T extends { readonly kind: Kind } & StepSubject>(step: T): T & { readonly title: string } {
  return { ...step, title: titleOf(step) };
}
