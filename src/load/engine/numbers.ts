/** How JMeter reads numbers and booleans out of a property's text: what is none is 0 or false, and nothing is said. */

export function toInt(text: string): number {
  if (!/^[+-]?\d{1,10}$/.test(text)) return 0;
  const value = Number(text);
  return value >= -(2 ** 31) && value < 2 ** 31 ? value : 0;
}

export function toLong(text: string): number {
  return /^[+-]?\d{1,19}$/.test(text) ? Number(text) : 0;
}

export function toDouble(text: string): number {
  const value = Number(text.trim() === '' ? Number.NaN : text.replace(/[dDfF]\s*$/, ''));
  return Number.isNaN(value) ? 0 : value;
}

export function toBoolean(text: string): boolean {
  return text.toLowerCase() === 'true';
}
