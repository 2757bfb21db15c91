import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { transformSync } from 'esbuild';

export interface Import {
  readonly from: string;
  /** A path below the root for our own files. */
  readonly to: string;
}

const compiler = resolve('node_modules/.bin/tsc');

/**
 * Every import of a tree's `src`, as the compiler's module resolution sees it: static, dynamic, for types, for side effects,
 * whatever the quotes.
 */
export function importsOf(root: string): Import[] {
  const output = compile(root, ['src'], ['--traceResolution']);
  const found = [...output.matchAll(/^=+ Resolving module '(.+)' from '(.+)'\. =+$/gm)];
  return found
    .map(([, to = '', from = '']) => ({ from: relative(root, from), to }))
    .filter(({ from }) => from.startsWith('src/'))
    .map(({ from, to }) => ({ from, to: to.startsWith('.') ? join(dirname(from), to) : to }));
}

/** What any JavaScript engine has and the language's library does not name. All of it computes only. */
const allowedGlobals = `declare class TextEncoder { encode(text?: string): Uint8Array }
declare class TextDecoder { constructor(label?: string, options?: { fatal?: boolean }); decode(bytes?: Uint8Array): string }
declare function btoa(text: string): string;
declare function atob(text: string): string;
`;

/** The compiler's complaints about rooms that may use the language itself and no more: nothing of Node, no console, no fetch. */
export function beyondTheLanguage(root: string, rooms: readonly string[]): string[] {
  const output = compile(
    root,
    rooms.map((room) => `src/${room}`),
    [],
  );
  return output.split('\n').filter((line) => / error TS/.test(line));
}

/** Without Node's types, and with its imports unresolved. */
function compile(root: string, include: readonly string[], options: readonly string[]): string {
  const directory = mkdtempSync(join(tmpdir(), 'relevo-law-'));
  try {
    const globals = join(directory, 'globals.d.ts');
    writeFileSync(globals, allowedGlobals);
    const config = {
      extends: resolve('tsconfig.json'),
      compilerOptions: { types: [] },
      include: [...include.map((path) => join(root, path)), globals],
    };
    writeFileSync(join(directory, 'tsconfig.json'), JSON.stringify(config));
    const argv = ['--noEmit', '--pretty', 'false', '-p', directory, ...options];
    const { stdout, status, stderr } = spawnSync(compiler, argv, { encoding: 'utf8', maxBuffer: 2 ** 28, cwd: root });
    if (status === null || stdout.includes('error TS18003'))
      throw new Error(`the compiler did not run: ${stdout}${stderr}`);
    return stdout;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

export function filesOf(root: string): SourceFile[] {
  return globSync('src/**/*.ts', { cwd: root }).map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

/** The file's JavaScript: no types, no comments. */
export function codeOf({ text }: SourceFile): string {
  return transformSync(text, { loader: 'ts', tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } } }).code;
}

/** Which of these globals the file uses: free identifiers and their members (`Math.random`), not words that look alike. */
export function globalsUsed({ text }: SourceFile, names: readonly string[]): string[] {
  const mark = (name: string) => `BANNED_${name.replace('.', '_')}`;
  const define = Object.fromEntries(names.map((name) => [name, mark(name)]));
  const { code } = transformSync(text, { loader: 'ts', define });
  return names.filter((name) => code.includes(mark(name)));
}

/** Imports whose target is only known when they are done. */
export function computedImports(file: SourceFile): boolean {
  return /\bimport\((?!\s*["'][^"']*["']\s*\))/.test(codeOf(file));
}
