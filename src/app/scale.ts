import { RelevoError } from '../domain/failure.ts';
import { withReplicas } from '../spec/edit.ts';
import type { Project } from './project.ts';
import { type Consent, type UpOutcome, up } from './up.ts';

export interface Scaling {
  readonly service: string;
  readonly replicas: number;
}

/** The file's text with these numbers; how a project is opened that shall be scaled. */
export function scaledText(text: string, scalings: readonly Scaling[]): string {
  return scalings.reduce(withOne, text);
}

/** Makes the text with which the project was opened real, and writes it into the file once that is agreed on. */
export function scale(project: Project, consent: Consent): Promise<UpOutcome> {
  const { file, text, doors } = project;
  return up(project, consent, { save: () => doors.system.files.overwrite(file.path, text) });
}

function withOne(text: string, { service, replicas }: Scaling): string {
  const edited = withReplicas(text, service, replicas);
  if (edited.ok) return edited.text;
  if (edited.reason === 'unknown service') {
    throw new RelevoError({ code: 'not-found', message: `the file has no service ${service}` });
  }
  const hint = 'change the number in the file yourself, then run `relevo up`';
  throw new RelevoError({
    code: 'refused',
    message: `services.${service}.replicas is not written as a number (an alias?)`,
    hint,
  });
}
