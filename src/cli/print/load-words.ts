/** `1,234,567`. */
export function grouped(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Three digits that matter: `0.42`, `4.13`, `14.2`, `412`, `1,204`. */
export function short(value: number): string {
  if (value === 0 || value >= 99.95) return grouped(value);
  return value.toFixed(value >= 9.995 ? 1 : 2);
}

/** Milliseconds, for people: `4.13 ms`, `412 ms`, `12.3 s`. */
export function duration(milliseconds: number): string {
  return milliseconds < 9999.5 ? `${short(milliseconds)} ms` : `${short(milliseconds / 1000)} s`;
}

/** `0%`, `0.02%`, `100%`; what is not nothing never looks so. */
export function percent(value: number): string {
  if (value === 0) return '0%';
  if (value < 0.01) return '<0.01%';
  if (value < 100 && value > 99.99) return '>99.99%';
  return `${Number(value.toFixed(value < 10 ? 2 : 1))}%`;
}

const levels = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/** The last values as a line of blocks, the greatest the highest. */
export function sparkline(values: readonly number[], width: number): string {
  const shown = values.slice(-width);
  const most = Math.max(...shown);
  return shown.map((value) => levels[most > 0 ? Math.round((value / most) * (levels.length - 1)) : 0]).join('');
}

/** A bar of at most so many columns, to an eighth of one. */
export function bar(share: number, width: number): string {
  const eighths = Math.round(Math.max(0, Math.min(1, share)) * width * 8);
  return '█'.repeat(Math.floor(eighths / 8)) + ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'][eighths % 8];
}
