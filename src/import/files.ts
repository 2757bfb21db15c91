import type { Path } from '../spec/source.ts';
import { type Compose, type Service, sourceHere } from './compose.ts';
import { type Entry, given } from './entry.ts';
import type { ImageKind, Settings } from './images.ts';
import { isTrue, listOf, record, textOf } from './read.ts';
import { noteOwner, usesOf } from './secrets.ts';

/** What Debian's package makes of files where the container image has them. */
export type Places = Pick<Extract<ImageKind, { is: 'program' }>, 'moves' | 'settings' | 'run'>;

export function placesOf(kind: ImageKind): Places {
  return kind.is === 'program' ? kind : {};
}

interface Mount {
  readonly type: string;
  readonly source: string | undefined;
  readonly target: string;
  readonly readOnly: boolean;
}

/** `volumes`, `tmpfs` and `configs`: what is a file or a directory of the project becomes part of the image. */
export function fileEntries(service: Service, compose: Compose, places: Places): Entry[] {
  const stay = settingsOf(service, places).some((each) => each.stay === true);
  const there = stay ? { settings: places.settings ?? {} } : places;
  const files = mountsOf(service).flatMap((mount, index) => {
    const at = [...service.path, 'volumes', index];
    return mount?.type === 'bind' ? bound(mount, at, service, compose, there) : kept(mount, at, service, compose);
  });
  for (const target of listOf(service.data['tmpfs'])) {
    const why = `${target.split(':')[0]} is part of the instance’s disk, and empty in each new instance`;
    compose.notes.add('left-out', [...service.path, 'tmpfs'], `${service.name}.tmpfs`, why);
  }
  return given('files', [...files, ...configFiles(service, compose, there)]);
}

/** Build steps with which Debian's package takes the user's files as the container image did; they come after the files. */
export function placeSteps(service: Service, places: Places): string[] {
  const steps = settingsOf(service, places).flatMap(({ run }) => run ?? []);
  return [...new Set([...(places.run ?? []), ...steps])];
}

/** The same in words, where a Dockerfile copies files as well. */
export function adviceOn(service: Service, copied: readonly string[], places: Places): string[] {
  const settings = copied.flatMap((target) => settingsAt(trimmed(target), places.settings) ?? []);
  const stay = [...settings, ...settingsOf(service, places)].some((each) => each.stay === true);
  const moves = stay ? [] : Object.entries(places.moves ?? {});
  const moved = moves.filter(([from]) => copied.some((target) => isBelow(trimmed(target), from)));
  const steps = new Set([...placeSteps(service, places), ...settings.flatMap(({ run }) => run ?? [])]);
  return [
    ...moved.map(([from, to]) => `In Debian’s package ${from} is ${to}.`),
    ...[...steps].map((step) => `Debian’s package needs this line of \`run\` besides: ${step}`),
  ];
}

/** Where it listens, and for whom, they say. */
export function hasOwnSettings(service: Service, places: Places): boolean {
  return settingsOf(service, places).length > 0;
}

/** Those that are mounted. */
function settingsOf({ data }: Service, { settings }: Places): Settings[] {
  const targets = [
    ...mountsOf({ data }).flatMap((mount) => (mount?.type === 'bind' ? mount.target : [])),
    ...usesOf(data['configs']).flatMap(({ target }) => target ?? []),
  ];
  return targets.flatMap((target) => settingsAt(target, settings) ?? []);
}

function settingsAt(target: string, settings: Places['settings'] = {}): Settings | undefined {
  const found = Object.keys(settings).filter((each) => isBelow(target, each));
  const [longest = ''] = found.toSorted((a, b) => b.length - a.length);
  return settings[longest];
}

function isBelow(target: string, directory: string): boolean {
  return target === directory || target.startsWith(`${directory}/`);
}

function mountsOf({ data }: Pick<Service, 'data'>): (Mount | undefined)[] {
  return (Array.isArray(data['volumes']) ? data['volumes'] : []).map(mountOf);
}

function mountOf(item: unknown): Mount | undefined {
  const text = textOf(item);
  if (text === undefined) {
    const { type, source, target, read_only } = record(item);
    const to = textOf(target);
    if (to === undefined) return undefined;
    const kind = textOf(type) ?? 'volume';
    return { type: kind, source: textOf(source), target: trimmed(to), readOnly: isTrue(read_only) };
  }
  const [first = '', second, mode = ''] = text.split(':');
  if (second === undefined) return { type: 'volume', source: undefined, target: first, readOnly: false };
  const type = /^[./~]/.test(first) ? 'bind' : 'volume';
  return { type, source: first, target: trimmed(second), readOnly: /\bro\b/.test(mode) };
}

function trimmed(target: string): string {
  return target.replace(/(.)\/+$/, '$1');
}

/** Volumes and what is like them. */
function kept(mount: Mount | undefined, at: Path, { name }: Service, { notes }: Compose): never[] {
  const what = `${name}.volumes`;
  if (mount === undefined) notes.add('left-out', at, what, 'it says no target');
  else if (mount.source === undefined || mount.type === 'tmpfs')
    notes.add('left-out', at, what, `${mount.target} is part of the instance’s disk, and empty in each new instance`);
  else {
    const why = `an instance keeps nothing: when it is replaced, what it wrote to ${mount.target} is gone`;
    notes.add('left-out', at, what, why, 'keep it in a database or an object store, outside of Relevo');
  }
  return [];
}

function bound(
  { source = '', target, readOnly }: Mount,
  at: Path,
  { name }: Service,
  compose: Compose,
  places: Places,
): { source: string; target: string }[] {
  const { notes } = compose;
  const what = `${name}.volumes`;
  const refusal = refused(source);
  if (refusal !== undefined) {
    notes.add('left-out', at, what, ...refusal);
    return [];
  }
  const place = placed(target, at, what, compose, places);
  if (place === undefined) return [];
  if (!readOnly) {
    const why = `${source} is copied into the image; what a service writes to ${place} is gone with its instance`;
    notes.add('changed', at, what, why, 'after a change of the files, run `relevo up`');
  }
  return [{ source: sourceHere(source, compose), target: place }];
}

function refused(source: string): [why: string, instead?: string] | undefined {
  if (/\/docker\.sock$/.test(source)) return ['there is no Docker here to speak to'];
  if (/^\/etc\/(localtime|timezone)$/.test(source))
    return ['an instance has a time zone of its own', 'write `timezone`'];
  if (/^\/(proc|sys|dev|var\/log|var\/lib\/docker)(\/|$)/.test(source))
    return [`an instance does not see ${source} of its host`];
  if (source.startsWith('~')) return ['it lies in a home directory', 'write the whole path under `files`'];
  return undefined;
}

/** Where Debian's package has it; undefined where it has no place for it. Says so. */
function placed(target: string, at: Path, what: string, { notes }: Compose, places: Places): string | undefined {
  const settings = settingsAt(target, places.settings);
  if (settings !== undefined) {
    const [kind, why, instead] = settings.note;
    notes.add(kind, at, what, why, instead);
  }
  if (settings?.unread) return undefined;
  const [from, to] = Object.entries(places.moves ?? {}).find(([each]) => isBelow(target, each)) ?? [];
  const place = from === undefined ? target : `${to}${target.slice(from.length)}`;
  if (place !== target) notes.add('changed', at, what, `${target} is ${place} in Debian’s package`);
  return place;
}

function configFiles(service: Service, compose: Compose, places: Places) {
  const { name, path, data } = service;
  const { notes, configs } = compose;
  return usesOf(data['configs']).flatMap((use) => {
    const { source, target = `/${source}`, mode } = use;
    noteOwner('configs', use, service, compose);
    const { file } = record(configs[source]);
    const from = textOf(file);
    if (from === undefined) {
      const instead = `save it in a file and name it: \`files: [{source: …, target: ${target}}]\``;
      notes.add('open', [...path, 'configs'], `${name}.configs.${source}`, 'it is no file of the project', instead);
      return [];
    }
    const place = placed(target, [...path, 'configs'], `${name}.configs.${source}`, compose, places);
    if (place === undefined) return [];
    return [{ source: sourceHere(from, compose), target: place, ...(mode !== undefined && { mode }) }];
  });
}
