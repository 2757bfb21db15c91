import type { Diagnostic } from '../../src/domain/failure.ts';
import type { Spec } from '../../src/domain/spec.ts';
import { loadSpec } from '../../src/spec/load.ts';

export const head = 'version: 1\nname: demo\nmachines: {hosts: [m1, m2, m3]}\n';

/** A file with one service `web`: lines 1 to 6 are fixed, `body` begins in line 7, column 5. */
export function withWeb(body: string): string {
  const indented = body.split('\n').map((line) => `    ${line}`);
  return `${head}services:\n  web:\n    port: 80\n${indented.join('\n')}\n`;
}

export function load(text: string): Spec {
  const loaded = loadSpec('relevo.yaml', new TextEncoder().encode(text));
  if (!loaded.ok) throw new Error(brief(loaded.diagnostics).join('\n'));
  return loaded.spec;
}

export function complaints(text: string | Uint8Array): readonly Diagnostic[] {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  const loaded = loadSpec('relevo.yaml', bytes);
  return loaded.ok ? [] : loaded.diagnostics;
}

/** `line:column path: message (hint)`, as people compare them. */
export function brief(diagnostics: readonly Diagnostic[]): string[] {
  return diagnostics.map(({ line, column, path, message, hint }) => {
    const place = line === undefined ? '-' : `${line}:${column}`;
    return `${place} ${path}${path === '' ? '' : ': '}${message}${hint === undefined ? '' : ` (${hint})`}`;
  });
}
