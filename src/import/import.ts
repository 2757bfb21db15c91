import type { Diagnostic } from '../domain/failure.ts';
import { loadSpec } from '../spec/load.ts';
import { inOrder, type Path, type Source } from '../spec/source.ts';
import { parseYaml } from '../spec/syntax.ts';
import { decode, isDiagnostic } from '../spec/text.ts';
import { readTree, type Tree } from '../spec/tree.ts';
import { type Common, dockerfilePath, envFiles, type Service } from './compose.ts';
import { extended } from './extends.ts';
import { interpolateAll, type Variables } from './interpolate.ts';
import { slug } from './names.ts';
import { type Note, Notes } from './notes.ts';
import { mapOf, record, textOf } from './read.ts';
import { rolesOf } from './roles.ts';
import { serviceTexts } from './services.ts';
import { written } from './write.ts';

/** What the import of a Compose file is made of; nothing else is looked at. */
export interface Given {
  /** How messages call the Compose file. */
  readonly file: string;
  readonly bytes: Uint8Array;
  /** The name of its directory, which is the project's unless the file has one. */
  readonly directory: string;
  /** The way from relevo.yaml's directory to it; empty where they are the same. */
  readonly base: string;
  /** The environment, and what `.env` adds to it. */
  readonly variables: Variables;
  /** What `namedFiles` names, as far as it is there. */
  readonly texts: Readonly<Record<string, string>>;
}

export type Imported =
  | {
      readonly ok: true;
      /** The relevo.yaml. */
      readonly text: string;
      readonly notes: readonly Note[];
      /** `relevo plan` accepts it as it is. */
      readonly ready: boolean;
    }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[]; readonly notes: readonly Note[] };

const machines = ['machine1', 'machine2', 'machine3'];

/** A relevo.yaml from a Compose file, as far as it goes, and what became of the rest. */
export function importCompose(given: Given): Imported {
  const read = treeOf(given.file, given.bytes);
  if ('diagnostics' in read) return { ok: false, notes: [], diagnostics: read.diagnostics };
  const { source, tree } = read;
  const notes = new Notes(source, tree);
  const services = servicesOf(tree, given.variables, notes);
  const compose = commonOf(tree, given, notes);
  const roles = rolesOf(services, given.texts);
  const { texts, publish } = serviceTexts(roles, compose, machines);
  noteTop(tree, notes);
  if (texts.length === 0) {
    const hint = services.length === 0 ? 'is it a Compose file?' : 'why, is said of each of its services';
    const message = `${given.file} has no service that can run here`;
    return {
      ok: false,
      notes: notes.list,
      diagnostics: [source.diagnostic(undefined, ['services'], { message, hint })],
    };
  }
  const name = slug(textOf(record(tree.data)['name']) ?? given.directory, 40);
  const text = written({
    header: headerOf(given.file),
    name: name === '' ? 'project' : name,
    machines,
    services: texts,
    publish,
  });
  return { ok: true, text, ...judged(text, notes.list) };
}

/** Files, beside `.env`, that the Compose file wants to be read with it; paths from its directory on. */
export function namedFiles(file: string, bytes: Uint8Array): string[] {
  const read = treeOf(file, bytes);
  if ('diagnostics' in read) return [];
  const services = mapOf(record(read.tree.data)['services']).map(([, service]) => record(service));
  return [
    ...new Set(
      services.flatMap((service) => [
        ...envFiles(service).map(({ path }) => path),
        ...[dockerfilePath(service)].filter((path) => path !== undefined),
      ]),
    ),
  ];
}

function treeOf(
  file: string,
  bytes: Uint8Array,
): { source: Source; tree: Tree } | { diagnostics: readonly Diagnostic[] } {
  const source = decode(file, bytes);
  if (isDiagnostic(source)) return { diagnostics: [source] };
  const syntax = parseYaml(source);
  if (!syntax.ok) return { diagnostics: inOrder(syntax.diagnostics) };
  const { tree, diagnostics } = readTree(source, syntax.document);
  return diagnostics.length > 0 ? { diagnostics: inOrder(diagnostics) } : { source, tree };
}

function servicesOf(tree: Tree, variables: Variables, notes: Notes): Service[] {
  const all = Object.fromEntries(
    mapOf(record(tree.data)['services']).map(([name, each]) => [name, asWritten(tree, name, each)]),
  );
  return Object.keys(all).map((name) => {
    const path = ['services', name];
    const raw = extended(name, all, notes);
    const { environment, ...rest } = raw;
    const missing: { variable: string; at: Path }[] = [];
    const lacking = (variable: string, at: Path) => missing.push({ variable, at });
    const data = {
      ...(interpolateAll(rest, variables, lacking) as Record<string, unknown>),
      ...(environment !== undefined && { environment: interpolateAll(environment, variables, () => {}) }),
    };
    return { name, path, raw, data, missing };
  });
}

/** `environment` holds texts: `1.10` is no number there. */
function asWritten(tree: Tree, name: string, service: unknown): Record<string, unknown> {
  const { environment, ...rest } = record(service);
  if (environment === undefined || Array.isArray(environment)) return { ...record(service) };
  const texts = mapOf(environment).map(([key, value]) => [
    key,
    value === null ? null : (tree.written(['services', name, 'environment', key]) ?? value),
  ]);
  return { ...rest, environment: Object.fromEntries(texts) };
}

function commonOf(tree: Tree, { base, variables, texts }: Given, notes: Notes): Common {
  const { secrets, configs } = record(tree.data);
  return { notes, base, variables, texts, secrets: record(secrets), configs: record(configs) };
}

function noteTop(tree: Tree, notes: Notes): void {
  const data = record(tree.data);
  if (data['networks'] !== undefined)
    notes.add(
      'left-out',
      ['networks'],
      'networks',
      'all instances share one network, and a service is called by `http://NAME.internal`',
    );
  if (data['volumes'] !== undefined)
    notes.add(
      'left-out',
      ['volumes'],
      'volumes',
      'an instance keeps nothing',
      'keep data in a database or an object store, outside of Relevo',
    );
  if (data['include'] !== undefined)
    notes.add(
      'open',
      ['include'],
      'include',
      'it is another file',
      'let Compose write it whole, and import that: docker compose config > whole.yaml',
    );
}

function headerOf(file: string): string[] {
  return [
    `Written by \`relevo import\` from ${file}. \`relevo plan\` says what is left to fill in, and then what \`relevo up\` would do.`,
    'A service survives the loss of an instance with `replicas: 2`; what it must remember belongs outside of its instances.',
  ];
}

/** The file's own check has the last word. */
function judged(text: string, notes: readonly Note[]): { notes: readonly Note[]; ready: boolean } {
  const loaded = loadSpec('relevo.yaml', new TextEncoder().encode(text));
  if (loaded.ok) return { notes, ready: true };
  // The reason for what is left empty is told already, beside the Compose file's line.
  const others = loaded.diagnostics.filter(({ message }) => !/^`\w+` is left empty$/.test(message));
  const told = others.map(({ path, line, message, hint }): Note => {
    const where = line === undefined ? '' : `, line ${line} of relevo.yaml`;
    return {
      kind: 'open',
      lines: [],
      what: `${path}${where}`,
      why: message,
      ...(hint !== undefined && { instead: hint }),
    };
  });
  return { notes: [...notes, ...told], ready: false };
}
