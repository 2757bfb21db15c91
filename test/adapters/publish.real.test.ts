import { spawnSync } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { debianBaseImages } from '../../src/adapters/debian/base-images.ts';
import { doorAddress } from '../../src/adapters/local/addresses.ts';
import { bridgeName, cidrOf } from '../../src/adapters/local/network.ts';
import { localProvider } from '../../src/adapters/local/provider.ts';
import { type DoorPlace, publish, publishedBy } from '../../src/adapters/local/publish.ts';
import { connectLxd } from '../../src/adapters/lxd/client.ts';
import { nodeSystem } from '../../src/adapters/node/system.ts';
import type { Lxd } from '../../src/ports/lxd.ts';
import { ask } from '../rig/prober.ts';
import { remains } from '../rig/remains.ts';

const project = 'relevo-door';
const socket = `${process.env['LXD_DIR']}/unix.socket`;
const bridge = bridgeName(project, socket);
const system = nodeSystem();
const root = connectLxd({ socket });
const provider = localProvider(
  { name: project, machines: { provider: 'local', hosts: [], image: '' } },
  socket,
  root,
  system,
);
const ports = [1495, 1496];
/** A neighbour on the bridge, with a network of its own. */
const neighbour = 'relevo-door-neighbour';
let lxd: Lxd;
let ground: DoorPlace;
let address: string;
let subnet: string;
let server: { pid: number };

function must(...argv: [string, ...string[]]): string {
  const { status, stdout, stderr } = spawnSync(argv[0], argv.slice(1), { encoding: 'utf8' });
  expect(status, `${argv.join(' ')}: ${stderr}`).toBe(0);
  return stdout;
}

/** On a new connection. */
const bodyAt = async (port: number) => (await ask({ port, signal: AbortSignal.timeout(3000) })).body;
const observed = async () => publishedBy(await lxd.instances.list(), bridge, system);
const hasTable = () => spawnSync('nft', ['list', 'table', 'ip', bridge]).status === 0;
const flush = () => must('nft', `delete table ip ${bridge}`);

beforeAll(async () => {
  const bases = debianBaseImages(system, '/var/cache/relevo');
  if (!(await bases.isCached('debian/12'))) await bases.build('debian/12', () => {});
  await provider.prepare();
  lxd = (await provider.builder()).lxd;
  const cidr = cidrOf((await root.networks.get(bridge))?.config ?? {});
  subnet = cidr.slice(0, cidr.lastIndexOf('.'));
  await lxd.images.upload(bases.file('debian/12'), 'base');
  ground = { pool: `relevo-${project}`, network: bridge, address: doorAddress(cidr), image: 'base' };
  address = `${subnet}.10`;
  spawnSync('ip', ['netns', 'delete', neighbour]); // an earlier run was killed
  spawnSync('ip', ['link', 'delete', 'rlvdoor']);
  must('ip', 'netns', 'add', neighbour);
  must('ip', 'link', 'add', 'rlvdoor', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', neighbour);
  must('ip', 'link', 'set', 'rlvdoor', 'master', bridge, 'up');
  must('ip', '-n', neighbour, 'address', 'add', `${address}/24`, 'dev', 'eth0');
  must('ip', '-n', neighbour, 'link', 'set', 'eth0', 'up');
  const says = `require('node:http').createServer((request, response) =>
    response.end('from ' + request.socket.remoteAddress + ' at ' + request.socket.localPort))`;
  const program = `for (const port of [${ports}]) ${says}.listen(port, '${address}')`;
  const argv = ['ip', 'netns', 'exec', neighbour, process.execPath, '-e', program];
  server = { pid: await system.daemon(argv, { log: '/dev/null' }) };
});

afterAll(async () => {
  process.kill(server.pid);
  must('ip', 'netns', 'delete', neighbour);
  await provider.destroy(() => {});
  expect(remains(project)).toEqual([]);
  await root.close();
});

describe("ports of this host's loopback", () => {
  it('lead to the address by the kernel alone', async () => {
    await publish(lxd, { ports, address }, ground, system);
    expect(await observed()).toEqual({ ports, address });
    for (const port of ports) expect(await bodyAt(port)).toBe(`from ${subnet}.1 at ${port}`);
  });

  it('are reserved: no other program gets one without noticing', async () => {
    expect(await system.portTaken('127.0.0.1', 1495)).toBe(true);
    expect(await system.portTaken('0.0.0.0', 1495)).toBe(true);
  });

  it('answer also where somebody flushed the rules, which is seen and mended', async () => {
    flush();
    expect(await observed()).toEqual({ ports, address: '' });
    expect(await bodyAt(1495)).toBe(`from ${subnet}.254 at 1495`);
    await publish(lxd, { ports, address }, ground, system);
    expect(await observed()).toEqual({ ports, address });
  });

  it('come back with LXD alone, as after a reboot', async () => {
    await lxd.instances.stop('publish', { force: true });
    await expect.poll(hasTable).toBe(false); // LXD does not wait for the last hook
    await lxd.instances.start('publish');
    expect(await observed()).toEqual({ ports, address });
    expect(await bodyAt(1496)).toBe(`from ${subnet}.1 at 1496`);
  });

  it('change without a restart', async () => {
    await publish(lxd, { ports: [1496], address }, ground, system);
    expect(await observed()).toEqual({ ports: [1496], address });
    expect(await bodyAt(1496)).toContain('at 1496');
    await expect(bodyAt(1495)).rejects.toThrow();
  });

  it('open nothing else of the loopback to the neighbours on the bridge (CVE-2020-8558)', async () => {
    const inner: Server = createServer((_, response) => response.end('mine'));
    await new Promise<void>((resolve) => inner.listen(0, '127.0.0.1', resolve));
    const { port } = inner.address() as AddressInfo;
    must('ip', 'netns', 'exec', neighbour, 'sh', '-c', 'echo 1 > /proc/sys/net/ipv4/conf/all/route_localnet');
    must('ip', '-n', neighbour, 'route', 'add', '127.0.0.1', 'via', `${subnet}.1`, 'dev', 'eth0');
    const url = `http://127.0.0.1:${port}/`;
    const steal = () => system.run(['ip', 'netns', 'exec', neighbour, 'curl', '-s', '-m', '2', url]);
    expect((await steal()).stdout).toBe('');
    must('nft', `flush chain ip ${bridge} closed`);
    expect((await steal()).stdout.trim()).toBe('mine'); // the trap is there, so the test means something
    await publish(lxd, { ports, address }, ground, system);
    expect((await steal()).stdout).toBe('');
    inner.close();
  });

  it('are free again where none is published', async () => {
    await publish(lxd, { ports: [], address }, ground, system);
    expect(await observed()).toBeNull();
    await expect.poll(hasTable).toBe(false);
    expect(await system.portTaken('127.0.0.1', 1495)).toBe(false);
  });
});
