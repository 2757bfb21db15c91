/**
 * One word of a line in haproxy.cfg, whatever is in it: within single quotes nothing has a meaning.
 * Source: HAProxy's configuration manual, 2.2 "Quoting and escaping".
 */
export function word(text: string): string {
  return /^[\w./:@=,+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** A duration as HAProxy writes it; `seconds` may have a fraction. */
export function milliseconds(seconds: number): string {
  return `${Math.max(1, Math.round(seconds * 1000))}ms`;
}

/** A section: its head, and its lines below it. */
export function section(head: string, lines: readonly string[]): string {
  return `${[head, ...lines.map((line) => `    ${line}`)].join('\n')}\n`;
}
