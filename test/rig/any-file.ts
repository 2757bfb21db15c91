import fc from 'fast-check';
import { Secret } from '../../src/domain/secret.ts';
import type { Assets, Spec } from '../../src/domain/spec.ts';
import { tlsAsset } from '../../src/render/haproxy-files.ts';
import { statsPasswordAsset } from '../../src/render/haproxy-stats.ts';
import { crossChecks } from '../../src/spec/checks.ts';
import { isBranch, pick } from '../../src/spec/data.ts';
import { normalise } from '../../src/spec/normalise.ts';
import { headerNamePattern } from '../../src/spec/rules-traffic.ts';
import { fileSchema, jsonSchema } from '../../src/spec/schema.ts';
import type { Path } from '../../src/spec/source.ts';
import { random } from './random.ts';

/**
 * Files of users, made from the JSON Schema that editors get, so that a new key is tried without anybody thinking of it. What the
 * schema can't say of a text (a duration, a line of haproxy.cfg) stands here, by the key's name. Texts come from fast-check, some
 * hundreds for each place, and their combinations from a generator that costs a hundredth: a million files take minutes.
 */

type Json = Readonly<Record<string, unknown>>;

const machines = ['m1', 'm2', 'm3'];
const hosts = Object.fromEntries(machines.map((each, index) => [each, `192.0.2.${11 + index}`]));

/** The worst that a text may hold and stay one; whether it may is the schema's affair. */
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 12 }),
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

const path = fc.stringMatching(/^\/[A-Za-z0-9._~!$&'()*+,;=@%-]{1,30}(\/[a-z0-9]{1,9}){0,3}$/);
/** Mostly the same ones, so that services meet those that they wait for, and HAProxy need not read some sections twice. */
const names = ['s1', 's2', 's3', 's4'];
const name = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(...names) },
  { weight: 1, arbitrary: fc.stringMatching(/^[a-z][a-z0-9-]{0,48}[a-z0-9]$/) },
);
const host = fc.stringMatching(/^[A-Za-z0-9]{1,20}(-[a-z0-9]{1,5})?(\.[a-z0-9]{1,12}){0,3}$/);
const directory = fc.oneof(
  fc.constantFrom('/opt/app', '/a b', '/%h', '/é', '/a//b/'),
  text.map((each) => `/${each}`),
);

/** Global ones, however they are written. */
const globalIpv6 = fc.ipV6().map((each) => each.replace(/^[^:]*/, '2001'));

/** Lines that are right in any of the sections. */
const rawLine = fc.constantFrom('# a comment', '# it\'s "one" $too', '');

const program = fc.oneof(
  fc.constantFrom('node', '/usr/bin/env', 'bin/rails', './x', 'a b', '%i', ';', '-x', '@x', 'é'),
  text,
);
const word = fc.oneof(fc.constantFrom('\\', '"', '\n', '\r', '\t', '%%', '$$', '\u0007', '\u0085', '\\;', ''), text);
const command = fc.oneof(
  program,
  fc.tuple(program, fc.array(word, { maxLength: 4 })).map(([first, rest]) => [first, ...rest]),
);

/** Most commands are no commands to systemd, and a service without one may not have half of the keys. */
const accepted = (key: string, arbitrary: fc.Arbitrary<unknown>) =>
  arbitrary.filter((value) => {
    const services = { s1: { port: 80, [key]: value } };
    return fileSchema.safeParse({ version: 1, name: 'demo', machines: { hosts: machines }, services }).success;
  });

const texts: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
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
  ...{ command: accepted('command', command), release_command: accepted('release_command', command) },
  working_dir: accepted('working_dir', directory),
  path: fc.oneof(fc.constant('/'), path),
  vip6: globalIpv6,
  depends_on: fc.subarray(names, { maxLength: 2 }),
  source: fc.constantFrom('a.txt', 'b/c.txt'),
  key: fc.constant('site.key'),
  target: path.map((each) => `/opt${each}`),
  template: fc.constant(false),
  certificate: fc.constantFrom('self-signed', 'site.pem'),
  host,
};

/** What many other keys are useless without. */
const wanted: Readonly<Record<string, number>> = { command: 0.8, route: 0.8, tls: 0.6 };

type Random = () => number;
/** A value for one place of the file. */
type Make = (random: Random) => unknown;

/** Texts for each place of the schema. */
const pool = 300;
/** Seldom, and then more than a line of haproxy.cfg has words: mostly what is wrong with many is wrong with few. */
const many = { chance: 0.005, most: 80 };
const few = 4;
const someMore = 12;

class Maker {
  readonly #seed: number;

  constructor(seed: number) {
    this.#seed = seed;
  }

  make(schema: Json, key = ''): Make {
    const known = Object.hasOwn(texts, key) ? texts[key] : undefined;
    const isOfHosts = key === 'host' && Array.isArray(schema['anyOf']);
    if (known !== undefined && schema['type'] !== 'object' && !isOfHosts) return this.#texts(known);
    if (Array.isArray(schema['anyOf'])) return oneOf((schema['anyOf'] as Json[]).map((each) => this.make(each)));
    if (Array.isArray(schema['enum'])) return from(schema['enum']);
    if ('const' in schema) return () => schema['const'];
    switch (schema['type']) {
      case 'object':
        return this.#section(schema);
      case 'array':
        return this.#list(schema);
      case 'boolean':
        return (random) => random() < 0.5;
      case 'integer':
        return integer(Number(schema['minimum'] ?? 0), Number(schema['maximum'] ?? someMore));
      case 'number':
        return this.#texts(fc.double({ noNaN: true, noDefaultInfinity: true }));
      default:
        return key === 'image' ? from(schema['examples'] as string[]) : this.#textLike(schema);
    }
  }

  #texts(arbitrary: fc.Arbitrary<unknown>): Make {
    return from(fc.sample(arbitrary, { numRuns: pool, seed: this.#seed }));
  }

  #textLike({ pattern, examples }: Json): Make {
    const any = typeof pattern === 'string' ? fc.stringMatching(new RegExp(pattern)) : text;
    const like = this.#texts(any.filter((each) => each !== '__proto__')); // which is no key of a file
    return Array.isArray(examples) ? oneOf([from(examples), like]) : like;
  }

  #list(schema: Json): Make {
    const item = this.make(schema['items'] as Json);
    const least = Math.max(Number(schema['minItems'] ?? 0), schema['uniqueItems'] === true ? 1 : 0);
    return (random) => {
      const items = Array.from({ length: count(random, least) }, () => item(random));
      return schema['uniqueItems'] === true ? [...new Set(items)] : items;
    };
  }

  #section({ properties, required, additionalProperties, propertyNames }: Json): Make {
    if (!isBranch(properties)) {
      const names = isBranch(propertyNames) ? this.make(propertyNames) : this.#texts(name);
      const values = this.make((additionalProperties ?? {}) as Json);
      const ofHeaders = isBranch(propertyNames) && propertyNames['pattern'] === headerNamePattern;
      return ofHeaders ? foldedMapOf(names, values) : mapOf(names, values, 1);
    }
    const always = new Set((required ?? []) as string[]);
    const keys = Object.entries(properties).map(([key, each]) => [key, this.make(each as Json, key)] as const);
    return (random) => {
      const chosen = keys.filter(([key]) => always.has(key) || random() < (wanted[key] ?? 0.4));
      return Object.fromEntries(chosen.map(([key, make]) => [key, make(random)]));
    };
  }

  services(schema: Json): Make {
    return mapOf(this.#texts(name), this.make(schema), 1, (random) => (random() < 0.7 ? 1 : 2 + at(random, 2)));
  }
}

const at = (random: Random, length: number) => Math.floor(random() * length);

function from(values: readonly unknown[]): Make {
  return (random) => values[at(random, values.length)];
}

function oneOf(makers: readonly Make[]): Make {
  return (random) => (makers[at(random, makers.length)] as Make)(random);
}

function count(random: Random, least: number): number {
  return least + at(random, random() < many.chance ? many.most : few);
}

function mapOf(names: Make, values: Make, least: number, length = (random: Random) => count(random, least)): Make {
  return (random) => Object.fromEntries(Array.from({ length: length(random) }, () => [names(random), values(random)]));
}

/** Names of headers have no case. */
function foldedMapOf(names: Make, values: Make): Make {
  const any = mapOf(names, values, 1);
  return (random) => {
    const pairs = Object.entries(any(random) as Json);
    return Object.fromEntries(new Map(pairs.map((pair) => [pair[0].toLowerCase(), pair])).values());
  };
}

/** Ports of all kinds, and mostly small numbers of everything else. */
function integer(min: number, max: number): Make {
  if (max === 65_535) return (random) => min + at(random, max - min + 1);
  return (random) => Math.min(max, min + at(random, random() < 0.9 ? few : someMore));
}

const top = jsonSchema()['properties'] as Record<string, Json>;

/** A file that the schema accepts, as it is written and as it is understood. */
export interface AnyFile {
  readonly file: object;
  readonly spec: Spec;
}

/** What is complained about is left out, until nothing is: so nearly every draft becomes a file. */
function pruned(file: object): AnyFile | undefined {
  for (let round = 0; round < 50 && 'services' in file; round++) {
    const { error, data } = fileSchema.safeParse(file);
    const bad = error === undefined ? crossChecks(file).map(({ path }) => path) : error.issues.map(({ path }) => path);
    if (bad.length === 0 && data !== undefined) return { file, spec: normalise(data, () => undefined) };
    const paths = new Map(bad.map((path) => [JSON.stringify(path), path as Path]));
    for (const path of [...paths.values()].toReversed()) leaveOut(file, path);
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

/** The same ones for the same seed. */
export function* anyFiles(seed: number): Generator<AnyFile, never> {
  const maker = new Maker(seed);
  const services = maker.services(top['services']?.['additionalProperties'] as Json);
  const balancer = maker.make(top['balancer'] as Json);
  const next = random(seed);
  for (;;) {
    const rest = next() < 0.7 ? { balancer: balancer(next) } : {};
    const file = pruned({
      version: 1,
      name: 'demo',
      machines: next() < 0.5 ? { hosts: machines } : { provider: 'ssh', hosts },
      services: services(next),
      ...rest,
    });
    if (file !== undefined) yield file;
  }
}

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
