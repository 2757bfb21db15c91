import { RelevoError } from '../domain/failure.ts';
import type { MachineControl, MachineVerb } from '../ports/provider.ts';
import { sshWords } from '../render/ssh-words.ts';
import { mustBeKnown, type Project } from './project.ts';

/** All of the file where none is named. */
export function machinesNamed({ spec }: Pick<Project, 'spec'>, names: readonly string[]): readonly string[] {
  const { hosts } = spec.machines;
  for (const name of names) mustBeKnown(name, hosts, `there is no machine ${name}`);
  return names.length === 0 ? hosts : names;
}

/** Throws where the machines are not there to be switched on and off. */
export function controlOf({ doors, spec }: Pick<Project, 'doors' | 'spec'>): MachineControl {
  const control = doors.provider.machines;
  if (control !== undefined) return control;
  const message = `machines of the provider \`${spec.machines.provider}\` are not switched on and off by themselves`;
  const hint = '`relevo halt` and `relevo start` do so for the whole project, `relevo destroy` removes it';
  throw new RelevoError({ code: 'refused', message, hint });
}

/** Does that to the machines, whatever is in them. Resolves to their names. */
export async function moveMachines(
  project: Project,
  verb: MachineVerb,
  names: readonly string[],
  onLine: (line: string) => void,
): Promise<readonly string[]> {
  const control = controlOf(project);
  const wanted = machinesNamed(project, names);
  await control[verb](wanted, onLine);
  return wanted;
}

/** The words of the ssh command that opens a shell on a machine, or runs a command there. */
export async function wayIn(project: Project, name: string, command: readonly string[]): Promise<readonly string[]> {
  machinesNamed(project, [name]);
  const way = (await project.doors.provider.ways?.())?.[name];
  if (way !== undefined) return sshWords(way, command);
  const message = `${name} has no SSH server`;
  const hint = '`relevo shell INSTANCE` opens a shell in what it carries';
  throw new RelevoError({ code: 'refused', message, hint });
}
