import { halt } from '../../apply/halt.ts';
import type { Spec } from '../../domain/spec.ts';
import type { Io } from '../io.ts';
import type { Doors } from '../session.ts';

export async function haltCommand(io: Io, { provider, access }: Doors, spec: Spec): Promise<number> {
  const halted = await halt(provider, access, spec.name);
  io.print(
    io.json ? JSON.stringify({ name: spec.name, halted }) : `halted: ${halted.join(', ') || 'nothing was running'}`,
  );
  return 0;
}

export async function destroyCommand(io: Io, { provider, access }: Doors, spec: Spec, yes: boolean): Promise<number> {
  const { empty } = await provider.observe();
  if (!empty) await io.confirm(`Remove ${spec.name} with all its machines, instances, networks and images?`, yes);
  const removed: string[] = [];
  await provider.destroy((line) => {
    removed.push(line);
    if (!io.json) io.print(`  ${io.style.red('-')} ${line}`);
  });
  await access.forget();
  if (io.json) io.print(JSON.stringify({ name: spec.name, removed }));
  else io.print(empty ? `${spec.name}: nothing to remove` : `${spec.name} is gone`);
  return 0;
}
