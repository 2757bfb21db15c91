import { resolve } from 'node:path';
import { type Diagnostic, RelevoError } from '../domain/failure.ts';
import { Secret } from '../domain/secret.ts';
import type { Asset, Assets, SecretSpec, ServiceSpec, Spec } from '../domain/spec.ts';
import type { Files, System } from '../ports/system.ts';
import type { PointAt } from '../spec/load.ts';
import { wordComplaint } from '../spec/rules-program.ts';
import type { Complaint, Path } from '../spec/source.ts';
import { checkTemplate } from '../spec/template.ts';
import { decodeText } from '../spec/text.ts';
import { readCertificates, readErrorPages } from './balancer-assets.ts';
import { readDirectory } from './directories.ts';
import { placeFindings } from './places.ts';
import { whyUnreadable } from './unreadable.ts';

type Readable = Pick<System, 'env' | 'certificate' | 'now'> & { readonly files: Pick<Files, 'read' | 'walk'> };

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
    checkTimezone(service, reading);
    await readFiles(service, reading, files);
    reading.diagnostics.push(...placeFindings(service, files).map((each) => at(each.path, each)));
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

/** By the names that this Node.js knows, which are IANA's. */
function checkTimezone({ name, timezone }: ServiceSpec, { at, diagnostics }: Reading): void {
  if (timezone === undefined) return;
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone });
  } catch {
    const complaint = { message: `\`${timezone}\` is no time zone`, hint: 'a name such as `Europe/Madrid`, or `UTC`' };
    diagnostics.push(at(['services', name, 'timezone'], complaint));
  }
}

async function readFiles(service: ServiceSpec, reading: Reading, files: Record<string, Asset>): Promise<void> {
  for (const [index, file] of service.files.entries()) {
    const complain = (complaint: Complaint) =>
      reading.diagnostics.push(reading.at(['services', service.name, 'files', index, 'source'], complaint));
    const asset = files[file.source] ?? (await readSource(file.source, reading));
    if ('message' in asset) {
      complain(asset);
      continue;
    }
    files[file.source] = asset;
    if (!file.template) continue;
    if ('bytes' in asset) reading.diagnostics.push(...templateDiagnostics(file.source, asset.bytes));
    else
      complain({ message: 'a directory is no template', hint: 'name the files in it that are templates, one by one' });
  }
}

/** A file or a directory, or why it can't be had. */
export async function readSource(
  source: string,
  { directory, system }: { readonly directory: string; readonly system: Pick<Readable, 'files'> },
): Promise<Asset | Complaint> {
  const path = resolve(directory, source);
  try {
    const bytes = await system.files.read(path);
    if (bytes !== undefined) return { bytes };
    return { message: 'there is no such file', hint: `looked for ${path}` };
  } catch (error) {
    const failure = error as NodeJS.ErrnoException;
    if (failure.code === 'EISDIR') return readDirectory(path, system.files);
    if (failure.code === undefined) throw error;
    return { message: whyUnreadable(failure), hint: `looked for ${path}` };
  }
}

function templateDiagnostics(source: string, bytes: Uint8Array): readonly Diagnostic[] {
  const text = decodeText(source, bytes);
  return typeof text === 'string' ? checkTemplate(source, text) : [text];
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

/** Or why there is none. A final line break belongs to the file, not to a variable. */
async function readSecret({ name, from, file }: SecretSpec, reading: Reading): Promise<Secret | string> {
  const given = 'env' in from ? reading.system.env[from.env] : await readBytes(from.file, reading);
  if (given === undefined) return 'this environment variable is not set';
  if ('file' in from && typeof given === 'string') return given;
  const text = typeof given === 'string' ? given : decodeText('', given);
  // Node.js has put U+FFFD where the variable was no UTF-8
  if (typeof text !== 'string')
    return `this is not UTF-8 (line ${text.line}, column ${text.column}); a binary secret can be given as base64`;
  if ('env' in from && text.includes('\ufffd')) return 'the value of this environment variable is not UTF-8';
  if (file !== undefined) return new Secret(text);
  const value = 'env' in from ? text : text.replace(/\r?\n$/, '');
  const complaint = wordComplaint(`${name}=${value}`);
  return complaint === undefined
    ? new Secret(value)
    : `${complaint.message}: with \`target\` the service gets it as a file`;
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
