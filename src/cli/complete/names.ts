import { RelevoError } from '../../domain/failure.ts';
import type { Spec } from '../../domain/spec.ts';
import type { System } from '../../ports/system.ts';
import type { Io } from '../io.ts';
import { readSpec } from '../session.ts';

/**
 * The names that the file gives to instances (and services), a line each: from the file alone, which takes no root and
 * no time. Nothing where there is no good file, for at a press of Tab a complaint would only be in the way.
 */
export async function completeNames(
  io: Io,
  kind: 'instances' | 'services',
  file: string,
  system: System,
): Promise<number> {
  try {
    const { spec } = await readSpec(file, system);
    io.print(namesOf(spec, kind).join('\n'));
    return 0;
  } catch (error) {
    if (!(error instanceof RelevoError)) throw error;
    return 0;
  }
}

function namesOf({ services, balancer }: Spec, kind: 'instances' | 'services'): string[] {
  const numbered = (name: string, count: number) => Array.from({ length: count }, (_, i) => `${name}-${i + 1}`);
  const instances = services.flatMap(({ name, replicas, backups }) => numbered(name, replicas + backups.count));
  const all = [...instances, ...numbered('balancer', balancer.replicas)];
  return kind === 'instances' ? all : [...services.map(({ name }) => name), ...all];
}
