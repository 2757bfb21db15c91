import type { Path } from '../spec/source.ts';
import { type Compose, type Service, sourceHere } from './compose.ts';
import { type Entry, given } from './entry.ts';
import { isTrue, listOf, record, textOf } from './read.ts';
import { usesOf } from './secrets.ts';

interface Mount {
  readonly type: string;
  readonly source: string | undefined;
  readonly target: string;
  readonly readOnly: boolean;
}

/** `volumes`, `tmpfs` and `configs`: what is a file or a directory of the project becomes part of the image. */
export function fileEntries(service: Service, compose: Compose, moves: Readonly<Record<string, string>>): Entry[] {
  const mounts = (Array.isArray(service.data['volumes']) ? service.data['volumes'] : []).map(mountOf);
  const files = mounts.flatMap((mount, index) => {
    const at = [...service.path, 'volumes', index];
    return mount?.type === 'bind' ? bound(mount, at, service, compose, moves) : kept(mount, at, service, compose);
  });
  for (const target of listOf(service.data['tmpfs'])) {
    const why = `${target.split(':')[0]} is part of the instance’s disk, and empty in each new instance`;
    compose.notes.add('left-out', [...service.path, 'tmpfs'], `${service.name}.tmpfs`, why);
  }
  return given('files', [...files, ...configFiles(service, compose)]);
}

function mountOf(item: unknown): Mount | undefined {
  const text = textOf(item);
  if (text === undefined) {
    const { type, source, target, read_only } = record(item);
    const to = textOf(target);
    if (to === undefined) return undefined;
    return { type: textOf(type) ?? 'volume', source: textOf(source), target: to, readOnly: isTrue(read_only) };
  }
  const [first = '', second, mode = ''] = text.split(':');
  if (second === undefined) return { type: 'volume', source: undefined, target: first, readOnly: false };
  const type = /^[./~]/.test(first) ? 'bind' : 'volume';
  return { type, source: first, target: second, readOnly: /\bro\b/.test(mode) };
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
  moves: Readonly<Record<string, string>>,
): { source: string; target: string }[] {
  const { notes } = compose;
  const what = `${name}.volumes`;
  const refusal = refused(source);
  if (refusal !== undefined) {
    notes.add('left-out', at, what, ...refusal);
    return [];
  }
  const place = moved(target.replace(/(.)\/+$/, '$1'), moves);
  if (place !== target.replace(/(.)\/+$/, '$1'))
    notes.add('changed', at, what, `${target} is ${place} in Debian’s package`);
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

function moved(target: string, moves: Readonly<Record<string, string>>): string {
  const [from, to] = Object.entries(moves).find(([each]) => target === each || target.startsWith(`${each}/`)) ?? [];
  return from === undefined ? target : `${to}${target.slice(from.length)}`;
}

function configFiles({ name, path, data }: Service, compose: Compose) {
  const { notes, configs } = compose;
  return usesOf(data['configs']).flatMap(({ source, target = `/${source}`, mode }) => {
    const { file } = record(configs[source]);
    const from = textOf(file);
    if (from === undefined) {
      const instead = `save it in a file and name it: \`files: [{source: …, target: ${target}}]\``;
      notes.add('open', [...path, 'configs'], `${name}.configs.${source}`, 'it is no file of the project', instead);
      return [];
    }
    return [{ source: sourceHere(from, compose), target, ...(mode !== undefined && { mode }) }];
  });
}
