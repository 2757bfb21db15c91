/** What the requests of `load:` may leave open between `{{` and `}}`: filled in anew for each request. */
export type Placeholder =
  | { readonly is: 'uuid' | 'user' | 'count' | 'now' }
  /** A whole number; both ends may come. */
  | { readonly is: 'random'; readonly from: number; readonly to: number }
  /** Lower-case letters and digits. */
  | { readonly is: 'text'; readonly length: number };

/** How each is written, and what comes of it. */
export const placeholderForms = [
  ['{{uuid}}', 'a random UUID'],
  ['{{random 1 6}}', 'a random whole number, from 1 to 6'],
  ['{{text 8}}', '8 random lower-case letters and digits'],
  ['{{user}}', 'the number of the user who asks, from 1 on'],
  ['{{count}}', '1, 2, 3, … with each request; each `{{count}}` in the file counts for itself'],
  ['{{now}}', 'milliseconds since 1970'],
] as const;

/** `{{ name }}`, an opening without its end, or `\{{`, which stands for itself. */
const tokens = /\\\{\{|\{\{([^{}\n]*)\}\}|\{\{/g;

/** A piece of a text: what stands there as it is, or what is filled in; `token` is how it is written. */
export type Part = string | (Found & { readonly token: string });

/** `unknown`: what is between `{{` and `}}` is no placeholder. */
type Found = Placeholder | { readonly is: 'unknown' };

export function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  let literal = '';
  let end = 0;
  for (const match of text.matchAll(tokens)) {
    literal += text.slice(end, match.index);
    end = match.index + match[0].length;
    if (match[0].startsWith('\\')) {
      literal += '{{';
      continue;
    }
    if (literal !== '') parts.push(literal);
    literal = '';
    parts.push({ ...placeholder((match[1] ?? '').trim()), token: match[0] });
  }
  literal += text.slice(end);
  return literal === '' ? parts : [...parts, literal];
}

function placeholder(inside: string): Found {
  if (inside === 'uuid' || inside === 'user' || inside === 'count' || inside === 'now') return { is: inside };
  const random = /^random +(-?\d{1,15}) +(-?\d{1,15})$/.exec(inside);
  const [from, to] = [Number(random?.[1]), Number(random?.[2])];
  if (random !== null && from <= to) return { is: 'random', from, to };
  const length = Number(/^text +(\d{1,4})$/.exec(inside)?.[1] ?? 0);
  return length > 0 ? { is: 'text', length } : { is: 'unknown' };
}
