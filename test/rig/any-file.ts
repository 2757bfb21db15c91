import fc from 'fast-check';
import { Secret } from '../../src/domain/secret.ts';
import type { Assets, Spec } from '../../src/domain/spec.ts';
import { tlsAsset } from '../../src/render/haproxy-files.ts';
import { statsPasswordAsset } from '../../src/render/haproxy-stats.ts';
import { crossChecks } from '../../src/spec/checks.ts';
import { isBranch, pick } from '../../src/spec/data.ts';
import { fileSchema, jsonSchema } from '../../src/spec/schema.ts';
import type { Path } from '../../src/spec/source.ts';

/**
 * Files of users, made from the JSON Schema that editors get, so that a new key is tried without anybody thinking of it. What the
 * schema can't say of a text (a duration, a line of haproxy.cfg) stands here, by the key's name.
 */

type Json = Readonly<Record<string, unknown>>;

export const machines = ['m1', 'm2', 'm3'];

/** The worst that a text may hold and stay one; whether it may is the schema's affair. */
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({
    unit: fc.constantFrom(
      ...`'"\\#$%{}[]()|&;<>*?!~\` \tabc=:,@-+^/.é€𝄞`,
      '%[src]',
      `$\{HOME}`,
      '-i',
      '--',
      '%%',
      '\\n',
    ),
    maxLength: 24,
  }),
  fc.string({ unit: fc.constantFrom('a', "'", '%', ' '), minLength: 200, maxLength: 900 }),
);

const duration = fc
  .tuple(fc.integer({ min: 10, max: 999 }), fc.constantFrom('ms', 'ms', 's'))
  .map(([number, unit]) => `${number}${unit}`);

const path = fc.oneof(
  fc.constant('/'),
  fc.stringMatching(/^\/[A-Za-z0-9._~!$&'()*+,;=@%-]{1,30}(\/[a-z0-9]{1,9}){0,3}$/),
);
const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,48}[a-z0-9]$/);
const host = fc.stringMatching(/^[A-Za-z0-9]{1,20}(-[a-z0-9]{1,5})?(\.[a-z0-9]{1,12}){0,3}$/);

/** Lines that are right in any of the sections. */
const rawLine = fc.constantFrom('# a comment', '# it\'s "one" $too', '');

const byKey: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  ...Object.fromEntries(
    ['connect', 'server', 'queue', 'tunnel', 'drain', 'timeout', 'interval', 'stop_grace_period'].map((key) => [
      key,
      duration,
    ]),
  ),
  start_period: fc.integer({ min: 1, max: 3600 }).map((seconds) => `${seconds}s`),
  place: fc.subarray(machines, { minLength: 1 }),
  haproxy: fc.array(rawLine, { maxLength: 3 }),
  ...{ global: rawLine, defaults: rawLine, frontend: rawLine },
  path,
  source: fc.constantFrom('a.txt', 'b/c.txt'),
  key: fc.constant('site.key'),
  target: path.map((each) => `/opt${each}`),
  template: fc.constant(false),
  certificate: fc.constantFrom('self-signed', 'site.pem'),
  host,
  port: fc.integer({ min: 1, max: 65_535 }),
};

/** Fewer than the schema allows: what is wrong with many is wrong with few. */
const few = 12;

function arbitrary(schema: Json, key = ''): fc.Arbitrary<unknown> {
  const known = Object.hasOwn(byKey, key) ? byKey[key] : undefined;
  const isOfHosts = key === 'host' && Array.isArray(schema['anyOf']);
  if (known !== undefined && schema['type'] !== 'object' && !isOfHosts) return known;
  if (Array.isArray(schema['anyOf'])) return fc.oneof(...(schema['anyOf'] as Json[]).map((each) => arbitrary(each)));
  if (Array.isArray(schema['enum'])) return fc.constantFrom(...schema['enum']);
  if ('const' in schema) return fc.constant(schema['const']);
  switch (schema['type']) {
    case 'object':
      return section(schema);
    case 'array':
      return list(schema);
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return integer(Number(schema['minimum'] ?? 0), Number(schema['maximum'] ?? few));
    case 'number':
      return fc.double({ noNaN: true, noDefaultInfinity: true });
    default:
      return textLike(schema);
  }
}

/** Ports of all kinds, and small numbers of everything else. */
function integer(min: number, max: number): fc.Arbitrary<number> {
  return fc.integer({ min, max: max === 65_535 ? max : Math.min(max, min + few) });
}

function textLike({ pattern, examples }: Json): fc.Arbitrary<unknown> {
  const shown = Array.isArray(examples) ? [fc.constantFrom(...examples)] : [];
  return fc.oneof(...shown, typeof pattern === 'string' ? fc.stringMatching(new RegExp(pattern)) : text);
}

function list(schema: Json): fc.Arbitrary<unknown> {
  const item = arbitrary(schema['items'] as Json);
  const minLength = Number(schema['minItems'] ?? 0);
  return schema['uniqueItems'] === true
    ? fc.uniqueArray(item, { minLength: Math.max(1, minLength), maxLength: 4 })
    : fc.array(item, { minLength, maxLength: 4 });
}

function section({ properties, required, additionalProperties, propertyNames }: Json): fc.Arbitrary<unknown> {
  if (!isBranch(properties)) {
    const names = isBranch(propertyNames) ? arbitrary(propertyNames) : name;
    return fc.dictionary(names as fc.Arbitrary<string>, arbitrary((additionalProperties ?? {}) as Json), {
      minKeys: 1,
      maxKeys: 3,
    });
  }
  const shape = Object.entries(properties).map(([key, each]) => [key, arbitrary(each as Json, key)] as const);
  return fc.record(Object.fromEntries(shape), { requiredKeys: (required ?? []) as string[] });
}

const root = jsonSchema() as Json;
const top = root['properties'] as Record<string, Json>;
const services = fc.dictionary(name, arbitrary(top['services']?.['additionalProperties'] as Json), {
  minKeys: 1,
  maxKeys: 3,
});

/** What a file may hold, before anybody has looked whether its parts agree. */
const drafts = fc.record({
  version: fc.constant(1 as const),
  name: fc.constant('demo'),
  machines: fc.constant({ hosts: machines }),
  services,
  balancer: fc.option(arbitrary(top['balancer'] as Json), { nil: undefined }),
});

/** What is complained about is left out, until nothing is: so nearly every draft becomes a file. */
function pruned(draft: unknown): unknown {
  const file = structuredClone(draft);
  for (let round = 0; round < 50; round++) {
    const { error } = fileSchema.safeParse(file);
    const bad = error === undefined ? crossChecks(file).map(({ path }) => path) : error.issues.map(({ path }) => path);
    if (bad.length === 0) return file;
    for (const path of bad) leaveOut(file, path as Path);
  }
  return undefined;
}

/** What is missing can't be left out: then what it is missing in. */
function leaveOut(file: unknown, path: Path): void {
  const [parent, last] = [pick(file, path.slice(0, -1)), path.at(-1)];
  if (path.length === 0 || last === undefined) return;
  if (!isBranch(parent) || !Object.hasOwn(parent, last)) leaveOut(file, path.slice(0, -1));
  else if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else delete parent[last];
}

/** Files that the schema accepts, as data. */
export const anyFile: fc.Arbitrary<object> = drafts.map(pruned).filter((file): file is object => file !== undefined);

/** What the files hold that such a file names. `pem`: a certificate with its key. */
export function assetsFor(spec: Spec, pem: string): Assets {
  const page = { bytes: new TextEncoder().encode('<p>señora') };
  const sources = [
    ...spec.services.flatMap(({ files }) => files.map(({ source }) => source)),
    ...Object.values(spec.balancer.errors),
  ];
  const certificates = spec.balancer.tls?.certificates ?? 'self-signed';
  const count = certificates === 'self-signed' ? 0 : certificates.length;
  const keys = Array.from({ length: count }, (_, index) => tlsAsset(index, 'certificate'));
  const secrets = spec.services.flatMap((service) => service.secrets.map(({ name }) => `${service.name}/${name}`));
  return {
    files: Object.fromEntries(sources.map((source) => [source, page])),
    secrets: {
      ...Object.fromEntries(secrets.map((each) => [each, new Secret('secret')])),
      ...Object.fromEntries(keys.map((each) => [each, new Secret(pem)])),
      [statsPasswordAsset]: new Secret('open sesame'),
    },
    controller: { node: '24', program: '' },
  };
}
