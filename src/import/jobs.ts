import { type Compose, dependencies } from './compose.ts';
import type { Entry } from './entry.ts';
import { noteKeys, noteMissing } from './keys.ts';
import { commandHere } from './program.ts';
import { pairsOf } from './read.ts';
import type { Role } from './roles.ts';

/** A job that others wait for runs once per release, by the first of them. */
export function releaseEntries(role: Role, roles: readonly Role[], compose: Compose): Entry[] {
  const { service } = role;
  const { notes, kept } = compose;
  const jobs = roles.filter((each) => each.is === 'job' && firstDependent(each, roles, kept) === service.name);
  const [job, ...more] = jobs;
  if (job === undefined) return [];
  for (const { service: other } of more)
    notes.add('left-out', other.path, other.name, 'a service has one `release_command`', 'run both from one script');
  const { path, name } = job.service;
  const why = `it runs once per release, as \`release_command\` of ${service.name}`;
  notes.add('changed', path, name, why, 'the program must be in that service’s image');
  noteKeys(job.service, compose);
  noteMissing(job.service, compose);
  noteDifferences(job, role, compose);
  const { words } = job.program;
  if (words.length === 0) {
    notes.add('open', path, `${name}.command`, 'what it runs is said by its image only');
    return [{ key: 'release_command', comment: 'fill in: the program and its arguments, as the image starts it' }];
  }
  const at = [...path, job.service.data['command'] === undefined ? 'entrypoint' : 'command'];
  return [{ key: 'release_command', value: commandHere(words, { at, what: `${name}.command` }, compose) }];
}

export function firstDependent({ service }: Role, roles: readonly Role[], kept: Compose['kept']): string | undefined {
  const dependent = roles.find(
    ({ service: { name, data } }) => kept.has(name) && dependencies(data).some((each) => each.name === service.name),
  );
  return dependent?.service.name;
}

/** What a job of its own would have had, and the service does not; the others of its keys mean nothing to a job. */
const itsOwn =
  `image build env_file volumes tmpfs configs secrets working_dir user stop_signal stop_grace_period deploy cpus
  mem_limit pids_limit`.split(/\s+/);

function noteDifferences(job: Role, role: Role, { notes }: Compose): void {
  const { name, path } = job.service;
  const note = (at: readonly string[]) => {
    const why = `the \`release_command\` has what ${role.service.name} has, and there it is not the same`;
    notes.add('left-out', [...path, ...at], [name, ...at].join('.'), why, `give it to ${role.service.name}`);
  };
  const [mine, theirs] = [job, role].map(effective) as [Record<string, unknown>, Record<string, unknown>];
  for (const key of itsOwn)
    if (mine[key] !== undefined && JSON.stringify(mine[key]) !== JSON.stringify(theirs[key])) note([key]);
  const there = new Map(pairsOf(theirs['environment']));
  for (const [variable, value] of pairsOf(mine['environment']))
    if (!there.has(variable) || there.get(variable) !== value) note(['environment', variable]);
}

/** With what its Dockerfile says where it says nothing. */
function effective({ service: { data }, program: { dockerfile } }: Role): Readonly<Record<string, unknown>> {
  const { workdir, user } = dockerfile ?? {};
  return { ...(workdir !== undefined && { working_dir: workdir }), ...(user !== undefined && { user }), ...data };
}
