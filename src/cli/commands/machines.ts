import type { Spec } from '../../domain/spec.ts';
import type { Io } from '../io.ts';
import type { Doors } from '../session.ts';

/** Clean shutdown of every machine, one cluster member after another is not needed: all go. */
export async function haltCommand(io: Io, { provider }: Doors, spec: Spec): Promise<number> {
  const running = (await provider.observe()).machines.filter((machine) => machine.state === 'running');
  await Promise.all(running.map((machine) => provider.haltMachine(machine.name)));
  const halted = running.map((machine) => machine.name);
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
