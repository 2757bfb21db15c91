import { describe, expect, it } from 'vitest';
import { allowedNetworks, networkObstacle } from '../../../src/adapters/vagrant/networks.ts';
import { runStateOf, sshBlocks, sshConfig, statesOf } from '../../../src/adapters/vagrant/output.ts';
import { Together, Vagrant } from '../../../src/adapters/vagrant/vagrant.ts';
import { vagrantSpec } from '../../rig/vagrant.ts';

const configText = `==> m1: a message of some plugin
Host m1
  HostName 127.0.0.1
  User vagrant
  Port 2222
  UserKnownHostsFile /dev/null
  StrictHostKeyChecking no
  PasswordAuthentication no
  IdentityFile "/home/ana/my site/.vagrant/machines/m1/virtualbox/private_key"
  IdentitiesOnly yes
  LogLevel FATAL

Host m9
  HostName 127.0.0.1
`;

describe('what Vagrant says', () => {
  it('of its machines is their state', () => {
    const text =
      '1700000000,m1,metadata,provider,lxc\n1700000000,m1,state,running\n1,m2,state,not_created\n1,m3,state,poweroff\n1,,ui,info,Current\n';
    expect([...statesOf(text)]).toEqual([
      ['m1', 'running'],
      ['m2', 'not_created'],
      ['m3', 'poweroff'],
    ]);
    expect(
      ['running', 'not_created', 'poweroff', 'saved', 'shutoff', 'stopped', 'inaccessible', undefined].map(runStateOf),
    ).toEqual(['running', 'absent', 'stopped', 'stopped', 'stopped', 'stopped', 'unknown', 'absent']);
  });

  it('of ways to its machines becomes an ssh_config by their addresses', () => {
    expect(sshConfig(sshBlocks(configText), { m1: '192.168.56.11' })).toBe(`Host 192.168.56.11
  HostName 127.0.0.1
  User vagrant
  Port 2222
  UserKnownHostsFile /dev/null
  StrictHostKeyChecking no
  PasswordAuthentication no
  IdentityFile "/home/ana/my site/.vagrant/machines/m1/virtualbox/private_key"
  IdentitiesOnly yes
  LogLevel FATAL
`);
  });
});

/** Time goes by only while somebody sleeps. */
function clock() {
  let now = 0;
  return {
    elapsed: () => now,
    sleep: async (milliseconds: number) => {
      now += milliseconds;
    },
  };
}

describe('vagrant', () => {
  it('does one command at a time, and tells what failed with its last lines', async () => {
    let underway = 0;
    const run = async (argv: readonly string[]) => {
      underway += 1;
      expect(underway).toBe(1);
      await new Promise((done) => setTimeout(done, 5));
      underway -= 1;
      return { code: argv.includes('halt') ? 1 : 0, stdout: 'one\ntwo\n', stderr: '' };
    };
    const vagrant = new Vagrant({ run, ...clock() }, { directory: '/srv/site', hypervisor: 'libvirt' });
    const ends = await Promise.allSettled([
      vagrant.run(['halt', 'm1'], { limit: 10 }),
      vagrant.up(['m1', 'm2'], () => {}),
    ]);
    expect(ends[0]).toMatchObject({
      reason: {
        failure: {
          message: '`vagrant halt` failed',
          hint: 'to see it again: cd /srv/site && vagrant halt m1',
          evidence: { lines: ['one', 'two'] },
        },
      },
    });
    expect(ends[1]).toMatchObject({ status: 'fulfilled' });
  });

  it('waits for another one that has its machines locked, and not for ever', async () => {
    const locked = {
      code: 1,
      stdout: "1,,ui,error,Vagrant can't use the requested machine because it is locked!",
      stderr: '',
    };
    const answers = [locked, locked, { code: 0, stdout: '1,m1,state,running\n', stderr: '' }];
    const place = { directory: '/srv/site', hypervisor: 'libvirt' };
    const patient = new Vagrant({ run: async () => answers.shift() ?? locked, ...clock() }, place);
    expect([...(await patient.states())]).toEqual([['m1', 'running']]);
    await expect(patient.states()).rejects.toThrow('`vagrant status` failed');
  });

  it('does to several machines at once what is asked for them in a moment', async () => {
    const done: (readonly string[])[] = [];
    const together = new Together(
      () => new Promise((resolve) => setImmediate(resolve)),
      async (names) => done.push(names),
    );
    await Promise.all([together.add('m1'), together.add('m2')]);
    await together.add('m3');
    expect(done).toEqual([['m1', 'm2'], ['m3']]);
  });
});

describe('VirtualBox’s networks', () => {
  const files = (text?: string) => ({ readText: async () => text });
  const spec = vagrantSpec('', '{ m1: 192.168.100.11 }');

  it.each([
    [undefined, ['192.168.56.0/21']],
    ['# nothing\n', []],
    ['* 10.0.0.0/8 2001::/64\n  * 192.168.100.0/24\n', ['10.0.0.0/8', '192.168.100.0/24']],
    ['* 0.0.0.0/0 ::/0\n', ['0.0.0.0/0']],
  ])('%j allows %j', (text, networks) => {
    expect(allowedNetworks(text)).toEqual(networks);
  });

  it('are looked at before anything is made, and the line to add is told', async () => {
    expect(await networkObstacle(spec, files())).toMatchObject({
      path: ['machines', 'hosts', 'm1'],
      hint: expect.stringContaining('add the line `* 192.168.100.0/24` to /etc/vbox/networks.conf'),
    });
    expect(await networkObstacle(spec, files('* 192.168.100.0/24\n'))).toBeUndefined();
    expect(await networkObstacle(vagrantSpec(''), files())).toBeUndefined();
    expect(await networkObstacle(vagrantSpec('hypervisor: libvirt', '{ m1: 10.1.1.1 }'), files())).toBeUndefined();
  });
});
