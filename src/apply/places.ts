import type { Asset, ServiceSpec } from '../domain/spec.ts';
import { targetComplaint } from '../spec/rules-targets.ts';
import type { Complaint, Finding, Path } from '../spec/source.ts';

interface Place {
  readonly target: string;
  readonly kind: 'file' | 'link' | 'directory';
}

/** What one key of the file puts into an instance. */
interface Placed {
  readonly path: Path;
  readonly places: readonly Place[];
}

type Sources = Readonly<Record<string, Asset>>;

/** What can't lie where the file wants it, as is known once it is known which sources are directories, and what is in them. */
export function placeFindings(service: ServiceSpec, sources: Sources): Finding[] {
  const all = [...placedFiles(service, sources), ...placedSecrets(service)];
  const there = new Map(all.flatMap(({ places }) => places).map(({ target, kind }) => [target, kind]));
  return [
    ...entryFindings(service, sources),
    ...all.flatMap((each) => blocked(each, there)),
    ...noStart(service, there),
  ];
}

function placedFiles({ name, files }: ServiceSpec, sources: Sources): Placed[] {
  return files.flatMap(({ source, target }, index) => {
    const [asset, path] = [sources[source], ['services', name, 'files', index, 'target']];
    if (asset === undefined) return [];
    if ('bytes' in asset) return [{ path, places: [{ target, kind: 'file' }] }];
    const entries = asset.entries.map((each) => ({ target: `${target}/${each.path}`, kind: each.kind }));
    return [{ path, places: [{ target, kind: 'directory' }, ...entries] }];
  });
}

function placedSecrets({ name, secrets }: ServiceSpec): Placed[] {
  return secrets.flatMap(({ name: secret, file }) =>
    file === undefined
      ? []
      : [{ path: ['services', name, 'secrets', secret, 'target'], places: [{ target: file.target, kind: 'file' }] }],
  );
}

function entryFindings({ name, files }: ServiceSpec, sources: Sources): Finding[] {
  return files.flatMap(({ source, target }, index) => {
    const asset = sources[source];
    const entries = asset !== undefined && 'entries' in asset ? asset.entries : [];
    const complaint = first(entries, ({ path }) => targetComplaint(`${target}/${path}`));
    return complaint === undefined ? [] : [{ path: ['services', name, 'files', index, 'source'], ...complaint }];
  });
}

type There = ReadonlyMap<string, Place['kind']>;

function blocked({ path, places }: Placed, there: There): Finding[] {
  const complaint = first(places, ({ target, kind }) => {
    if ((kind === 'directory') !== (there.get(target) === 'directory'))
      return { message: `\`${target}\` would be a file and a directory`, hint };
    const above = parentsOf(target).find((each) => (there.get(each) ?? 'directory') !== 'directory');
    if (above === undefined) return undefined;
    return { message: `\`${target}\` can't lie in \`${above}\`, which is a ${there.get(above)}`, hint };
  });
  return complaint === undefined ? [] : [{ path, ...complaint }];
}

const hint = 'choose another target for one of them';

/** By a link to a directory programs may start in it. */
function noStart({ name, workingDir }: ServiceSpec, there: There): Finding[] {
  const file = [workingDir, ...parentsOf(workingDir)].find((each) => there.get(each) === 'file');
  if (file === undefined) return [];
  const message = `\`${file}\` is a file, and no program can start in it`;
  return [{ path: ['services', name, 'working_dir'], message, hint: 'name a directory' }];
}

/** `/opt` and `/opt/app` of `/opt/app/b`. */
function parentsOf(target: string): string[] {
  const parts = target.split('/').slice(1, -1);
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`);
}

function first<T>(items: readonly T[], judge: (item: T) => Complaint | undefined): Complaint | undefined {
  for (const item of items) {
    const complaint = judge(item);
    if (complaint !== undefined) return complaint;
  }
  return undefined;
}
