import type { Match } from './regex.ts';

/** `$1$-$2$`: what is made of a match; each number is a group's. */
export type MatchTemplate = readonly (string | number)[];

export function matchTemplate(text: string): MatchTemplate {
  const parts = text.split(/\$(\d{1,6})\$/).map((part, index) => (index % 2 === 1 ? Number(part) : part));
  return parts.filter((part) => part !== '');
}

/** A group that took no part is "null", as Java prints it. */
export function fill(template: MatchTemplate, match: Match): string {
  let text = '';
  for (const part of template) text += typeof part === 'string' ? part : (match[part] ?? 'null');
  return text;
}
