import { userComplaint } from '../spec/names.ts';
import { isShell, withEscapes } from '../spec/rules-program.ts';
import type { Path } from '../spec/source.ts';
import { type Compose, dockerfilePath, type Service } from './compose.ts';
import { type Build, type Dockerfile, readDockerfile } from './dockerfile.ts';
import { type Entry, given } from './entry.ts';
import { type ImageKind, imageKind } from './images.ts';
import { commandWords, pairsOf, record, textOf } from './read.ts';
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
  const dockerfile = text === undefined ? undefined : readDockerfile(text, buildOf(data));
  const image = path === undefined ? textOf(data['image']) : dockerfile?.from;
  const given = commandWords(data['command']);
  const entrypoint =
    data['entrypoint'] === undefined ? (dockerfile?.entrypoint ?? []) : commandWords(data['entrypoint']);
  const own = data['command'] === undefined && data['entrypoint'] === undefined;
  const words = [...entrypoint, ...(own ? (dockerfile?.command ?? []) : given)];
  return { kind: image === undefined ? { is: 'unknown' } : imageKind(image), dockerfile, words };
}

function buildOf(data: Service['data']): Build {
  const { target, args } = record(data['build']);
  const given = pairsOf(args).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  return { target: textOf(target), args: Object.fromEntries(given) };
}

/** `packages`, `working_dir`, `command`, `user`, `stop_signal`; where nothing tells them, holes. `releases`: it has a `release_command`. */
export function programEntries(service: Service, program: Program, compose: Compose, releases: boolean): Entry[] {
  const { data } = service;
  const { dockerfile } = program;
  const unit = hasUnit(program);
  if (unit) noteUnit(service, program, compose, releases);
  const directory = given('working_dir', textOf(data['working_dir']) ?? dockerfile?.workdir);
  const packages = packageEntries(service, program, compose);
  if (unit) return [...packages, ...(releases ? directory : [])];
  return [
    ...packages,
    ...directory,
    ...commandEntries(service, program, compose),
    ...userEntries(service, program, compose),
    ...given('stop_signal', textOf(data['stop_signal'])),
  ];
}

/** Its package brings a unit, which needs no command, and takes nothing that belongs to one. */
export function hasUnit({ kind }: Program): boolean {
  return kind.is === 'program' && kind.port !== undefined;
}

function noteUnit({ name, path, data }: Service, { dockerfile }: Program, { notes }: Compose, releases: boolean): void {
  const why = 'the package’s own systemd unit runs it';
  const instead = 'settings of its own: its files, by `files` and `run`';
  const said = ['command', 'entrypoint', 'user', 'stop_signal', ...(releases ? [] : ['working_dir'])];
  for (const key of said.filter((each) => data[each] !== undefined))
    notes.add('left-out', [...path, key], `${name}.${key}`, why, instead);
  const { entrypoint = [], command = [], user, workdir } = dockerfile ?? {};
  const built = [
    ...(entrypoint.length + command.length > 0 ? ['command'] : []),
    ...(user !== undefined ? ['user'] : []),
    ...(workdir !== undefined && !releases ? ['directory'] : []),
  ];
  if (built.length > 0)
    notes.add('left-out', [...path, 'build'], `${name}.build`, `the Dockerfile’s ${built.join(', ')}: ${why}`, instead);
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
  return [{ key: 'command', value: commandHere(words, { at: [...path, key], what: `${name}.${key}` }, compose) }];
}

/** With services called as they are called here, in a line where it needs no quotes. */
export function commandHere(
  words: readonly string[],
  where: { readonly at: Path; readonly what: string },
  compose: Compose,
): string | readonly string[] {
  const here = words.map((word) => referring(word, { ...where, names: false }, compose));
  return commandValue(isShell(here[0] ?? '') ? here : here.map(withEscapes));
}

function commandValue(words: readonly string[]): string | readonly string[] {
  return words.every((word) => /^[\w@%+=:,./-]+$/.test(word)) ? words.join(' ') : words;
}

function userEntries({ name, path, data }: Service, { dockerfile }: Program, { notes }: Compose): Entry[] {
  const [user = '', group = user] = (textOf(data['user']) ?? dockerfile?.user ?? '').split(':');
  const at = [...path, data['user'] === undefined ? 'build' : 'user'];
  const note = (why: string, instead?: string) => notes.add('changed', at, `${name}.user`, why, instead);
  if (user === '') return [];
  if (user !== '0' && userComplaint(user) !== undefined) {
    note(`${user}: a user has a name here, and is made where missing; unless said it is \`relevo\``);
    return [];
  }
  const here = user === '0' ? 'root' : user;
  if (group !== user) note(`its group is ${here}’s own, not ${group}`, `\`run: [usermod -aG ${group} ${here}]\``);
  return [{ key: 'user', value: here }];
}
