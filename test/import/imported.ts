import { renderNotes } from '../../src/cli/print/notes.ts';
import { makeStyle } from '../../src/cli/print/style.ts';
import { type Given, importCompose } from '../../src/import/import.ts';

const plain = makeStyle({ isTTY: false, env: {} });

/** A Compose file that can be imported, as a relevo.yaml, and what is said of it. */
export function imported(text: string, given: Partial<Given> = {}) {
  const rest = { directory: 'shop', base: '', variables: {}, texts: {} };
  const bytes = new TextEncoder().encode(text);
  const result = importCompose({ file: 'compose.yaml', bytes, ...rest, ...given });
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
  return { ...result, told: renderNotes(result.notes, plain) };
}
