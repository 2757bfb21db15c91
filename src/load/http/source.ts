import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { HttpFailure } from './failure.ts';

/** Of JMeter's choices, in their order; the first names a host. */
const families = [undefined, /^IPv[46]$/, /^IPv4$/, /^IPv6$/];

/**
 * The address that requests come from: as given, or of a network device of that name. Throws HttpFailure where this host has
 * no such device.
 */
export function sourceOf(name: string, type: string): string {
  const family = families[Number(type)];
  if (family === undefined) {
    if (isIP(name) !== 0) return name;
    throw unknown(`${name}: Name or service not known`);
  }
  const addresses = networkInterfaces()[name];
  if (addresses === undefined) throw unknown(`Cannot find interface ${name}`);
  const address = addresses.find((each) => family.test(each.family));
  if (address === undefined) throw unknown(`Interface ${name} does not have address of type ${family.source}`);
  return address.address;
}

const unknown = (message: string) => new HttpFailure('java.net.UnknownHostException', message);
