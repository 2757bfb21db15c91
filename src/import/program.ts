import { userComplaint } from '../spec/names.ts';
import { type Compose, dockerfilePath, type Service } from './compose.ts';
import { type Dockerfile, readDockerfile } from './dockerfile.ts';
import { type Entry, given } from './entry.ts';
import { type ImageKind, imageKind } from './images.ts';
import { commandWords, textOf } from './read.ts';
import { referring } from './references.ts';

/** What runs: the image, the build, the command. */
export interface Program {
  readonly kind: ImageKind;
  readonly dockerfile: Dockerfile | undefined;
  readonly words: readonly string[];
}

export function programOf(service: Service, texts: Compose['texts']): Program {
  const { data } = service;
  const path = dockerfilePath(data);
  const text = path === undefined ? undefined : texts[path];
  const dockerfile = text === undefined ? undefined : readDockerfile(text);
  const image = path === undefined ? textOf(data['image']) : dockerfile?.from;
  const given = commandWords(data['command']);
  const entrypoint =
    data['entrypoint'] === undefined ? (dockerfile?.entrypoint ?? []) : commandWords(data['entrypoint']);
  const own = data['command'] === undefined && data['entrypoint'] === undefined;
  const words = [...entrypoint, ...(own ? (dockerfile?.command ?? []) : given)];
  return { kind: image === undefined ? { is: 'unknown' } : imageKind(image), dockerfile, words };
}

/** `packages`, `working_dir`, `command`, `user`; where nothing tells them, holes. */
export function programEntries(service: Service, program: Program, compose: Compose): Entry[] {
  const { kind, dockerfile } = program;
  const unit = kind.is === 'program' && kind.port !== undefined;
  if (unit) noteUnit(service, compose);
  return [
    ...packageEntries(service, program, compose),
    ...given('working_dir', textOf(service.data['working_dir']) ?? dockerfile?.workdir),
    ...(unit ? [] : commandEntries(service, program, compose)),
    ...(unit ? [] : userEntries(service, program, compose)),
  ];
}

/** A package that brings its own unit needs neither a command nor a user. */
function noteUnit({ name, path, data }: Service, { notes }: Compose): void {
  for (const key of ['command', 'entrypoint', 'user'].filter((each) => data[each] !== undefined)) {
    const why = 'the package’s own systemd unit runs it';
    notes.add(
      'left-out',
      [...path, key],
      `${name}.${key}`,
      why,
      'settings of its own: its files, by `files` and `run`',
    );
  }
}

function packageEntries({ name, path, data }: Service, { kind, dockerfile }: Program, { notes }: Compose): Entry[] {
  const built = data['build'] !== undefined;
  const image = built ? (dockerfile?.from ?? 'its Dockerfile') : textOf(data['image']);
  const key = built ? 'build' : 'image';
  if (built) {
    const steps = dockerfile === undefined ? '' : '; the Dockerfile’s steps stand there as comments';
    const why = 'Dockerfiles are not run: an image is built of packages, files and commands';
    notes.add(
      'open',
      [...path, key],
      `${name}.build`,
      why,
      `say by \`packages\`, \`files\` and \`run\` what it does${steps}`,
    );
  }
  if (kind.is !== 'program') {
    const why = 'container images can’t be run, and what is in this one nobody but you knows';
    if (!built)
      notes.add('open', [...path, key], `${name}.image`, why, 'name Debian’s packages with what it needs, or []');
    return [{ key: 'packages', comment: `fill in: Debian’s packages with what ${image ?? 'it'} has; [] for none` }];
  }
  if (!built)
    notes.add('changed', [...path, key], `${name}.${key}`, `in place of ${image} it runs what Debian has: ${kind.has}`);
  if (kind.lacks !== undefined) notes.add('open', [...path, key], `${name}.${key}`, `Debian lacks ${kind.lacks}`);
  return given('packages', kind.packages, `in place of ${image}; Debian 12 has ${kind.has}`);
}

function commandEntries({ name, path, data }: Service, { words }: Program, compose: Compose): Entry[] {
  const key = data['command'] === undefined ? 'entrypoint' : 'command';
  const [program] = words;
  if (program === undefined) {
    const why = 'what it runs is said by its image only';
    compose.notes.add('open', path, `${name}.command`, why, 'write the program and its arguments');
    return [{ key: 'command', comment: 'fill in: the program and its arguments, as the image starts it' }];
  }
  const at = [...path, key];
  const here = words.map((word) => referring(word, { at, what: `${name}.${key}`, names: false }, compose));
  return [{ key: 'command', value: commandValue(here) }];
}

/** A line where it is one without quotes. */
export function commandValue(words: readonly string[]): string | readonly string[] {
  return words.every((word) => /^[\w@%+=:,./-]+$/.test(word)) ? words.join(' ') : words;
}

function userEntries({ name, path, data }: Service, { dockerfile }: Program, { notes }: Compose): Entry[] {
  const user = (textOf(data['user']) ?? dockerfile?.user)?.split(':')[0];
  if (user === undefined || user === '') return [];
  if (user === '0') return [{ key: 'user', value: 'root' }];
  if (userComplaint(user) === undefined) return [{ key: 'user', value: user }];
  const why = 'a user has a name here, and is made where missing';
  notes.add('changed', [...path, 'user'], `${name}.user`, `${user}: ${why}; unless said it is \`relevo\``);
  return [];
}
