/**
 * Whoever has the address has this MAC (a locally administered one): neighbours remember it for up to a minute, and
 * would go on sending to the one that is gone. A container that only serves tells nobody of a new one.
 */
export function macOf(address: string): string {
  const octets = address.split('.').map((octet) => Number(octet).toString(16).padStart(2, '0'));
  return ['02', '72', ...octets].join(':');
}
