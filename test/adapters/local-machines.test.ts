import { describe, expect, it } from 'vitest';
import { localMachines } from '../../src/adapters/local/kind.ts';
import { localProvider } from '../../src/adapters/local/provider.ts';
import type { Config, Lxd } from '../../src/ports/lxd.ts';
import type { System } from '../../src/ports/system.ts';
import { specOf, text } from '../rig/world.ts';

const spec = specOf(text);

/** A host whose port is taken, with or without a project of this name; `made` collects what is created. */
function local(cidr?: string, taken?: number, mtu = 1500) {
  const made: unknown[] = [];
  const machine = {
    ...{ name: 'm2', status: 'Stopped', devices: { eth0: { 'ipv4.address': '198.18.7.11' } } },
    config: { 'user.relevo.kind': 'machine', 'user.relevo.complete': 'true', 'user.relevo.joined': 'true' },
  };
  const there = async () => (cidr === undefined ? undefined : { config: { 'ipv4.address': cidr } });
  const create = async (...given: unknown[]) => void made.push(given);
  const lxd = {
    project: () => lxd,
    projects: { get: there, create },
    pools: { get: there, create },
    networks: { get: there, list: async () => [], create },
    instances: { list: async () => [machine] },
  } as unknown as Lxd;
  const system = {
    run: async (argv: string[]) => ({ code: 0, stdout: argv.includes('route') ? '[{"dev":"wg0"}]' : '[]', stderr: '' }),
    files: { exists: async () => false, readText: async () => `${mtu}\n` },
    portTaken: async (_: string, port: number) => port === taken,
  } as unknown as System;
  return { made, provider: localProvider(spec, '/socket', lxd, system) };
}

describe('local machines', () => {
  it('tell their network, with addresses for those that are not there yet', async () => {
    const { network, machines, prepared, machineImage } = await local('198.18.7.1/24').provider.observe();
    expect(network).toMatchObject({ gateway: '198.18.7.1', interface: 'eth0', entry: '127.0.0.1' });
    expect(network.machines.map(({ name, address }) => [name, address])).toEqual([
      ['m2', '198.18.7.11'],
      ['m1', '198.18.7.12'],
      ['m3', '198.18.7.13'],
    ]);
    expect(machines).toEqual([{ name: 'm2', state: 'stopped', address: '198.18.7.11', joined: true }]);
    expect([prepared, machineImage?.base]).toEqual([true, 'debian/12']);
  });

  it('get the network that was proposed', async () => {
    const { provider, made } = local();
    const { network, machines, empty } = await provider.observe();
    expect([machines, empty, network.machines[0]]).toEqual([[], true, { name: 'm1', address: '198.18.1.11' }]);
    await provider.prepare();
    const [, config] = made.find((given) => (given as Config[])[1]?.['ipv4.address']) as [string, Config];
    expect(config).toMatchObject({
      'ipv4.address': '198.18.1.1/24',
      'ipv4.dhcp.ranges': '198.18.1.200-198.18.1.250',
    });
    expect(config).not.toHaveProperty('bridge.mtu');
  });

  it('believe of packets what is so beyond this host', async () => {
    const { provider, made } = local(undefined, undefined, 1400);
    await provider.prepare();
    expect(made).toContainEqual(expect.arrayContaining([expect.objectContaining({ 'bridge.mtu': '1400' })]));
  });

  it('have a port that another program has in their way, unless it is theirs', async () => {
    const { provider } = local('198.18.7.1/24', 8080);
    const { network } = await provider.observe();
    const message = 'port 8080 of this host is in use by another program';
    const obstacle = { code: 'conflict', path: ['balancer', 'publish'], message };
    expect(await provider.preflight(spec, { network, published: null })).toMatchObject(obstacle);
    const published = { ports: [8080], address: '198.18.7.10' };
    expect(await provider.preflight(spec, { network, published })).toBeUndefined();
  });

  it('need an address each', async () => {
    const { provider } = local('198.18.7.1/24');
    const { network } = await provider.observe();
    const full = { ...network, machines: network.machines.filter(({ name }) => name !== 'm3') };
    expect(await provider.preflight(spec, { network: full, published: null })).toMatchObject({
      ...{ code: 'refused', path: ['machines', 'hosts', 2] },
      message: 'the network of this project has no address left for m3',
    });
  });

  it('have an address of their own for balancers, so no other one can be had', () => {
    const kind = localMachines({} as System, () => ({}) as Lxd);
    expect(kind.refuses(spec)).toBeUndefined();
    const obstacle = kind.refuses({ ...spec, balancer: { ...spec.balancer, vip: '192.0.2.1' } });
    expect(obstacle).toMatchObject({ code: 'invalid-file', path: ['balancer', 'vip'] });
  });
});
