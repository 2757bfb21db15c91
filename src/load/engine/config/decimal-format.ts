/** Prints whole numbers. */
export type DecimalFormat = (value: number) => string;

const prefixed =
  /^(?<prefix>(?:'[^']*'|[^'#0,.;%‰E])*)(?<number>[#,]*[0,]*(?:\.[0#]*)?)(?<suffix>(?:'[^']*'|[^'#0,.;%‰])*)(?:;.*)?$/u;

/** What java.text.DecimalFormat makes of a pattern as counters have it; undefined where it is none, or has % or an exponent. */
export function decimalFormat(pattern: string): DecimalFormat | undefined {
  const parts = prefixed.exec(pattern)?.groups as { prefix: string; number: string; suffix: string } | undefined;
  if (!parts || !/[#0]/.test(parts.number)) return undefined;
  const [prefix, suffix] = [unquoted(parts.prefix), unquoted(parts.suffix)];
  const [whole = '', fraction = ''] = parts.number.split('.');
  const digits = whole.replaceAll(/[#,]/g, '').length;
  const comma = whole.lastIndexOf(',');
  const group = comma < 0 ? 0 : whole.length - comma - 1;
  const decimals = fraction.replace(/#*$/, '').length;
  const after = decimals > 0 ? `.${'0'.repeat(decimals)}` : '';
  return (value) => {
    const size = `${Math.abs(value)}`;
    const padded = size === '0' && digits === 0 && decimals > 0 ? '' : size.padStart(digits, '0');
    return `${value < 0 ? '-' : ''}${prefix}${group > 0 ? grouped(padded, group) : padded}${after}${suffix}`;
  };
}

function unquoted(text: string): string {
  return text.replaceAll("''", '\u0000').replaceAll("'", '').replaceAll('\u0000', "'");
}

function grouped(digits: string, size: number): string {
  let text = digits;
  for (let at = digits.length - size; at > 0; at -= size) text = `${text.slice(0, at)},${text.slice(at)}`;
  return text;
}
