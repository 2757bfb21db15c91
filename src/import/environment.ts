import { variableComplaint } from '../spec/names.ts';
import { withEscapes } from '../spec/rules-program.ts';
import { type Compose, envFiles, type Service } from './compose.ts';
import { type Entry, given } from './entry.ts';
import { interpolate, parseEnv } from './interpolate.ts';
import { hasUnit, type Program } from './program.ts';
import { pairsOf } from './read.ts';
import { referring } from './references.ts';
import { mountedSecrets } from './secrets.ts';

/** `DB_PASSWORD_FILE` says where one is. */
const secretName = /^(?!.*_FILE$).*(PASSW(OR)?D|SECRET|TOKEN|API_?KEY|PRIVATE|CREDENTIAL|_KEY$|_PASS$|_DSN$)/i;

/** `postgres://user:password@host`. */
const passwordInUrl = /:\/\/[^/@:\s]*:[^/@\s]+@/;

/** Read by proxies beside the service; `routes.ts` reads them too. */
const proxyVariables = new Set([
  'VIRTUAL_HOST',
  'VIRTUAL_PORT',
  'VIRTUAL_PATH',
  'LETSENCRYPT_HOST',
  'LETSENCRYPT_EMAIL',
]);

interface Variable {
  readonly name: string;
  /** As it is written, `${…}` and all; undefined: taken from the environment of whoever starts it. */
  readonly raw: string | undefined;
  readonly key: string;
}

/** `environment`, and `secrets` for what must not be written down. */
export function environmentEntries(service: Service, program: Program, compose: Compose): Entry[] {
  const built = program.dockerfile?.environment ?? {};
  const variables = new Map<string, Variable>();
  for (const variable of [
    ...fromImage(built, service, compose),
    ...fromFiles(service, compose),
    ...ownVariables(service),
  ])
    variables.set(variable.name, variable);
  const environment: Record<string, string> = {};
  const secrets: Record<string, unknown> = {};
  for (const variable of variables.values()) {
    if (proxyVariables.has(variable.name) || !isName(variable, service, compose)) continue;
    const secret = secretOf(variable, service, compose);
    const value = filledIn(variable, service, compose);
    if (secret === undefined) environment[variable.name] = value;
    else secrets[variable.name] = secret;
  }
  return [
    ...given('environment', environment),
    ...given('secrets', { ...secrets, ...mountedSecrets(service, compose, hasUnit(program)) }),
  ];
}

/** What the base image knows of a `$NAME`, nobody here does. */
function fromImage(
  built: Readonly<Record<string, string>>,
  { name: service, path }: Service,
  { notes }: Compose,
): Variable[] {
  return Object.entries(built).flatMap(([name, raw]) => {
    const [variable] = /\$(\{[^}]*\}|[A-Za-z_]\w*)/.exec(raw) ?? [];
    if (variable === undefined) return [{ name, raw: raw.replaceAll('$', '$$$$'), key: 'build' }];
    const why = `the Dockerfile makes it of \`${variable}\`, which only its base image knows`;
    notes.add('open', [...path, 'build'], `${service}.build.${name}`, why, 'write it under `environment`');
    return [];
  });
}

function ownVariables({ raw }: Service): Variable[] {
  return pairsOf(raw['environment']).map(([name, value]) => ({ name, raw: value, key: 'environment' }));
}

function fromFiles({ name, path, data }: Service, { texts, notes }: Compose): Variable[] {
  return envFiles(data).flatMap(({ path: file, required }) => {
    const text = texts[file];
    if (text !== undefined) {
      const why = `what ${file} says stands in \`environment\` now, and what looks like a secret in \`secrets\``;
      const instead = `before \`relevo up\`, load the secrets into your environment: set -a; . ${file.startsWith('/') ? '' : './'}${file}; set +a`;
      notes.add('changed', [...path, 'env_file'], `${name}.env_file`, why, instead);
      return Object.entries(parseEnv(text)).map(([key, value]) => ({ name: key, raw: value, key: 'env_file' }));
    }
    if (required) {
      const instead = `put the file there and import again, or write its variables under \`environment\` and \`secrets\``;
      notes.add('open', [...path, 'env_file'], `${name}.env_file`, `${file} can’t be read`, instead);
    }
    return [];
  });
}

function isName({ name, key }: Variable, service: Service, { notes }: Compose): boolean {
  const complaint = variableComplaint(name);
  if (complaint !== undefined)
    notes.add('left-out', [...service.path, key], `${service.name}.${key}.${name}`, complaint.message, complaint.hint);
  return complaint === undefined;
}

/** What comes from outside and looks like a secret is fetched when it is needed, and never written into the file. */
function secretOf(variable: Variable, service: Service, { notes, variables }: Compose): { env: string } | undefined {
  const { name, raw, key } = variable;
  const at = [...service.path, key, name];
  const what = `${service.name}.${key}.${name}`;
  if (raw === undefined) {
    notes.add('changed', at, what, 'its value comes from your environment, so it is a secret here');
    return { env: name };
  }
  const { names, text } = interpolate(raw, variables);
  const looksSecret = [name, ...names].some((each) => secretName.test(each)) || passwordInUrl.test(text);
  if (key === 'env_file') return looksSecret && text !== '' ? { env: name } : undefined;
  if (names.length === 0) {
    if (looksSecret && key === 'environment' && text !== '') {
      const instead = `put it into a file: \`secrets: {${name}: {file: ${name.toLowerCase()}.txt}}\``;
      notes.add('changed', at, what, 'looks like a secret, and stands in the file in plain text, as before', instead);
    }
    return undefined;
  }
  if (!looksSecret) return undefined;
  const [, env, operator] = /^\$\{?([A-Za-z_][A-Za-z0-9_]*)(?:(:?[-?])[^{}]*)?\}?$/.exec(raw) ?? [];
  // A default that nobody overrides is what there is.
  if (env !== undefined && operator?.endsWith('-') && !variables[env]) return undefined;
  if (env === undefined) {
    const instead = `before \`relevo up\`: export ${name}="${raw}"`;
    notes.add('open', at, what, 'it is made of a secret, so your environment must have it whole', instead);
  } else notes.add('changed', at, what, `taken from your environment’s \`${env}\`, and not written down`);
  return { env: env ?? name };
}

/** Says as well what in it is left to fill in. */
function filledIn({ name, raw = '', key }: Variable, service: Service, compose: Compose): string {
  const { text, missing } = interpolate(raw, compose.variables);
  const at = [...service.path, key, name];
  const what = `${service.name}.${key}.${name}`;
  if (missing.some((each) => !secretName.test(each)) && !secretName.test(name)) {
    const why = `\`${missing.join('`, `')}\` has no value, and nothing stands in its place`;
    compose.notes.add('open', at, what, why, 'set it in .env or in your environment and import again');
  }
  const names = /HOST|SERVER|ADDR|NODE|URL|URI|ENDPOINT/i.test(name);
  return withEscapes(referring(text, { at, what, names }, compose));
}
