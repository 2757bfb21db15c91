import { type Compose, type Service, sourceHere } from './compose.ts';
import { numberOf, record, textOf } from './read.ts';

/** A use of a top-level secret or config, from its short or its long form. */
export interface Use {
  readonly source: string;
  readonly target: string | undefined;
  readonly mode: string | undefined;
  /** Somebody's by number. */
  readonly owned: boolean;
}

export function usesOf(value: unknown): Use[] {
  const items = Array.isArray(value) ? value : [];
  return items.flatMap((item) => {
    const { source, target, mode, uid, gid } = record(item);
    const name = textOf(item) ?? textOf(source);
    const owned = uid !== undefined || gid !== undefined;
    return name === undefined ? [] : [{ source: name, target: textOf(target), mode: modeOf(mode), owned }];
  });
}

/** YAML 1.2 has no octal numbers with a leading zero, and the reader keeps such a one as text. */
function modeOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value.replace(/^0o/, '0');
  const number = numberOf(value);
  return number === undefined ? undefined : `0${number.toString(8)}`;
}

/** Says that a number is nobody here. */
export function noteOwner(key: 'secrets' | 'configs', use: Use, { name, path }: Service, { notes }: Compose): void {
  const what = `${name}.${key}.${use.source}`;
  if (use.owned) notes.add('left-out', [...path, key], what, 'a file’s owner has a name here', 'write `owner: NAME`');
}

/** Compose's secrets are files below /run/secrets. `unit`: a package's users read them, which are not the service's. */
export function mountedSecrets(service: Service, compose: Compose, unit: boolean): Record<string, unknown> {
  const { name, path, data } = service;
  const { notes, secrets } = compose;
  const mounted: Record<string, unknown> = {};
  for (const use of usesOf(data['secrets'])) {
    const { source, target = source, mode = unit ? '0444' : undefined } = use;
    noteOwner('secrets', use, service, compose);
    const { file, environment, external } = record(secrets[source]);
    const from =
      file !== undefined
        ? { file: sourceHere(textOf(file) ?? '', compose) }
        : { env: textOf(environment) ?? variable(source) };
    if (file === undefined && environment === undefined) {
      const why =
        external === undefined ? 'the Compose file does not say where it comes from' : 'it is kept by the swarm';
      const instead = `set ${variable(source)} in your environment, or name a file: \`{file: …}\``;
      notes.add('open', [...path, 'secrets'], `${name}.secrets.${source}`, why, instead);
    }
    const here = target.startsWith('/') ? target : `/run/secrets/${target}`;
    mounted[variable(source)] = { ...from, target: here, ...(mode !== undefined && { mode }) };
  }
  return mounted;
}

function variable(name: string): string {
  return name.replace(/[^A-Za-z0-9_]/g, '_').replace(/^(?=\d)/, '_');
}
