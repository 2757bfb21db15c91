import { describe, expect, it } from 'vitest';
import { buildRange, doorAddress, networkAt, prefixFor } from '../../src/adapters/local/addresses.ts';

const names = (count: number) => Array.from({ length: count }, (_, index) => `m${index + 1}`);

describe('the address plan of a project’s own network', () => {
  it('has fixed places for all that is no machine', () => {
    const { machines, ...network } = networkAt('198.18.7.1/24', names(2), []);
    expect(network).toEqual({
      ...{
        prefixLength: 24,
        gateway: '198.18.7.1',
        interface: 'eth0',
        shared: '198.18.7.10',
        link: 'macvlan',
        entry: '127.0.0.1',
      },
      balancers: [2, 3, 4, 5, 6, 7, 8, 9].map((host) => `198.18.7.${host}`),
    });
    expect(machines).toEqual([
      { name: 'm1', address: '198.18.7.11' },
      { name: 'm2', address: '198.18.7.12' },
    ]);
    expect([buildRange('198.18.7.1/24'), doorAddress('198.18.7.1/24')]).toEqual([
      '198.18.7.200-198.18.7.250',
      '198.18.7.254/24',
    ]);
  });

  it('leaves machines what they have, and gives new ones the lowest that are free', () => {
    const there = [{ name: 'm2', address: '198.18.7.11' }];
    const { machines } = networkAt('198.18.7.1/24', names(3), there);
    expect(machines.map(({ name, address }) => `${name} ${address}`)).toEqual([
      'm2 198.18.7.11',
      'm1 198.18.7.12',
      'm3 198.18.7.13',
    ]);
  });

  it.each([1, 189, 190, 444, 1000, 4000])('has %i machines in a network that is large enough', (count) => {
    const cidr = `198.18.16.1/${prefixFor(count)}`;
    const { machines, balancers, shared, gateway } = networkAt(cidr, names(count), []);
    expect(machines).toHaveLength(count);
    const builders = Array.from({ length: 51 }, (_, index) => `198.18.16.${200 + index}`);
    const all = [...machines.map(({ address }) => address), ...balancers, shared as string, gateway, ...builders];
    expect(new Set([...all, doorAddress(cidr).split('/')[0]]).size).toBe(all.length + 1);
    expect(all.filter((address) => !/^198\.18\.\d{1,3}\.\d{1,3}$/.test(address))).toEqual([]);
  });

  it('grows only as far as it must', () => {
    expect([1, 189, 190, 444, 445].map(prefixFor)).toEqual([24, 24, 23, 23, 22]);
  });

  it('gives no address to a machine for which it has no room', () => {
    expect(networkAt('198.18.7.1/24', names(190), []).machines).toHaveLength(189);
  });
});
