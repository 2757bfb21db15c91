import { RelevoError } from '../domain/failure.ts';
import type { Observed } from '../domain/observed.ts';
import type { Spec } from '../domain/spec.ts';
import type { Obstacle, Provider } from '../ports/provider.ts';
import type { PointAt } from '../spec/load.ts';

/** Throws what is in the way of the file on these machines, with its place in the file. */
export async function preflight(provider: Provider, spec: Spec, at: PointAt, observed: Observed): Promise<void> {
  refuse(await provider.preflight(spec, observed), at);
}

export function refuse(obstacle: Obstacle | undefined, at: PointAt): void {
  if (obstacle === undefined) return;
  const { code, path, message, hint } = obstacle;
  throw new RelevoError({ code, message, diagnostics: [at(path, { message, hint })] });
}
