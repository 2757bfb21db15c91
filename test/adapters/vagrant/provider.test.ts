import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { nodeSystem } from '../../../src/adapters/node/system.ts';
import { VagrantFiles } from '../../../src/adapters/vagrant/files.ts';
import { vagrantProvider } from '../../../src/adapters/vagrant/provider.ts';
import { RelevoError } from '../../../src/domain/failure.ts';
import type { ObservedProvider, Provider } from '../../../src/ports/provider.ts';
import type { System } from '../../../src/ports/system.ts';
import { vagrantSpec } from '../../rig/vagrant.ts';

const home = mkdtempSync(join(tmpdir(), 'relevo-vagrant-'));
afterAll(() => rmSync(home, { recursive: true }));

const spec = vagrantSpec('hypervisor: lxc, box: example/debian-12');
const names = spec.machines.hosts;
const address = (name: string) => spec.machines.ways?.[name]?.address ?? '';
const real = nodeSystem();
const read = (path: string) => real.files.readText(join(home, path));

/** The user's program is a script that remembers what it was told. */
const daemons: (readonly string[])[] = [];
const system: System = {
  ...real,
  run: ([program, ...argv], options) =>
    real.run([program === 'vagrant' ? resolve('test/rig/fake-vagrant.sh') : `${program}`, ...argv], {
      ...options,
      env: { ...options?.env, STATES: home },
    }),
  daemon: async (argv) => daemons.push(argv),
};

/** What Vagrant was told since one last asked. */
async function told(): Promise<string[]> {
  const text = (await read('said')) ?? '';
  await real.files.remove(join(home, 'said'));
  return text.split('\n').filter((line) => line !== '');
}

/** The machines as hosts over SSH: those answer that run and are in the ssh_config. */
const did: string[] = [];
const hosts = {
  async observe(): Promise<ObservedProvider> {
    const config = (await read('state/vagrant/ssh_config')) ?? '';
    const states = await Promise.all(names.map((name) => read(name)));
    const machines = names.map((name, index) => {
      const answers = states[index] === 'running\n' && config.includes(`Host ${address(name)}\n`);
      return {
        name,
        address: address(name),
        joined: false,
        state: answers ? ('running' as const) : ('unknown' as const),
      };
    });
    if (machines.every(({ state }) => state === 'unknown'))
      throw new RelevoError({ code: 'unreachable', message: 'none answers' });
    const network = { interface: 'eth0', gateway: address('m1').replace(/\d+$/, '1'), prefixLength: 24 };
    return {
      network: {
        ...network,
        machines: names.map((name) => ({ name, address: address(name) })),
        balancers: [],
        link: 'routed',
      },
      ...{ prepared: did.includes('prepare'), machines, published: null, empty: false },
    };
  },
  preflight: async () => undefined,
  prepare: async () => void did.push('prepare'),
  destroy: async () => void did.push('destroy'),
} as unknown as Provider;

const files = new VagrantFiles(spec, real.files, join(home, 'state'), home);
const provider = vagrantProvider({ spec, system, files, hosts });
const states = async () =>
  Object.fromEntries((await provider.observe()).machines.map(({ name, state }) => [name, state]));

/** One life of a project's machines: each row goes on from the one before. */
describe('machines that the user’s Vagrant makes', () => {
  it('are none before they are prepared, and Vagrant is not asked for a Vagrantfile that is not there', async () => {
    expect(await provider.observe()).toMatchObject({ empty: true, prepared: false, machines: [] });
    expect(await told()).toEqual([]);
  });

  it('are made together, from a Vagrantfile that says what the file does, and then prepared as hosts are', async () => {
    const lines: string[] = [];
    await provider.prepare((line) => lines.push(line));
    expect((await told()).filter((line) => line.startsWith('up'))).toEqual(['up --provider=lxc m1 m2 m3']);
    expect(lines).toContain("Bringing machine 'm2' up with 'lxc' provider...");
    expect([did, await files.isCurrent()]).toEqual([['prepare'], true]);
    expect(readFileSync(files.sshConfig, 'utf8')).toContain(`Host ${address('m3')}\n  HostName 127.0.0.1\n`);
  });

  it('are not asked for by Vagrant, which takes seconds, while all of them answer', async () => {
    await told();
    expect(await provider.observe()).toMatchObject({ empty: false, prepared: true });
    expect([await states(), await told()]).toEqual([{ m1: 'running', m2: 'running', m3: 'running' }, []]);
  });

  it('are halted one by one, and told from those that are merely silent', async () => {
    await provider.machines?.halt(['m2'], () => {});
    expect(await told()).toEqual(['halt m2']);
    expect(await states()).toEqual({ m1: 'running', m2: 'stopped', m3: 'running' });
  });

  it('come up again, and are reached then', async () => {
    await provider.machines?.up(['m2'], () => {});
    expect((await told()).filter((line) => line.startsWith('up'))).toEqual(['up --provider=lxc m2']);
    expect(await states()).toEqual({ m1: 'running', m2: 'running', m3: 'running' });
  });

  it('lose their power and have it back; a restorer waits before it is gone', async () => {
    await provider.power?.cut('m3', { id: 'cut-1', record: 'r', seconds: 60 });
    expect([daemons.at(-1)?.slice(3), await states()]).toEqual([
      ['sh', 'cut-1', join(files.directory, 'cuts/m3.json'), 'm3', '60'],
      { m1: 'running', m2: 'running', m3: 'stopped' },
    ]);
    expect(await provider.power?.cuts()).toEqual([{ machine: 'm3', id: 'cut-1', record: 'r' }]);
    await provider.power?.restore('m3');
    expect([await provider.power?.cuts(), await states()]).toEqual([
      [],
      { m1: 'running', m2: 'running', m3: 'running' },
    ]);
  });

  it('are destroyed with all that is kept of them, faults too, which nobody heals then', async () => {
    await provider.power?.cut('m3', { id: 'cut-2', record: 'r', seconds: 60 });
    await provider.machines?.destroy(['m3'], () => {});
    expect(await provider.power?.cuts()).toEqual([]);
    await provider.machines?.up(['m3'], () => {});
    await told();
    const lines: string[] = [];
    await provider.destroy((line) => lines.push(line));
    expect((await told()).filter((line) => line.startsWith('destroy'))).toEqual(['destroy -f m1 m2 m3']);
    expect(lines).toEqual(['machine m1', 'machine m2', 'machine m3']);
    expect([await real.files.exists(files.directory), did]).toEqual([false, ['prepare']]);
    expect(await provider.observe()).toMatchObject({ empty: true, machines: [] });
  });
});
