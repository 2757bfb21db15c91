import { resolve } from 'node:path';
import { type Diagnostic, RelevoError } from '../domain/failure.ts';
import type { Asset, Assets, ServiceSpec, Spec } from '../domain/spec.ts';
import type { System } from '../ports/system.ts';
import { checkTemplate } from '../spec/template.ts';

/** Reads what the Spec names: source files (templates are checked) and secrets. All that is missing is told at once. */
export async function readAssets(spec: Spec, file: string, directory: string, system: System): Promise<Assets> {
  const diagnostics: Diagnostic[] = [];
  const files: Record<string, Asset> = {};
  const secrets: Record<string, string> = {};
  for (const service of spec.services) {
    await readFiles(service, { file, directory, system, diagnostics, files });
    for (const secret of service.secrets) {
      const value = await readSecret(secret.from, directory, system);
      if (value !== undefined) secrets[`${service.name}/${secret.name}`] = value;
      else diagnostics.push(missingSecret(file, service.name, secret));
    }
  }
  if (diagnostics.length === 0) return { files, secrets };
  throw new RelevoError({ code: 'invalid-file', message: `what ${file} names is missing or wrong`, diagnostics });
}

interface Reading {
  readonly file: string;
  readonly directory: string;
  readonly system: System;
  readonly diagnostics: Diagnostic[];
  readonly files: Record<string, Asset>;
}

async function readFiles(
  service: ServiceSpec,
  { file, directory, system, diagnostics, files }: Reading,
): Promise<void> {
  for (const [index, { source, template }] of service.files.entries()) {
    const bytes = await system.files.read(resolve(directory, source)).catch((error: Error) => error);
    if (bytes === undefined || bytes instanceof Error) {
      const why = bytes === undefined ? 'there is no such file' : bytes.message;
      diagnostics.push({
        file,
        path: `services.${service.name}.files[${index}].source`,
        message: `${source}: ${why}`,
        hint: `looked in ${directory}`,
      });
      continue;
    }
    files[source] = { bytes };
    if (template) diagnostics.push(...checkTemplate(source, new TextDecoder().decode(bytes)));
  }
}

/** A final line break belongs to the file, not to the secret. */
async function readSecret(
  from: ServiceSpec['secrets'][number]['from'],
  directory: string,
  system: System,
): Promise<string | undefined> {
  if ('env' in from) return system.env[from.env];
  return (await system.files.readText(resolve(directory, from.file)))?.replace(/\r?\n$/, '');
}

function missingSecret(file: string, service: string, { name, from }: ServiceSpec['secrets'][number]): Diagnostic {
  const message =
    'env' in from ? `the environment variable ${from.env} is not set` : `${from.file}: there is no such file`;
  return { file, path: `services.${service}.secrets.${name}`, message };
}
