import { resolve } from 'node:path';
import { type Diagnostic, RelevoError } from '../domain/failure.ts';
import { Secret } from '../domain/secret.ts';
import type { Asset, Assets, SecretSpec, ServiceSpec, Spec } from '../domain/spec.ts';
import type { Files, System } from '../ports/system.ts';
import type { PointAt } from '../spec/load.ts';
import type { Path } from '../spec/source.ts';
import { checkTemplate } from '../spec/template.ts';
import { readCertificates, readErrorPages } from './balancer-assets.ts';

type Readable = Pick<System, 'env' | 'certificate' | 'now'> & { readonly files: Pick<Files, 'read'> };

interface Reading {
  readonly at: PointAt;
  readonly directory: string;
  readonly system: Readable;
  readonly diagnostics: Diagnostic[];
}

/** Reads what the Spec names: source files (templates are checked) and secrets. All that is missing is told at once. */
export async function readAssets(
  spec: Spec,
  at: PointAt,
  directory: string,
  system: Readable,
): Promise<Pick<Assets, 'files' | 'secrets'>> {
  const reading: Reading = { at, directory, system, diagnostics: [] };
  const files: Record<string, Asset> = {};
  const secrets: Record<string, Secret> = {};
  for (const service of spec.services) {
    await readFiles(service, reading, files);
    await readSecrets(service, reading, secrets);
  }
  const balancers = { ...reading, read: (source: string, path: Path) => readOrComplain(source, path, reading) };
  Object.assign(files, await readErrorPages(spec.balancer, balancers));
  Object.assign(secrets, await readCertificates(spec, balancers));
  await findPlans(spec, reading);
  const { diagnostics } = reading;
  if (diagnostics.length === 0) return { files, secrets };
  throw new RelevoError({ code: 'invalid-file', message: 'what the file names is missing or wrong', diagnostics });
}

async function readFiles(service: ServiceSpec, reading: Reading, files: Record<string, Asset>): Promise<void> {
  const { at, directory, diagnostics } = reading;
  for (const [index, { source, template }] of service.files.entries()) {
    const bytes = await readBytes(source, reading);
    if (typeof bytes === 'string') {
      const complaint = { message: bytes, hint: `looked for ${resolve(directory, source)}` };
      diagnostics.push(at(['services', service.name, 'files', index, 'source'], complaint));
      continue;
    }
    files[source] = { bytes };
    if (template) diagnostics.push(...checkTemplate(source, new TextDecoder().decode(bytes)));
  }
}

async function readSecrets(service: ServiceSpec, reading: Reading, secrets: Record<string, Secret>): Promise<void> {
  for (const secret of service.secrets) {
    const value = await readSecret(secret, reading);
    if (value instanceof Secret) secrets[`${service.name}/${secret.name}`] = value;
    else reading.diagnostics.push(missingSecret(service.name, secret, value, reading));
  }
}

/** They are there; what is in them is nothing to the cluster. */
async function findPlans({ load }: Spec, reading: Reading): Promise<void> {
  for (const each of load) {
    if (each.model === 'plan') await readOrComplain(each.plan, ['load', each.name, 'plan'], reading);
  }
}

async function readOrComplain(source: string, path: Path, reading: Reading): Promise<Uint8Array | undefined> {
  const bytes = await readBytes(source, reading);
  if (typeof bytes !== 'string') return bytes;
  const hint = `looked for ${resolve(reading.directory, source)}`;
  reading.diagnostics.push(reading.at(path, { message: bytes, hint }));
  return undefined;
}

/** Or why there is none. A final line break belongs to the file, not to the secret. */
async function readSecret({ from }: SecretSpec, reading: Reading): Promise<Secret | string> {
  if ('env' in from) {
    const text = reading.system.env[from.env];
    return text === undefined ? 'this environment variable is not set' : new Secret(text);
  }
  const bytes = await readBytes(from.file, reading);
  if (typeof bytes === 'string') return bytes;
  return new Secret(new TextDecoder().decode(bytes).replace(/\r?\n$/, ''));
}

function missingSecret(service: string, { name, from }: SecretSpec, message: string, reading: Reading): Diagnostic {
  const path = ['services', service, 'secrets', name];
  if ('env' in from) {
    const hint = `for example \`${from.env}=… relevo up\``;
    return reading.at([...path, 'env'], { message, hint });
  }
  return reading.at([...path, 'file'], { message, hint: `looked for ${resolve(reading.directory, from.file)}` });
}

/** The file's bytes, or why there are none. */
async function readBytes(name: string, { directory, system }: Reading): Promise<Uint8Array | string> {
  const bytes = await system.files.read(resolve(directory, name)).catch(whyUnreadable);
  return bytes ?? 'there is no such file';
}

/** What the usual errors of the file system mean, in words. */
export function whyUnreadable({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'EISDIR') return 'this is a directory, not a file';
  if (code === 'EACCES') return 'permission denied';
  if (code === 'ENOTDIR') return 'a part of this path is a file, not a directory';
  return message;
}
