import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair, Scalar, type YAMLMap } from 'yaml';
import type { Diagnostic } from '../domain/failure.ts';
import type { Path, Range, Source } from './source.ts';

const mostValues = 20_000;
const mostAliases = 1_000;
const deepest = 50;

/** The file as plain data, and where each part of it stands in the text. */
export interface Tree {
  readonly data: unknown;
  /** What to underline for a complaint about the value at `path`; its nearest parent where it is absent. */
  value(path: Path): Range | undefined;
  /** What to underline for a complaint about the key itself. */
  key(path: Path): Range | undefined;
  /** A scalar as the user wrote it: `1.10`, where the data has 1.1. */
  written(path: Path): string | undefined;
}

export interface Reading {
  readonly tree: Tree;
  readonly diagnostics: readonly Diagnostic[];
  /** False: the data has holes where an alias led nowhere, and should not be judged further. */
  readonly whole: boolean;
}

/** Aliases and merge keys are followed here, so that nothing behind knows of them. */
export function readTree(source: Source, document: Document): Reading {
  const reader = new Reader(source, document);
  const data = reader.read(document.contents as Node | null, [], undefined);
  if (reader.exhausted) {
    const message = `the aliases of this file unfold to more than ${mostValues} values`;
    return {
      tree: treeOf(data, reader.locations),
      diagnostics: [source.diagnostic(undefined, [], { message })],
      whole: false,
    };
  }
  return { tree: treeOf(data, reader.locations), diagnostics: reader.diagnostics, whole: reader.whole };
}

interface Location {
  readonly key: Range | undefined;
  readonly value: Range | undefined;
  readonly written: string | undefined;
}

type Locations = ReadonlyMap<string, Location>;

function treeOf(data: unknown, locations: Locations): Tree {
  const value = (path: Path): Range | undefined => {
    if (path.length === 0) return undefined;
    const location = locations.get(id(path));
    return location === undefined ? value(path.slice(0, -1)) : location.value;
  };
  return {
    data,
    value,
    key: (path) => locations.get(id(path))?.key ?? value(path),
    written: (path) => locations.get(id(path))?.written,
  };
}

class Reader {
  readonly diagnostics: Diagnostic[] = [];
  readonly locations = new Map<string, Location>();
  whole = true;
  readonly #source: Source;
  readonly #document: Document;
  /** The nodes being read, from the root inward: an alias to one of them would never end. */
  readonly #open = new Set<Node>();
  #values = 0;
  #aliases = 0;

  constructor(source: Source, document: Document) {
    this.#source = source;
    this.#document = document;
  }

  get exhausted(): boolean {
    return this.#values > mostValues || this.#aliases > mostAliases;
  }

  read(given: Node | null, path: Path, key: Range | undefined): unknown {
    this.#values++;
    const node = this.exhausted ? undefined : this.#follow(given, path);
    this.locations.set(id(path), { key, value: spot(node, key), written: written(node) });
    if (node === undefined) return null;
    if (this.#open.has(node)) return this.#broken(given, path, 'this alias stands inside its own anchor');
    if (path.length > deepest) return this.#broken(given, path, `more than ${deepest} levels deep`);
    this.#open.add(node);
    const value = this.#content(node, path);
    this.#open.delete(node);
    return value;
  }

  #content(node: Node, path: Path): unknown {
    if (isMap(node)) return this.#map(node, path);
    if (isSeq(node))
      return node.items.map((item, index) => this.read(item as Node | null, [...path, index], undefined));
    return isScalar(node) ? plain(node) : undefined;
  }

  #map(map: YAMLMap, path: Path): unknown {
    const pairs = new Map<string, Pair>();
    this.#collect(map, path, pairs, new Set());
    return Object.fromEntries(
      [...pairs].map(([key, pair]) => [
        key,
        this.read(pair.value as Node | null, [...path, key], range(pair.key as Node)),
      ]),
    );
  }

  /** A map's own keys win over those merged into it; of the merged ones, the first. */
  #collect(map: YAMLMap, path: Path, pairs: Map<string, Pair>, visited: Set<YAMLMap>): void {
    visited.add(map);
    for (const [key, pair] of this.#ownPairs(map, path)) if (!pairs.has(key)) pairs.set(key, pair);
    for (const pair of map.items.filter(isMerge)) this.#merge(pair, path, pairs, visited);
  }

  #ownPairs(map: YAMLMap, path: Path): ReadonlyMap<string, Pair> {
    const own = new Map<string, Pair>();
    for (const pair of map.items.filter((each) => !isMerge(each))) {
      const at = range(pair.key as Node | null) ?? range(map);
      const key = this.#keyText(pair.key as Node | null, at, path);
      if (key === undefined) continue;
      const earlier = own.get(key);
      if (earlier === undefined) own.set(key, pair);
      else
        this.#complain(
          at,
          [...path, key],
          `\`${key}\` is here twice, first in line ${this.#lineOf(earlier)}`,
          'keep one of them',
        );
    }
    return own;
  }

  #merge(pair: Pair, path: Path, pairs: Map<string, Pair>, visited: Set<YAMLMap>): void {
    const value = this.#follow(pair.value as Node | null, path);
    const sources = isSeq(value) ? value.items.map((item) => this.#follow(item as Node | null, path)) : [value];
    for (const each of sources) {
      if (isMap(each) && !visited.has(each)) this.#collect(each, path, pairs, visited);
      else if (isMap(each)) this.#broken(pair.value as Node, path, 'this alias stands inside its own anchor');
      else if (!this.exhausted && this.whole)
        this.#complain(
          range(pair.key as Node),
          [...path, '<<'],
          'expected an alias of a map',
          'for example `<<: *common`',
        );
    }
  }

  #keyText(given: Node | null, at: Range | undefined, path: Path): string | undefined {
    const node = this.#follow(given, path);
    const key = written(node) ?? '';
    if (key !== '' && key !== '__proto__') return key;
    this.#complain(at, path, 'expected a word such as `name` for a key');
    return undefined;
  }

  #follow(node: Node | null, path: Path): Node | undefined {
    if (!isAlias(node)) return node ?? undefined;
    if (++this.#aliases > mostAliases) return undefined;
    const target = node.resolve(this.#document) as Node | undefined;
    if (target === undefined) this.#broken(node, path, `no anchor \`&${node.source}\` stands before this alias`);
    return target;
  }

  #broken(at: Node | null, path: Path, message: string): null {
    this.whole = false;
    this.#complain(range(at), path, message);
    return null;
  }

  #complain(at: Range | undefined, path: Path, message: string, hint?: string): void {
    this.diagnostics.push(this.#source.diagnostic(at, path, { message, hint }));
  }

  #lineOf(pair: Pair): number {
    return this.#source.lineAt(range(pair.key as Node)?.[0] ?? 0);
  }
}

function isMerge(pair: Pair): boolean {
  return isScalar(pair.key) && pair.key.value === '<<' && pair.key.type === Scalar.PLAIN;
}

/** A number with a leading zero is text: `0644` means octal to one reader, and decimal to another. */
function plain(node: Scalar): unknown {
  const ambiguous = typeof node.value === 'number' && /^[-+]?0[0-9o]/.test(node.source ?? '');
  return ambiguous ? node.source : node.value;
}

function written(node: Node | undefined): string | undefined {
  if (!isScalar(node)) return undefined;
  return typeof node.value === 'string' ? node.value : node.source;
}

function range(node: Node | null | undefined): Range | undefined {
  return node?.range ? [node.range[0], node.range[1]] : undefined;
}

/** A collection is shown by its key, as is a value that is not there. */
function spot(node: Node | undefined, key: Range | undefined): Range | undefined {
  const own = range(node);
  const visible = isScalar(node) && own !== undefined && own[1] > own[0];
  return visible ? own : (key ?? own);
}

function id(path: Path): string {
  return JSON.stringify(path);
}
