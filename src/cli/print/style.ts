import { styleText } from 'node:util';

type Format = Parameters<typeof styleText>[0];

export type Paint = (text: string) => string;

const formats = {
  bold: 'bold',
  dim: 'dim',
  red: 'red',
  green: 'green',
  yellow: 'yellow',
  blue: 'blue',
  magenta: 'magenta',
  cyan: 'cyan',
} as const satisfies Record<string, Format>;

/** The few ways in which words are set off; every one of them leaves the text alone where colours are off. */
export type Style = Readonly<Record<keyof typeof formats, Paint>>;

export interface StyleContext {
  readonly isTTY: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** FORCE_COLOR decides first, as in Node itself; then NO_COLOR, then the terminal. */
export function wantsColours({ isTTY, env }: StyleContext): boolean {
  const force = env['FORCE_COLOR'];
  if (force !== undefined) return force !== '0' && force !== 'false';
  if (env['NO_COLOR']) return false;
  return isTTY && env['TERM'] !== 'dumb';
}

export function makeStyle(context: StyleContext): Style {
  return wantsColours(context) ? coloured : plain;
}

function styleFrom(paint: (format: Format) => Paint): Style {
  const entries = Object.entries(formats).map(([name, format]) => [name, paint(format)]);
  return Object.fromEntries(entries) as Style;
}

export const plain: Style = styleFrom(() => (text) => text);

export const coloured: Style = styleFrom(
  (format) => (text) => (text === '' ? '' : styleText(format, text, { validateStream: false })),
);
