import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

/** What each room may import, beside itself. A room that is not named here may not be. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  spec: ['domain'],
  render: ['domain'],
  plan: ['domain', 'render', 'spec'],
  ports: ['domain'],
  observe: ['domain', 'ports', 'plan', 'render'],
  apply: ['domain', 'ports', 'plan', 'render', 'spec', 'observe'],
  adapters: ['domain', 'ports', 'render'],
  reconcile: ['domain', 'ports', 'plan', 'render', 'observe', 'apply'],
  drills: ['domain', 'ports', 'plan', 'render', 'spec'],
  controller: ['domain', 'ports', 'plan', 'render', 'observe', 'apply', 'reconcile', 'adapters'],
  cli: ['domain', 'ports', 'plan', 'render', 'spec', 'observe', 'apply', 'reconcile', 'drills', 'adapters'],
};

/** No clock, no randomness, no Node, no ports: the same input gives the same answer. */
const pure = new Set(['domain', 'spec', 'plan', 'render']);

/** npm packages that pure rooms may use: they compute, and touch nothing. */
const purePackages = new Set(['yaml', 'zod', '@noble/hashes']);

const files = globSync('src/**/*.ts');
const text = new Map(files.map((file) => [file, readFileSync(file, 'utf8')]));

interface Import {
  readonly from: string;
  readonly to: string;
}

/** Static and dynamic imports; `to` is a path below src for our own files. */
const imports: readonly Import[] = files.flatMap((from) =>
  [...(text.get(from) as string).matchAll(/^(?:import|export) [^;]*?from '([^']+)'|import\('([^']+)'\)/gm)]
    .map(([, fixed, dynamic]) => fixed ?? dynamic ?? '')
    .map((to) => ({ from, to: to.startsWith('.') ? join(dirname(from), to) : to })),
);

const room = (file: string) => relative('src', file).split('/')[0] as string;
const isOurs = ({ to }: Import) => to.startsWith('src/');
const show = ({ from, to }: Import) => `${from} imports ${to}`;

describe('the import law', () => {
  it('knows every room', () => {
    expect([...new Set(files.map(room))].sort()).toEqual(Object.keys(allowed).sort());
    expect(imports.length).toBeGreaterThan(200);
  });

  it('lets a room import only what it may', () => {
    const broken = imports
      .filter(isOurs)
      .filter(({ from, to }) => room(from) !== room(to) && !allowed[room(from)]?.includes(room(to)));
    expect(broken.map(show)).toEqual([]);
  });

  it('keeps adapters apart', () => {
    const adapter = (file: string) => file.split('/')[2];
    const broken = imports
      .filter(isOurs)
      .filter(({ from, to }) => room(from) === 'adapters' && room(to) === 'adapters' && adapter(from) !== adapter(to));
    expect(broken.map(show)).toEqual([]);
  });

  it('lets only the two main.ts construct adapters', () => {
    const broken = imports
      .filter(isOurs)
      .filter(
        ({ from, to }) =>
          room(to) === 'adapters' && room(from) !== 'adapters' && !/^src\/(cli|controller)\/main\.ts$/.test(from),
      );
    expect(broken.map(show)).toEqual([]);
  });

  it('keeps Node and other packages out of the pure rooms', () => {
    const packageOf = (to: string) => to.match(/^(@[^/]+\/)?[^/]+/)?.[0] ?? to;
    const broken = imports.filter(
      (each) => pure.has(room(each.from)) && !isOurs(each) && !purePackages.has(packageOf(each.to)),
    );
    expect(broken.map(show)).toEqual([]);
  });

  it('keeps clocks and chance out of the pure rooms', () => {
    const impure = /\b(Date\.now|new Date\(\)|performance\.now|Math\.random|setTimeout|setInterval|process\.)/;
    const broken = files.filter((file) => pure.has(room(file)) && impure.test(text.get(file) as string));
    expect(broken).toEqual([]);
  });
});
