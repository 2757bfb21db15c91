import type { Path } from '../spec/source.ts';
import type { Variables } from './interpolate.ts';
import type { Notes } from './notes.ts';
import { isTrue, listOf, mapOf, record, textOf } from './read.ts';

/** What all services of a Compose file have in common, for those who translate one of them. */
export interface Common {
  readonly notes: Notes;
  /** The way from relevo.yaml's directory to the Compose file's; empty where they are the same. */
  readonly base: string;
  readonly variables: Variables;
  /** Files that the Compose file names, as far as they are there: `env_file`, Dockerfiles. By the path as `pathOf` writes it. */
  readonly texts: Readonly<Record<string, string>>;
  /** Top-level `secrets` and `configs`. */
  readonly secrets: Readonly<Record<string, unknown>>;
  readonly configs: Readonly<Record<string, unknown>>;
}

/** The same once it is known which services go over. */
export interface Compose extends Common {
  /** Services that go over, and their names here. */
  readonly kept: ReadonlyMap<string, string>;
  /** By every host name that containers know them by, those that go over, with their names here; and those that don't. */
  readonly hosts: ReadonlyMap<string, string>;
  readonly gone: ReadonlySet<string>;
}

/** One service, after `extends`. */
export interface Service {
  readonly name: string;
  readonly path: Path;
  /** As it stands, with its `${…}`. */
  readonly raw: Readonly<Record<string, unknown>>;
  /** With all of them filled in. */
  readonly data: Readonly<Record<string, unknown>>;
  /** Variables without a value, and where they stand; those of `environment` apart. */
  readonly missing: readonly { readonly variable: string; readonly at: Path }[];
}

/** One spelling of a path below the Compose file's directory: no `./`, no `a/../`. */
export function pathOf(...parts: readonly string[]): string {
  const clean: string[] = [];
  for (const part of parts.join('/').split('/')) {
    if (part === '..' && clean.length > 0 && clean.at(-1) !== '..') clean.pop();
    else if (part !== '' && part !== '.') clean.push(part);
  }
  return `${parts[0]?.startsWith('/') ? '/' : ''}${clean.join('/')}`;
}

/** A path of the Compose file's as relevo.yaml writes it. */
export function sourceHere(path: string, { base }: Common): string {
  return base === '' || path.startsWith('/') ? path : pathOf(base, path);
}

/** The host names of a service's containers. */
export function hostsOf({ name, data }: Service): string[] {
  const aliases = mapOf(data['networks']).flatMap(([, network]) => listOf(record(network)['aliases']));
  const own = [data['container_name'], data['hostname']].flatMap((each) => textOf(each) ?? []);
  return [name, ...own, ...aliases].filter((each) => each !== '');
}

/** `env_file` in all its forms. */
export function envFiles(service: Readonly<Record<string, unknown>>): { path: string; required: boolean }[] {
  const given = service['env_file'];
  const items = Array.isArray(given) ? given : [given];
  return items.flatMap((item) => {
    const path = textOf(item) ?? textOf(record(item)['path']);
    const optional = record(item)['required'] !== undefined && !isTrue(record(item)['required']);
    return path === undefined ? [] : [{ path: pathOf(path), required: !optional }];
  });
}

/** Where the Dockerfile of a service with `build` is. */
export function dockerfilePath(service: Readonly<Record<string, unknown>>): string | undefined {
  const build = service['build'];
  if (build === undefined) return undefined;
  const context = textOf(build) ?? textOf(record(build)['context']) ?? '.';
  return pathOf(context, textOf(record(build)['dockerfile']) ?? 'Dockerfile');
}

/** `depends_on`: names and conditions. */
export function dependencies(service: Readonly<Record<string, unknown>>): { name: string; condition: string }[] {
  const given = service['depends_on'];
  if (Array.isArray(given)) return listOf(given).map((name) => ({ name, condition: 'service_started' }));
  return mapOf(given).map(([name, each]) => ({
    name,
    condition: textOf(record(each)['condition']) ?? 'service_started',
  }));
}
