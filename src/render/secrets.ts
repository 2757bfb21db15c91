import type { ImageFile } from '../domain/desired.ts';
import type { SecretFileSpec, SecretSpec } from '../domain/spec.ts';

/** Below /run nothing outlasts a restart: there a secret is a copy that systemd-tmpfiles makes at each start, in memory. */
function isInMemory({ target }: SecretFileSpec): boolean {
  return target.startsWith('/run/');
}

/** Where the original lies, for root only. */
function keptSecret({ name }: Pick<SecretSpec, 'name'>): string {
  return `/etc/relevo/secrets/${name}`;
}

/** The file that an instance is given of a secret: what its program reads, or what that is copied from at each start. */
export function givenSecret({ name, file }: SecretSpec): Omit<ImageFile, 'content'> | undefined {
  if (file === undefined || !isInMemory(file)) return file;
  return { target: keptSecret({ name }), mode: 0o400 };
}

/** Source: tmpfiles.d(5). */
export function secretUnits(secrets: readonly SecretSpec[]): ImageFile[] {
  const lines = secrets.flatMap((secret) => {
    const { file } = secret;
    if (file === undefined || !isInMemory(file)) return [];
    const [user, group = user] = file.owner.split(':');
    const mode = file.mode.toString(8).padStart(4, '0');
    return [`C ${quoted(file.target)} ${mode} ${user} ${group} - ${keptSecret(secret)}\n`];
  });
  if (lines.length === 0) return [];
  return [{ target: '/etc/tmpfiles.d/relevo-secrets.conf', mode: 0o644, content: lines.join('') }];
}

/** `%` begins a specifier. */
function quoted(path: string): string {
  return `"${path.replace(/[\\"]/g, '\\$&').replaceAll('%', '%%')}"`;
}
