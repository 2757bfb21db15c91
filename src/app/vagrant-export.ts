import { dirname, isAbsolute, join, normalize, resolve } from 'node:path';
import { readSource } from '../apply/assets.ts';
import { RelevoError } from '../domain/failure.ts';
import type { Spec } from '../domain/spec.ts';
import type { ExportedFile } from '../ports/exported.ts';
import type { Files } from '../ports/system.ts';
import { exportReadme } from '../render/vagrant-readme.ts';
import { exported, installScript } from '../render/vagrant-site.ts';
import { vagrantfile, vagrantMachinesOf, vagrantOf } from '../render/vagrantfile.ts';

export interface ExportWish {
  readonly spec: Spec;
  /** The user's file. */
  readonly text: string;
  /** Where it lies, absolute. */
  readonly from: string;
  /** Where the directory shall be, absolute, and as the user named it. */
  readonly to: string;
  readonly named: string;
}

/** Writes a directory with which plain `vagrant up` makes the site. Resolves to the secrets that are in it now. */
export async function exportVagrant(
  wish: ExportWish,
  files: Pick<Files, 'read' | 'walk' | 'write' | 'makeDirectory' | 'exists' | 'list' | 'remove'>,
  program: () => Promise<readonly ExportedFile[]>,
): Promise<readonly string[]> {
  const { spec, from, to, named } = wish;
  refuseForeign(spec);
  const sources = sourcesOf(spec);
  if ((await files.list(to)).length > 0 && !(await files.exists(join(to, exported.program, 'install.sh')))) {
    const hint = 'name a directory that is not there yet';
    throw new RelevoError({ code: 'conflict', message: `${named} is there already, and no export of Relevo's`, hint });
  }
  for (const { path, content } of [...texts(wish), ...inDirectory(exported.program, await program())])
    await files.write(join(to, path), content, 0o644);
  await files.remove(join(to, exported.project)); // what the file no longer names
  await files.write(join(to, exported.project, 'relevo.yaml'), wish.text, 0o644);
  const contents = (await Promise.all(sources.map((source) => contentOf(source, from, files)))).flat();
  for (const { path, mode } of contents.filter(isDirectory)) // first: a file would bring them with a mode of its own
    await files.makeDirectory(join(to, exported.project, path), mode);
  for (const { path, bytes, mode } of contents)
    if (bytes !== undefined) await files.write(join(to, exported.project, path), bytes, mode);
  return sources.filter(({ secret }) => secret).map(({ source }) => source);
}

interface Content {
  /** Relative to the user's file. */
  readonly path: string;
  /** Absent: it is a directory. */
  readonly bytes?: Uint8Array;
  readonly mode: number;
}

function isDirectory({ bytes }: Content): boolean {
  return bytes === undefined;
}

/** Of a file, or of all that is in a directory; the file that a link leads to stands in its place. */
async function contentOf(
  { source, secret }: Source,
  from: string,
  files: Pick<Files, 'read' | 'walk'>,
): Promise<Content[]> {
  const asset = await readSource(source, { directory: from, system: { files } });
  if ('message' in asset) {
    const hint = asset.hint !== undefined && { hint: asset.hint };
    throw new RelevoError({ code: 'not-found', message: `${source}: ${asset.message}`, ...hint });
  }
  if ('bytes' in asset) return [{ path: source, bytes: asset.bytes, mode: secret ? 0o600 : 0o644 }];
  const directories = new Set(asset.entries.flatMap(({ kind, path }) => (kind === 'directory' ? [path] : [])));
  const entries = asset.entries.map(async (entry): Promise<Content> => {
    const path = join(source, entry.path);
    if (entry.kind === 'file') return { path, bytes: entry.bytes, mode: entry.mode };
    if (entry.kind === 'directory') return { path, mode: entry.mode };
    const target = join(dirname(entry.path), entry.to).replace(/\/$/, '');
    if (target === '.' || directories.has(target)) throw linkToDirectory(path, entry.to);
    return { path, bytes: (await files.read(resolve(from, path))) ?? new Uint8Array(), mode: 0o644 };
  });
  return Promise.all(entries);
}

function linkToDirectory(path: string, to: string): RelevoError {
  const message = `the link ${path} leads to a directory, ${to}: an export has files in place of links`;
  return new RelevoError({ code: 'refused', message, hint: 'put the directory itself there' });
}

/** The parts of the directory that are text, all but what the user wrote. */
export function texts({ spec }: Pick<ExportWish, 'spec'>): ExportedFile[] {
  const { name: project, balancer } = spec;
  const vagrant = vagrantOf(spec);
  const machines = vagrantMachinesOf(spec);
  const remark = ['Written by `relevo vagrant export`; README.md tells how to use it.'];
  return [
    { path: 'Vagrantfile', content: vagrantfile({ project, vagrant, machines, remark, site: true }) },
    { path: 'README.md', content: exportReadme(project, machines, balancer.tls?.publish ?? balancer.publish) },
    { path: join(exported.program, 'install.sh'), content: installScript },
  ];
}

function inDirectory(directory: string, files: readonly ExportedFile[]): ExportedFile[] {
  return files.map(({ path, content }) => ({ path: join(directory, path), content }));
}

function refuseForeign({ machines: { provider, vagrant } }: Spec): void {
  if (vagrant === undefined) {
    const message = `the machines of the file are those of the provider \`${provider}\``;
    throw new RelevoError({ code: 'refused', message, hint: 'write `provider: vagrant` under `machines`' });
  }
  if (vagrant.vagrantfile === undefined) return;
  const message = 'a Vagrantfile of your own can’t be exported: the site is made by what Relevo writes into its own';
  throw new RelevoError({
    code: 'refused',
    message,
    hint: 'take `vagrantfile` out, and add your lines to the exported one',
  });
}

interface Source {
  readonly source: string;
  readonly secret: boolean;
}

/** All that the file names. What is elsewhere on this computer would not be there on another one. */
function sourcesOf({ services, balancer, load }: Spec): Source[] {
  const secrets = services.flatMap((service) =>
    service.secrets.map(({ name, from }) => {
      if ('file' in from) return { source: from.file, secret: true };
      const message = `the secret ${name} of ${service.name} comes from this computer's environment, which the machines don't have`;
      throw new RelevoError({
        code: 'refused',
        message,
        hint: 'write it into a file, and name that: `file: token.txt`',
      });
    }),
  );
  const { tls, errors } = balancer;
  const certificates = tls === undefined || tls.certificates === 'self-signed' ? [] : tls.certificates;
  const open = [
    ...services.flatMap((service) => service.files.map(({ source }) => source)),
    ...Object.values(errors),
    ...load.flatMap((each) => (each.model === 'plan' ? [each.plan] : [])),
    ...certificates.map(({ certificate }) => certificate),
  ];
  const all = [
    ...open.map((source) => ({ source, secret: false })),
    ...certificates.map(({ key }) => ({ source: key, secret: true })),
    ...secrets,
  ];
  for (const { source } of all) {
    if (!isAbsolute(source) && !normalize(source).startsWith('..')) continue;
    const hint = 'move it beside the file, or below';
    throw new RelevoError({ code: 'refused', message: `${source} lies outside of the file's directory`, hint });
  }
  return all;
}
