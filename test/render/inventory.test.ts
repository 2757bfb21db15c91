import { describe, expect, it } from 'vitest';
import { hostVariables, inventoryIni, inventoryJson } from '../../src/render/inventory.ts';
import { sshWords } from '../../src/render/ssh-words.ts';

const inventory = {
  machines: [
    {
      name: 'alfa',
      address: '192.0.2.11',
      way: { address: '192.0.2.11', user: 'admin', port: 2222, jump: 'gate.example.org' },
    },
    { name: 'beta', address: '192.0.2.12', way: { address: '192.0.2.12', config: "/home/o'neil/my site/ssh_config" } },
    { name: 'gamma', address: '192.0.2.13' },
  ],
  instances: [
    { name: 'web-1', group: 'web', machine: 'alfa', address: '198.19.0.2', state: 'running' },
    { name: 'web-2', group: 'web', machine: 'beta', address: null, state: 'unknown' },
    { name: 'my-api-1', group: 'my-api', machine: 'beta', address: '198.19.0.4', state: 'running' },
    { name: 'all-1', group: 'all', machine: 'beta', address: '198.19.0.5', state: 'running' },
  ],
} as const;

describe('the inventory', () => {
  it('is what Ansible takes from a script', () => {
    expect(inventoryJson(inventory)).toEqual({
      _meta: {
        hostvars: {
          alfa: {
            ansible_host: '192.0.2.11',
            ansible_user: 'admin',
            ansible_port: 2222,
            ansible_ssh_common_args: '-J gate.example.org',
          },
          beta: { ansible_host: '192.0.2.12', ansible_ssh_common_args: `-F "/home/o'neil/my site/ssh_config"` },
          gamma: { ansible_host: '192.0.2.13' },
          'web-1': {
            ansible_host: '198.19.0.2',
            relevo_service: 'web',
            relevo_machine: 'alfa',
            relevo_state: 'running',
          },
          'web-2': { relevo_service: 'web', relevo_machine: 'beta', relevo_state: 'unknown' },
          'my-api-1': {
            ansible_host: '198.19.0.4',
            relevo_service: 'my-api',
            relevo_machine: 'beta',
            relevo_state: 'running',
          },
          'all-1': {
            ansible_host: '198.19.0.5',
            relevo_service: 'all',
            relevo_machine: 'beta',
            relevo_state: 'running',
          },
        },
      },
      all: { children: ['machines', 'instances'] },
      machines: { hosts: ['alfa', 'beta', 'gamma'] },
      instances: { children: ['web', 'my_api', 'service_all'] },
      web: { hosts: ['web-1', 'web-2'] },
      my_api: { hosts: ['my-api-1'] },
      service_all: { hosts: ['all-1'] },
    });
    expect(hostVariables(inventory, 'gamma')).toEqual({ ansible_host: '192.0.2.13' });
    expect(hostVariables(inventory, 'nobody')).toEqual({});
  });

  it('is a file as well', () => {
    expect(inventoryIni(inventory)).toBe(`[machines]
alfa ansible_host=192.0.2.11 ansible_user=admin ansible_port=2222 ansible_ssh_common_args='-J gate.example.org'
beta ansible_host=192.0.2.12 ansible_ssh_common_args='-F "/home/o\\'neil/my site/ssh_config"'
gamma ansible_host=192.0.2.13

[web]
web-1 ansible_host=198.19.0.2 relevo_service=web relevo_machine=alfa relevo_state=running
web-2 relevo_service=web relevo_machine=beta relevo_state=unknown

[my_api]
my-api-1 ansible_host=198.19.0.4 relevo_service=my-api relevo_machine=beta relevo_state=running

[service_all]
all-1 ansible_host=198.19.0.5 relevo_service=all relevo_machine=beta relevo_state=running

[instances:children]
web
my_api
service_all
`);
  });
});

describe('the way to a machine', () => {
  it('is the system’s ssh', () => {
    const way = { address: '192.0.2.11', user: 'admin', port: 2222, jump: 'gate', config: '/a b/ssh_config' };
    const options = ['-F', '/a b/ssh_config', '-J', 'gate', '-l', 'admin', '-p', '2222'];
    expect(sshWords(way)).toEqual(['ssh', ...options, '--', '192.0.2.11']);
    expect(sshWords({ address: '192.0.2.11' }, ['echo', "it's", '$HOME'])).toEqual([
      'ssh',
      '--',
      '192.0.2.11',
      `echo 'it'\\''s' '$HOME'`,
    ]);
  });
});
