/** The one spelling in which the kernel prints it: `2001:DB8:0:0:0:0:0:10` is `2001:db8::10`. Source: RFC 5952, 4. */
export function canonicalIpv6(address: string): string {
  const [head = '', tail = ''] = address.split('::');
  const [left, right] = [groups(head), groups(tail)];
  const zeros = Array<string>(8 - left.length - right.length).fill('0');
  const all = [...left, ...zeros, ...right].join(':');
  const runs = [...all.matchAll(/(?:^|:)0(?::0)+(?=:|$)/g)].map(([run]) => run);
  const [longest] = runs.toSorted((a, b) => b.split('0').length - a.split('0').length);
  if (longest === undefined) return all;
  const at = all.indexOf(longest);
  const rest = all.slice(at + longest.length);
  return `${all.slice(0, at)}:${rest === '' ? ':' : rest}`;
}

function groups(part: string): string[] {
  return part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16).toString(16));
}
