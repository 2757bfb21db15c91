import type { Diagnostic } from '../../domain/failure.ts';
import type { Style } from './style.ts';
import { count, displayWidth, indent } from './text.ts';

const maxText = 100;
const tab = '    ';

/** Every complaint with the user's own text underlined, and how many there are. */
export function renderDiagnostics(diagnostics: readonly Diagnostic[], style: Style): string {
  const blocks = diagnostics.map((diagnostic) => renderDiagnostic(diagnostic, style));
  return [...blocks, summary(diagnostics, style)].join('\n\n');
}

export function renderDiagnostic(diagnostic: Diagnostic, style: Style): string {
  const what = diagnostic.path === '' ? diagnostic.message : `${style.bold(diagnostic.path)}: ${diagnostic.message}`;
  const lines = [`${style.cyan(place(diagnostic))} ${what}`, ...excerpt(diagnostic, style)];
  if (diagnostic.hint) lines.push(indent(`${style.cyan('hint:')} ${diagnostic.hint}`, '  '));
  return lines.join('\n');
}

/** `relevo.yaml:6:5`, which many terminals and editors open at a click. */
function place({ file, line, column }: Diagnostic): string {
  return [file, line, line === undefined ? undefined : column].filter((part) => part !== undefined).join(':');
}

function excerpt({ line, column, length, text }: Diagnostic, style: Style): string[] {
  if (text === undefined || line === undefined) return [];
  const number = String(line);
  const gutter = (label: string) => style.dim(`  ${label.padStart(number.length)} │`);
  if (column === undefined) return [`${gutter(number)} ${visible(text.slice(0, maxText))}`];
  const shown = crop(text, column - 1, length ?? 1);
  return [
    `${gutter(number)} ${visible(shown.text)}`,
    `${gutter('')} ${' '.repeat(displayWidth(visible(shown.text.slice(0, shown.start))))}${style.red(underline(shown))}`,
  ];
}

interface Shown {
  readonly text: string;
  readonly start: number;
  readonly length: number;
}

/** A window on a long line that holds the place complained about. */
function crop(text: string, start: number, length: number): Shown {
  if (text.length <= maxText) return { text, start, length };
  const from = Math.max(0, Math.min(start - maxText / 2, text.length - maxText));
  const before = from > 0 ? '…' : '';
  const after = from + maxText < text.length ? '…' : '';
  const room = maxText - (start - from);
  return {
    text: before + text.slice(from, from + maxText) + after,
    start: start - from + before.length,
    length: Math.min(length, room),
  };
}

function underline({ text, start, length }: Shown): string {
  return '~'.repeat(Math.max(1, displayWidth(visible(text.slice(start, start + length)))));
}

/** Control characters would shift or repaint what is printed. */
function visible(text: string): string {
  return text.replaceAll('\t', tab).replace(/\p{Cc}/gu, '\ufffd');
}

function summary(diagnostics: readonly Diagnostic[], style: Style): string {
  const files = new Set(diagnostics.map(({ file }) => file));
  const where = files.size === 1 ? [...files][0] : count(files.size, 'file');
  return style.red(`${count(diagnostics.length, 'problem')} in ${where}`);
}
