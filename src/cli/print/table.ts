import type { Paint, Style } from './style.ts';
import { cut, displayWidth, pad, widest } from './text.ts';

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** Left out where the terminal is too narrow, the highest first; a column without it always stays. */
  readonly spare?: number;
}

/** A painted cell is padded before it is painted, so that colours never shift a column. */
export type Cell = string | { readonly text: string; readonly paint: Paint };
type Row = readonly Cell[];

const gap = '  ';
const narrowest = 8;
const textOf = (cell: Cell): string => (typeof cell === 'string' ? cell : cell.text);

/** An aligned table without borders: the heading is dim, the columns are apart. */
export function renderTable(columns: readonly Column[], rows: readonly Row[], style: Style, width?: number): string {
  const heading = columns.map(({ title }) => ({ text: title, paint: style.dim }));
  return alignRows([heading, ...rows], columns, width).join('\n');
}

/** Rows padded to common columns; the last cell of a row keeps no trailing space. No line is wider than `width`. */
export function alignRows(rows: readonly Row[], columns: readonly Column[] = [], width?: number): string[] {
  if (width === undefined) return align(rows, columns);
  const spare = spareColumn(columns);
  if (spare === undefined || breadth(widthsOf(rows)) <= width) return align(shorten(rows, width), columns);
  return alignRows(
    rows.map((row) => row.toSpliced(spare, 1)),
    columns.toSpliced(spare, 1),
    width,
  );
}

function spareColumn(columns: readonly Column[]): number | undefined {
  const most = Math.max(0, ...columns.map(({ spare = 0 }) => spare));
  return most === 0 ? undefined : columns.findIndex(({ spare }) => spare === most);
}

/** The last column gives way: what it says is the longest as a rule, and the least needed. */
function shorten(rows: readonly Row[], width: number): Row[] {
  const widths = widthsOf(rows);
  const room = Math.max(narrowest, width - breadth(widths.slice(0, -1)) - gap.length);
  return rows.map((row) => (row.length < widths.length ? row : row.with(-1, shortened(row.at(-1) ?? '', room))));
}

function shortened(cell: Cell, room: number): Cell {
  return typeof cell === 'string' ? cut(cell, room) : { ...cell, text: cut(cell.text, room) };
}

function widthsOf(rows: readonly Row[]): number[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  return Array.from({ length: columns }, (_, i) => widest(rows.map((row) => textOf(row[i] ?? ''))));
}

function breadth(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, 0) + gap.length * Math.max(0, widths.length - 1);
}

function align(rows: readonly Row[], columns: readonly Column[]): string[] {
  const widths = widthsOf(rows);
  return rows.map((row) => alignRow(row, widths, columns));
}

function alignRow(row: Row, widths: readonly number[], columns: readonly Column[]): string {
  const last = row.findLastIndex((cell) => textOf(cell) !== '');
  const cells = row.slice(0, last + 1).map((cell, i) => {
    const align = columns[i]?.align ?? 'left';
    const width = i === last && align === 'left' ? displayWidth(textOf(cell)) : (widths[i] ?? 0);
    const padded = pad(textOf(cell), width, align);
    return typeof cell === 'string' ? padded : cell.paint(padded);
  });
  return cells.join(gap);
}
