import type { Paint, Style } from './style.ts';
import { displayWidth, pad, widest } from './text.ts';

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

/** A painted cell is padded before it is painted, so that colours never shift a column. */
export type Cell = string | { readonly text: string; readonly paint: Paint };

const gap = '  ';
const textOf = (cell: Cell): string => (typeof cell === 'string' ? cell : cell.text);

/** An aligned table without borders: the heading is dim, the columns are apart. */
export function renderTable(columns: readonly Column[], rows: readonly (readonly Cell[])[], style: Style): string {
  const heading = columns.map(({ title }) => ({ text: title, paint: style.dim }));
  return alignRows([heading, ...rows], columns).join('\n');
}

/** Rows padded to common columns; the last cell of a row keeps no trailing space. */
export function alignRows(rows: readonly (readonly Cell[])[], columns: readonly Column[] = []): string[] {
  const breadth = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: breadth }, (_, i) => widest(rows.map((row) => textOf(row[i] ?? ''))));
  return rows.map((row) => alignRow(row, widths, columns));
}

function alignRow(row: readonly Cell[], widths: readonly number[], columns: readonly Column[]): string {
  const last = row.findLastIndex((cell) => textOf(cell) !== '');
  const cells = row.slice(0, last + 1).map((cell, i) => {
    const align = columns[i]?.align ?? 'left';
    const width = i === last && align === 'left' ? displayWidth(textOf(cell)) : (widths[i] ?? 0);
    const padded = pad(textOf(cell), width, align);
    return typeof cell === 'string' ? padded : cell.paint(padded);
  });
  return cells.join(gap);
}
