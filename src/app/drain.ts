import { RelevoError } from '../domain/failure.ts';
import type { Spec } from '../domain/spec.ts';
import { mustBeKnown, type Project } from './project.ts';
import { type Consent, type UpOutcome, up } from './up.ts';

/** Moves everything off the machine; nothing comes to it until it is restored. */
export function drain(project: Project, machine: string, consent: Consent): Promise<UpOutcome> {
  const { spec } = project;
  mustBeKnown(machine, spec.machines.hosts, `the file has no machine ${machine}`);
  mustStandElsewhere(spec, [machine]);
  return up(project, consent, {
    intent(before) {
      const drained = [...new Set([...before.drained, machine])];
      mustStandElsewhere(spec, drained);
      return { ...before, drained };
    },
  });
}

/** Lets the machine carry its part again. */
export function restore(project: Project, machine: string, consent: Consent): Promise<UpOutcome> {
  mustBeKnown(machine, project.spec.machines.hosts, `the file has no machine ${machine}`);
  return up(project, consent, {
    intent: (before) => ({ ...before, drained: before.drained.filter((each) => each !== machine) }),
  });
}

/** What may stand on drained machines only would stay there. */
export function mustStandElsewhere({ services, balancer }: Spec, drained: readonly string[]): void {
  const all = [...services, { name: 'the balancer', place: balancer.place }];
  const stranded = all.filter(({ place }) => place.every((each) => drained.includes(each)));
  if (stranded.length === 0) return;
  const names = stranded.map(({ name }) => name).join(', ');
  const where = [...new Set(stranded.flatMap(({ place }) => place))].join(', ');
  const hint = drained.length === 1 ? 'add another machine to its `place` first' : '`relevo restore` another one first';
  const message = `${names} may stand on ${where} only, so nothing could take its place`;
  throw new RelevoError({ code: 'refused', message, hint });
}
