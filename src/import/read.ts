import { isBranch } from '../spec/data.ts';

/** Reads of a Compose file's short and long forms; what is neither is as if absent. */

export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

export function numberOf(value: unknown): number | undefined {
  const text = textOf(value)?.trim();
  return text === undefined || text === '' || Number.isNaN(Number(text)) ? undefined : Number(text);
}

/** A text, or a list of texts. */
export function listOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(textOf).filter((each) => each !== undefined);
  const text = textOf(value);
  return text === undefined ? [] : [text];
}

/** A map, or a list of `name=value`; undefined: named without a value. */
export function pairsOf(value: unknown): [name: string, value: string | undefined][] {
  if (Array.isArray(value)) {
    return listOf(value).map((item) => {
      const at = item.indexOf('=');
      return at === -1 ? [item, undefined] : [item.slice(0, at), item.slice(at + 1)];
    });
  }
  return mapOf(value).map(([name, each]) => [name, textOf(each)]);
}

export function mapOf(value: unknown): [string, unknown][] {
  return isBranch(value) && !Array.isArray(value) ? Object.entries(value) : [];
}

export function record(value: unknown): Readonly<Record<string, unknown>> {
  return Object.fromEntries(mapOf(value));
}

export function isTrue(value: unknown): boolean {
  return value === true || value === 'true';
}

/** A command line as words, as Compose and Python's shlex split it: quotes, no expansion. */
export function words(line: string): string[] {
  const found: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = 0; at < line.length; at++) {
    const character = line.charAt(at);
    const escapes = character === '\\' && quote !== "'" && (quote === '' || '"\\'.includes(line.charAt(at + 1)));
    if (escapes) word = (word ?? '') + line.charAt(++at);
    else if (quote !== '' && character === quote) quote = '';
    else if (quote === '' && (character === '"' || character === "'")) {
      quote = character;
      word ??= '';
    } else if (quote === '' && /\s/.test(character)) {
      if (word !== undefined) found.push(word);
      word = undefined;
    } else word = (word ?? '') + character;
  }
  return word === undefined ? found : [...found, word];
}

/** Words of a command, from its line or its list. */
export function commandWords(value: unknown): string[] {
  return typeof value === 'string' ? words(value) : listOf(value);
}
