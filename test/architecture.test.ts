import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  beyondTheLanguage,
  codeOf,
  computedImports,
  filesOf,
  globalsUsed,
  type Import,
  importsOf,
  type SourceFile,
} from './rig/law.ts';

/** What each room may import, beside itself. A room that is not named here may not be. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  spec: ['domain'],
  import: ['domain', 'spec'],
  render: ['domain'],
  plan: ['domain', 'render', 'spec'],
  ports: ['domain'],
  observe: ['domain', 'ports', 'render'],
  apply: ['domain', 'ports', 'plan', 'render', 'spec', 'observe'],
  load: ['domain'],
  adapters: ['domain', 'ports', 'render', 'load'],
  reconcile: ['domain', 'ports', 'plan', 'observe', 'apply', 'render'],
  faults: ['domain', 'ports', 'plan', 'render', 'spec'],
  app: ['domain', 'ports', 'plan', 'render', 'spec', 'observe', 'apply', 'reconcile', 'faults', 'load', 'import'],
  controller: ['domain', 'ports', 'plan', 'render', 'observe', 'apply', 'reconcile', 'adapters'],
  cli: ['domain', 'ports', 'spec', 'import', 'faults', 'load', 'app', 'adapters'],
};

/** No clock, no randomness, no Node, no ports: the same input gives the same answer. */
const pure = ['domain', 'spec', 'import', 'plan', 'render'];

/** These reach the world through ports, and are run on a virtual clock by tests. */
const ported = ['ports', 'observe', 'apply', 'reconcile', 'faults', 'app'];

/** npm packages that pure rooms may use: they compute, and touch nothing. */
const purePackages = new Set(['yaml', 'zod', '@noble/hashes']);

/** What of Node ported rooms may use: paths are computed, streams are only named; and one breach, to be closed with its room. */
const nodeAllowed = new Set(['node:path', 'ports → node:stream', 'src/apply/build.ts → node:fs/promises']);

/** Of the language itself. `Math` is looked at apart. */
const impureLanguage = ['Date', 'Intl', 'globalThis', 'eval', 'Function', 'Math.random'];

const clocksAndChance = ['Date.now', 'Math.random', 'performance', 'crypto', 'globalThis', 'eval', 'Function'];
const world = ['fetch', 'process', 'setTimeout', 'setInterval', 'setImmediate', 'WebSocket', 'Worker', 'require'];

const room = (file: string) => relative('src', file).split('/')[0] as string;
const isOurs = ({ to }: Import) => to.startsWith('src/');
const isMain = (file: string) => /^src\/(cli|controller)\/main\.ts$/.test(file);
const packageOf = (to: string) => to.match(/^(@[^/]+\/)?[^/]+/)?.[0] ?? to;

/** Everything that breaks the law in a tree, a line each. */
function breaches(root: string): string[] {
  const [imports, files] = [importsOf(root), filesOf(root)];
  return [
    ...imports.filter((each) => !mayImport(each)).map(({ from, to }) => `${from} imports ${to}`),
    ...files.flatMap((file) => globalsOf(file).map((name) => `${file.path} uses ${name}`)),
    ...files.filter(computedImports).map(({ path }) => `${path} imports what it computes`),
    ...files
      .filter(({ path, text }) => room(path) === 'ports' && codeOf({ path, text }).trim() !== '')
      .map(({ path }) => `${path} has values`),
    ...beyondTheLanguage(
      root,
      pure.filter((each) => files.some(({ path }) => room(path) === each)),
    ),
  ];
}

function mayImport(each: Import): boolean {
  const { from, to } = each;
  const own = room(from);
  if (!isOurs(each)) {
    if (pure.includes(own)) return purePackages.has(packageOf(to));
    if (!ported.includes(own)) return true;
    if (!to.startsWith('node:')) return own === 'apply' && to === 'yaml';
    return nodeAllowed.has(to) || nodeAllowed.has(`${own} → ${to}`) || nodeAllowed.has(`${from} → ${to}`);
  }
  if (room(to) === 'adapters' && own === 'adapters') return from.split('/')[2] === to.split('/')[2];
  if (room(to) === 'adapters') return isMain(from);
  return own === room(to) || allowed[own]?.includes(room(to)) === true;
}

function globalsOf(file: SourceFile): string[] {
  const own = room(file.path);
  if (pure.includes(own)) {
    const hidden = /\bMath\b(?!\.\w)/.test(codeOf(file)) ? ['Math as a value'] : [];
    return [...globalsUsed(file, impureLanguage), ...hidden];
  }
  if (!ported.includes(own)) return [];
  const now = /\bnew Date\b(?!\()|\bnew Date\(\)/.test(codeOf(file)) ? ['new Date()'] : [];
  return [...globalsUsed(file, [...clocksAndChance, ...world]), ...now];
}

/** Files on circles, types counted: what is left when those that import nothing that is left are taken away, again and again. */
function circles(imports: readonly Import[]): string[] {
  let left = imports;
  for (;;) {
    const importing = new Set(left.map(({ from }) => from));
    const next = left.filter(({ to }) => importing.has(to));
    if (next.length === left.length) return [...importing];
    left = next;
  }
}

describe('the import law', () => {
  it('knows every room', () => {
    const files = filesOf('.').map(({ path }) => path);
    expect([...new Set(files.map(room))].sort()).toEqual(Object.keys(allowed).sort());
    expect(files.length).toBeGreaterThan(200);
  });

  it('is kept', { timeout: 240_000 }, () => {
    expect(importsOf(resolve('.')).filter(isOurs).length).toBeGreaterThan(500);
    expect(breaches(resolve('.'))).toEqual([]);
  });

  it('lets no files import one another in a circle', { timeout: 240_000 }, () => {
    const [a, b, c] = [
      { from: 'a', to: 'b' },
      { from: 'b', to: 'c' },
      { from: 'c', to: 'd' },
    ] as const;
    expect([circles([a, b, c]), circles([a, b, c, { from: 'c', to: 'b' }])]).toEqual([[], ['a', 'b', 'c']]);
    expect(circles(importsOf(resolve('.')).filter(isOurs))).toEqual([]);
  });
});

/** Where each may be said, comments apart. */
const affairsOfProviders: readonly (readonly [what: string, said: RegExp, by: readonly string[]])[] = [
  ['addresses of the machines’ network', /198\.18\./, []],
  [
    'the machines’ interface',
    /\beth0\b/,
    ['src/render/networkd.ts', 'src/render/vagrantfile.ts'], // an instance's own, on the bridge; and what a hypervisor makes
  ],
  ['this host’s loopback', /127\.0\.0\.1/, ['src/render/watch.ts']], // there a balancer's own
  [
    'a provider’s name',
    /["'](local|ssh|vagrant)["']|\.local\b/,
    [
      ...['check-vagrant', 'defaults', 'normalise', 'schema-cluster', 'schema'].map((name) => `src/spec/${name}.ts`),
      'src/render/preseed.ts', // a storage pool of that name
      ...['src/render/ssh-words.ts', 'src/cli/commands/vagrant.ts'], // a program, and a command
    ],
  ],
  [
    'directories of root',
    /["'`]\/(var\/(lib|cache)|run)\/relevo["'`/]/,
    ['src/render/preseed.ts', 'src/render/vagrant-site.ts'], // on machines
  ],
];

describe('what only providers know', () => {
  const files = filesOf('.').filter(({ path }) => room(path) !== 'adapters');

  it.each(affairsOfProviders)('%s: nobody else says it', (_, said, by) => {
    const found = files.filter((file) => said.test(codeOf(file))).map(({ path }) => path);
    expect(found.filter((path) => !by.includes(path))).toEqual([]);
    expect(by.filter((path) => !found.includes(path))).toEqual([]);
  });
});

describe('who tries to get around the import law', () => {
  const root = mkdtempSync(join(tmpdir(), 'relevo-evasion-'));
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  /** Each in a file of its own, and what is said of it. */
  const evasions: readonly (readonly [path: string, code: string, complaint: RegExp])[] = [
    ['plan/side-effect.ts', "import '../adapters/side.ts';", /imports src\/adapters\/side\.ts/],
    ['plan/quotes.ts', 'import { side } from "../adapters/side.ts"; export const a = side;', /imports src\/adapters/],
    ['plan/node.ts', "import 'node:fs';", /imports node:fs/],
    ['plan/type.ts', "import type { Readable } from 'node:stream'; export type A = Readable;", /imports node:stream/],
    ['plan/type-query.ts', "export type A = import('node:http').Server;", /imports node:http/],
    ['plan/dynamic.ts', "export const a = () => import('node:os');", /imports node:os/],
    ['plan/again.ts', "export * from '../adapters/side.ts';", /imports src\/adapters/],
    ['plan/computed.ts', "const name = 'node:fs'; export const a = () => import(name);", /imports what it computes/],
    ['plan/template.ts', 'export const a = () => import(`node:fs`);', /template\.ts/],
    ['plan/require.ts', "export const a = require('node:fs');", /require/],
    [
      'plan/create-require.ts',
      "import { createRequire } from 'node:module'; export const a = createRequire;",
      /node:module/,
    ],
    ['plan/fetch.ts', "export const a = fetch('http://x');", /fetch/],
    ['plan/crypto.ts', 'export const a = crypto.randomUUID();', /crypto/],
    ['plan/global.ts', "export const a = (globalThis as never)['fetch'];", /globalThis/],
    ['plan/date.ts', 'export const a = new Date;', /uses Date/],
    ['plan/now.ts', 'const { now } = Date; export const a = now();', /uses Date/],
    ['plan/intl.ts', 'export const a = Intl.DateTimeFormat().resolvedOptions().timeZone;', /uses Intl/],
    ['plan/random.ts', "export const a = Math['random']();", /random\.ts uses Math/],
    ['plan/taken-apart.ts', 'const { random } = Math; export const a = random();', /taken-apart\.ts uses Math/],
    ['plan/timer.ts', 'setTimeout(() => {}, 1); export {};', /setTimeout/],
    ['plan/eval.ts', "export const a = eval('process');", /uses eval/],
    ['plan/console.ts', "console.log('x'); export {};", /console/],
    ['reconcile/time.ts', 'export const a = () => Date.now();', /uses Date\.now/],
    ['reconcile/new.ts', 'export const a = () => new Date();', /uses new Date\(\)/],
    [
      'reconcile/sleep.ts',
      "import { setTimeout } from 'node:timers/promises'; export const a = setTimeout;",
      /node:timers/,
    ],
    ['apply/files.ts', "import { readFile } from 'node:fs/promises'; export const a = readFile;", /node:fs/],
    [
      'observe/adapter.ts',
      "import { side } from '../adapters/one/side.ts'; export const a = side;",
      /imports src\/adapters/,
    ],
    [
      'adapters/two/other.ts',
      "import { side } from '../one/side.ts'; export const a = side;",
      /imports src\/adapters\/one/,
    ],
    ['ports/value.ts', 'export const a = 1;', /value\.ts has values/],
  ];

  it('is found', { timeout: 240_000 }, () => {
    const write = (path: string, code: string) => {
      mkdirSync(dirname(join(root, 'src', path)), { recursive: true });
      writeFileSync(join(root, 'src', path), `${code}\n`);
    };
    symlinkSync(resolve('node_modules'), join(root, 'node_modules'));
    for (const path of ['adapters/side.ts', 'adapters/one/side.ts']) write(path, 'export const side = 1;');
    for (const [path, code] of evasions) write(path, code);
    const said = breaches(root);
    const unseen = evasions.filter(
      ([path, , complaint]) => !said.some((line) => line.includes(path) && complaint.test(line)),
    );
    expect(unseen.map(([path]) => path)).toEqual([]);
  });
});
