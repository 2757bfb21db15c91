import { dirname } from 'node:path';
import type { ImageFile } from '../domain/desired.ts';
import { failureOf, RelevoError } from '../domain/failure.ts';
import { revealed } from '../domain/secret.ts';
import type { FileAttributes, Lxd } from '../ports/lxd.ts';

/** Files under way at once. */
const width = 6;

/** All of them, directories in their order before the others; links only into one that runs. */
export async function pushAll(lxd: Lxd, name: string, files: readonly ImageFile[]): Promise<void> {
  const ids = files.some(({ owner }) => owner !== undefined) ? await idsOf(lxd, name) : undefined;
  const whose = (file: ImageFile) => (ids === undefined ? {} : ownership(ids, file));
  const isDirectory = ({ kind }: ImageFile) => kind === 'directory';
  for (const directory of files.filter(isDirectory)) await push(lxd, name, directory, whose(directory));
  const left = files.filter((file) => !isDirectory(file))[Symbol.iterator]();
  const worker = async () => {
    for (const file of left) await push(lxd, name, file, whose(file));
  };
  await Promise.all(Array.from({ length: width }, worker));
}

export async function pushInto(lxd: Lxd, name: string, file: ImageFile): Promise<void> {
  await pushAll(lxd, name, [file]);
}

type Ownership = Pick<FileAttributes, 'uid' | 'gid'>;

/** The directories above it are there more often than not, and each call counts while somebody waits for a repair. */
async function push(lxd: Lxd, name: string, file: ImageFile, whose: Ownership): Promise<void> {
  const write = () => writers[file.kind ?? 'file'](lxd, name, file, whose);
  await write().catch(async (error: unknown) => {
    if (failureOf(error).code !== 'not-found') throw error;
    await makeDirectories(lxd, name, dirname(file.target), whose);
    await write();
  });
}

const writers = { file: pushFile, link: makeLink, directory: pushDirectory };

function pushDirectory(lxd: Lxd, name: string, { target, mode }: ImageFile, whose: Ownership): Promise<void> {
  return lxd.instances.makeDirectory(name, target, { mode, ...whose });
}

function pushFile(lxd: Lxd, name: string, { target, mode, content }: ImageFile, whose: Ownership): Promise<void> {
  return lxd.instances.pushFile(name, target, revealed(content), { mode, ...whose });
}

/** LXD 5.0.2 answers 404 to a link that is pushed. */
async function makeLink(lxd: Lxd, name: string, { target, content }: ImageFile, whose: Ownership): Promise<void> {
  await makeDirectories(lxd, name, dirname(target), whose);
  const { code, stderr } = await lxd.instances.exec(name, ['ln', '-sfn', '--', String(content), target]);
  if (code !== 0) throw new RelevoError({ code: 'failed', message: `${target} can't be made: ${stderr.trim()}` });
}

/** Those that are there stay as they are. */
export async function makeDirectories(lxd: Lxd, name: string, directory: string, whose: Ownership = {}): Promise<void> {
  const all: string[] = [];
  for (let each = directory; each !== '/'; each = dirname(each)) all.unshift(each);
  for (const each of all) await lxd.instances.makeDirectory(name, each, { mode: 0o755, ...whose });
}

/** Numbers by name, and the group of each user. */
interface Ids {
  readonly users: ReadonlyMap<string, { readonly uid: number; readonly gid: number }>;
  readonly groups: ReadonlyMap<string, number>;
}

/** Source: passwd(5), group(5). */
async function idsOf(lxd: Lxd, name: string): Promise<Ids> {
  const [users, groups] = await Promise.all(['/etc/passwd', '/etc/group'].map((path) => fieldsOf(lxd, name, path)));
  return {
    users: new Map(users?.map(([user = '', , uid, gid]) => [user, { uid: Number(uid), gid: Number(gid) }])),
    groups: new Map(groups?.map(([group = '', , gid]) => [group, Number(gid)])),
  };
}

async function fieldsOf(lxd: Lxd, name: string, path: string): Promise<string[][]> {
  const text = new TextDecoder().decode(await lxd.instances.readFile(name, path));
  return text.split('\n').map((line) => line.split(':'));
}

function ownership({ users, groups }: Ids, { target, owner }: ImageFile): Ownership {
  if (owner === undefined) return {};
  const [user = '', group] = owner.split(':');
  const found = users.get(user);
  if (found === undefined) throw nobody(target, `user \`${user}\``);
  if (group === undefined) return found;
  const gid = groups.get(group);
  if (gid === undefined) throw nobody(target, `group \`${group}\``);
  return { uid: found.uid, gid };
}

function nobody(target: string, who: string): RelevoError {
  return new RelevoError({
    code: 'build-failed',
    message: `${target} can't be given its owner: the image has no ${who}`,
    hint: 'an owner comes with the base image or with `packages`, or is the service’s `user`; `run` comes after the files',
  });
}
