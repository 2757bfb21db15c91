import { readSpec } from '../../app/file.ts';
import { RelevoError } from '../../domain/failure.ts';
import type { Spec } from '../../domain/spec.ts';
import { faults } from '../../faults/catalogue.ts';
import type { Process } from '../../ports/process.ts';
import type { Io } from '../io.ts';
import { namedFile } from '../project.ts';
import type { AskedKind } from './tree.ts';

/**
 * The names that the file gives to instances, services, targets of faults, a line each: from the file alone, which takes no
 * root and no time. Nothing where there is no good file, for at a press of Tab a complaint would only be in the way.
 */
export async function completeNames(io: Io, kind: AskedKind, file: string, process: Process): Promise<number> {
  try {
    const names =
      kind === 'faults'
        ? faults.map(({ name }) => name)
        : namesOf((await readSpec(namedFile(file, process), process.files)).spec, kind);
    io.print(names.join('\n'));
    return 0;
  } catch (error) {
    if (!(error instanceof RelevoError)) throw error;
    return 0;
  }
}

function namesOf({ services, balancer, machines, load }: Spec, kind: Exclude<AskedKind, 'faults'>): string[] {
  const groups = services.map(({ name, replicas, backups }) => [name, replicas + backups.count] as const);
  const all = [...groups, ['balancer', balancer.replicas] as const];
  const numbered = (sign: string) =>
    all.flatMap(([name, count]) => Array.from({ length: count }, (_, i) => `${name}${sign}${i + 1}`));
  switch (kind) {
    case 'instances':
      return numbered('-');
    case 'services':
      return [...services.map(({ name }) => name), ...numbered('-')];
    case 'plans':
      return load.map(({ name }) => name);
    case 'targets':
      return [...numbered('/'), ...machines.hosts];
  }
}
