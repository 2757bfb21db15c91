/** The schema's rules have parsed this text before; that it fails now would be a bug. */
export function certain<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a validated value did not parse');
  return value;
}

export function placeOf(given: string | readonly string[] | undefined, hosts: readonly string[]): readonly string[] {
  return typeof given === 'string' ? [given] : (given ?? hosts);
}
