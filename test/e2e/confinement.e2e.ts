import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callsNames } from '../../src/render/calls.ts';
import { Project } from '../rig/project.ts';

const machine = 'virtualMachine1';
const project = new Project('relevo-confined', 1194).onlyOn(machine);
const own = { project: project.name };
let host = '';

interface Answer {
  readonly type: string;
  readonly error: string;
  readonly operation: string;
  readonly metadata: unknown;
}

/** With the key that lies in each balancer. */
async function ask(method: string, path: string, query: Record<string, string>, body?: object): Promise<Answer> {
  const keys = `${process.env['RELEVO_HOME']}/${project.name}/controller`;
  const options = {
    ...{ method, host, port: 8443, rejectUnauthorized: false },
    ...{ key: readFileSync(`${keys}.key`), cert: readFileSync(`${keys}.crt`) },
    path: Object.keys(query).length === 0 ? path : `${path}?${new URLSearchParams(query)}`,
  };
  return new Promise((resolve, reject) => {
    const asking = request(options, (answer) => resolve(json(answer) as Promise<Answer>));
    asking.on('error', reject);
    asking.end(body && JSON.stringify(body));
  });
}

/** What LXD says against it; empty where it does it. */
async function refusal(...wish: Parameters<typeof ask>): Promise<string> {
  const answer = await ask(...wish);
  if (answer.type !== 'async') return answer.error;
  const done = await ask('GET', `${answer.operation.split('?')[0]}/wait`, { ...own, timeout: '60' });
  return (done.metadata as { err: string }).err;
}

const root = { type: 'disk', path: '/', pool: 'local' };

/** A container of an image that is there. */
async function create(config: object, devices: object): Promise<string> {
  const { metadata } = await ask('GET', '/1.0/images', own);
  const fingerprint = (metadata as string[])[0]?.split('?')[0]?.split('/').at(-1);
  const body = { name: 'evil', source: { type: 'image', fingerprint }, profiles: [], config, devices };
  return refusal('POST', '/1.0/instances', { ...own, target: machine }, body);
}

beforeAll(() => {
  project.up();
  host = project.status().machines[0]?.address ?? '';
});
afterAll(() => project[Symbol.dispose]());

describe("with a balancer's key", () => {
  it.each<[string, object, object, RegExp]>([
    ['a privileged container', { 'security.privileged': 'true' }, {}, /Privileged containers are forbidden/],
    ['containers in it', { 'security.nesting': 'true' }, {}, /nesting is forbidden/],
    ['lines for LXC', { 'raw.lxc': 'lxc.hook.start-host = id' }, {}, /raw.lxc.*is forbidden/],
    ["the machine's own ids", { 'raw.idmap': 'both 0 0' }, {}, /raw.idmap.*is forbidden/],
    ['kernel modules', { 'linux.kernel_modules': 'ext4' }, {}, /is forbidden/],
    ['mounts by LXD', { 'security.syscalls.intercept.mount': 'true' }, {}, /interception is forbidden/],
    ["the machine's disk", {}, { a: { type: 'disk', source: '/', path: '/mnt' } }, /Disk devices are forbidden/],
    ["the machine's disk as its root", {}, { root: { ...root, source: '/etc' } }, /source/],
    ['its devices', {}, { a: { type: 'unix-char', path: '/dev/mem' } }, /devices are forbidden/],
    [
      "LXD's own socket",
      {},
      { a: { type: 'proxy', bind: 'instance', listen: 'unix:/run/a', connect: 'unix:/var/lib/lxd/unix.socket' } },
      /Proxy devices are forbidden/,
    ],
    ['another network', {}, { a: { type: 'nic', nictype: 'macvlan', parent: 'lo' } }, /Network not allowed/],
  ])('there is no container with %s', async (_, config, devices, complaint) => {
    expect(await create(config, { root, ...devices })).toMatch(complaint);
  });

  it.each<[string, string, string, Record<string, string>, object | undefined]>([
    ['edits the bridge', 'PATCH', '/1.0/networks/relevo0', {}, { config: { 'raw.dnsmasq': 'dhcp-script=/a' } }],
    ['edits it as its own', 'PATCH', '/1.0/networks/relevo0', own, { config: { 'raw.dnsmasq': 'dhcp-script=/a' } }],
    ['makes networks', 'POST', '/1.0/networks', own, { name: 'relevo0', type: 'ovn' }],
    ['edits storage', 'PATCH', '/1.0/storage-pools/local', {}, { config: { 'user.a': 'b' } }],
    ['makes storage', 'POST', '/1.0/storage-pools', {}, { name: 'a', driver: 'dir', config: { source: '/' } }],
    ["edits others' profiles", 'PATCH', '/1.0/profiles/default', {}, { config: { 'user.a': 'b' } }],
    ['frees its profiles', 'PATCH', '/1.0/profiles/default', own, { config: { 'security.privileged': 'true' } }],
    ['frees its project', 'PATCH', `/1.0/projects/${project.name}`, {}, { config: { restricted: 'false' } }],
    ['makes projects', 'POST', '/1.0/projects', {}, { name: 'evil' }],
    ['looks into others', 'GET', '/1.0/instances', { project: 'default' }, undefined],
    ['configures servers', 'PATCH', '/1.0', {}, { config: { 'user.a': 'b' } }],
    ['lets members in', 'POST', '/1.0/cluster/members', {}, { server_name: 'evil' }],
  ])('nobody %s', async (_, method, path, query, body) => {
    expect(await refusal(method, path, query, body)).not.toBe('');
  });

  it('nobody frees it', async () => {
    const { metadata } = await ask('GET', '/1.0/certificates', { recursion: '1' });
    const certificates = metadata as { name: string; fingerprint: string; restricted: boolean }[];
    const { fingerprint } = certificates.find(({ name }) => name === 'relevo-controller') as { fingerprint: string };
    const wish = { restricted: false, projects: [] };
    expect(await refusal('PATCH', `/1.0/certificates/${fingerprint}`, {}, wish)).not.toBe('');
  });

  it('nothing was made or changed by all this', async () => {
    expect(await ask('GET', '/1.0/instances/evil', own)).toMatchObject({ error: 'Instance not found' });
    expect(await project.onMachine(machine, 'lxc', 'network', 'get', 'relevo0', 'raw.dnsmasq')).toBe(`${callsNames}\n`);
    expect(project.relevo('plan').code).toBe(0);
  });

  it('containers like those of services can be made, and removed', async () => {
    const cable = { type: 'nic', nictype: 'bridged', parent: 'relevo0', 'ipv4.address': '198.19.30.30' };
    expect(await create({}, { root, eth0: cable })).toBe('');
    expect(await refusal('DELETE', '/1.0/instances/evil', own)).toBe('');
  });
});
