/** `198.18.7.2` ↔ 3326224130. */
export function numberOf(address: string): number {
  return address.split('.').reduce((number, byte) => number * 256 + Number(byte), 0);
}

export function addressOf(number: number): string {
  return [24, 16, 8, 0].map((bits) => Math.floor(number / 2 ** bits) % 256).join('.');
}

/** Of `198.18.7.2/24`: the first address of its network, how many it has, and its prefix `198.18.7.0/24`. */
export function networkOf(cidr: string): { readonly first: number; readonly size: number; readonly prefix: string } {
  const [address = '', bits = '32'] = cidr.split('/');
  const size = 2 ** (32 - Number(bits));
  const number = numberOf(address);
  const first = number - (number % size);
  return { first, size, prefix: `${addressOf(first)}/${bits}` };
}
