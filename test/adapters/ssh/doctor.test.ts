import { describe, expect, it } from 'vitest';
import { examineHosts } from '../../../src/adapters/ssh/doctor.ts';
import type { Hosts, Known } from '../../../src/adapters/ssh/hosts.ts';
import { type HostSight, lookScript } from '../../../src/adapters/ssh/look.ts';
import { RelevoError } from '../../../src/domain/failure.ts';
import type { ExecResult } from '../../../src/ports/lxd.ts';
import { specOf } from '../../rig/world.ts';

const spec = specOf(`version: 1
name: shop
machines: { provider: ssh, hosts: { alfa: 192.0.2.11, beta: 192.0.2.12 } }
services: { web: { packages: [apache2], port: 80 } }
balancer: { vip: 192.0.2.10, addresses: [192.0.2.20] }
`);

const sight = (address: string): HostSight => ({
  ...{ system: 'debian 12', ahead: 0, daemon: 'absent', clustered: false, contents: [], ports: [] },
  interfaces: [{ name: 'ens3', address, prefixLength: 24 }],
  storage: { kind: 'btrfs', free: 10 ** 12 },
});

const fine = {
  ...{ kernel: '6.1.0-35-amd64', btrfs: 'yes', candidate: '5.0.2-5', memory: '8000000', forward: '0' },
  cgroups: 'cpuset cpu io memory',
};

type Says = Readonly<Record<string, string>>;

/** Hosts that say this when they are examined; beta may be silent, or refuse. */
function fakeHosts(beta: Says | RelevoError): Hosts {
  const says: Record<string, Says> = {
    alfa: { ...fine, machine: 'a', to: '192.0.2.12 open' },
    ...(!(beta instanceof RelevoError) && { beta: { ...fine, machine: 'b', to: '192.0.2.11 open', ...beta } }),
  };
  const hosts = {
    async look(name: string, { address }: { address: string }): Promise<Known> {
      if (name !== 'beta' || !(beta instanceof RelevoError)) return { sight: sight(address) };
      if (beta.failure.code === 'unreachable') return { silence: beta.failure };
      throw beta;
    },
    exec:
      (name: string) =>
      async (argv: readonly string[]): Promise<ExecResult> => {
        expect(argv[2]).not.toBe(lookScript);
        const stdout = Object.entries(says[name] ?? {})
          .map(([key, value]) => `${key} ${value}\n`)
          .join('');
        return { code: 0, stdout, stderr: '', whole: true };
      },
  };
  return hosts as unknown as Hosts;
}

const wrong = async (beta: Says | RelevoError) => {
  const checks = await examineHosts(spec, fakeHosts(beta));
  return checks.filter(({ state }) => state !== 'ok').map(({ what, state, detail }) => `${state} ${what}: ${detail}`);
};

describe('the doctor of hosts over SSH', () => {
  it('finds nothing where nothing is wrong', async () => {
    const checks = await examineHosts(spec, fakeHosts({}));
    expect(checks.filter(({ state }) => state !== 'ok')).toEqual([]);
    expect(checks.map(({ what }) => what).filter((what) => what.startsWith('beta'))).toEqual([
      'beta: reachable',
      'beta: kernel',
      'beta: btrfs',
      'beta: LXD',
      'beta: memory',
      'beta: machine id',
      'beta: to the others at 8443',
      'beta: forwarding',
      'beta: limits on cpu and memory',
    ]);
  });

  it.each([
    ['an old kernel', { kernel: '4.19.0' }, /^missing beta: kernel: 4\.19\.0 is older than 5\.4/],
    ['a kernel without btrfs', { btrfs: '' }, /^missing beta: btrfs: its kernel has no btrfs/],
    ['no package', { candidate: '(none)' }, /^missing beta: LXD: apt knows no package/],
    ['little memory', { memory: '500000' }, /^note beta: memory: less than 1 GiB/],
    ['Docker', { forward: '1' }, /^note beta: forwarding: .*DOCKER-USER/],
    ['no cgroup controllers', { cgroups: '' }, /^note beta: limits on cpu and memory: not enforced/],
    ['a firewall', { to: '192.0.2.11 closed' }, /^missing beta: to the others at 8443: .* nothing through to alfa/],
  ])('tells of %s', async (_, says, message) => {
    expect(await wrong(says)).toEqual([expect.stringMatching(message)]);
  });

  it('tells both of two hosts with one machine id', async () => {
    expect(await wrong({ machine: 'a' })).toEqual([
      expect.stringMatching(/^missing alfa: machine id: the same as beta's/),
      expect.stringMatching(/^missing beta: machine id: the same as alfa's/),
    ]);
  });

  it.each(['unreachable', 'refused'] as const)(
    'tells why nobody gets in, and of the others that somebody does (%s)',
    async (code) => {
      const failure = new RelevoError({ code, message: 'beta is away', hint: 'try: ssh' });
      expect(await wrong(failure)).toEqual(['missing beta: reachable: beta is away; try: ssh']);
      const checks = await examineHosts(spec, fakeHosts(failure));
      expect(checks).toContainEqual({ what: 'alfa: reachable', state: 'ok' });
    },
  );
});
