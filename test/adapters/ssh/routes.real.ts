import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { connectLxd } from '../../../src/adapters/lxd/client.ts';
import { Hosts } from '../../../src/adapters/ssh/hosts.ts';
import { throughSsh } from '../../../src/adapters/ssh/routes.ts';
import { revealed, Secret } from '../../../src/domain/secret.ts';
import type { ClusterAccess } from '../../../src/ports/cluster.ts';
import { selfSigned } from '../../rig/certificate.ts';
import { freePort } from '../../rig/port.ts';
import { Sshd } from '../../rig/sshd.ts';

/** LXD's port is closed to this computer at one address, and open to the host that SSH leads to. */
const home = mkdtempSync('/tmp/rlv-way-');
const [near, closed] = ['127.0.6.1', '127.0.6.9'];
const pem = revealed(selfSigned().content) as string;
const own = { key: pem, cert: pem };
let server: Sshd;
let port = 0;
let hosts: Hosts;

const lxd = createServer(own, (_, answer) => {
  answer.end(JSON.stringify({ type: 'sync', metadata: { name: 'mine', config: {} } }));
});
const sockets = new WebSocketServer({ server: lxd });

beforeAll(async () => {
  spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(home, 'id')]);
  writeFileSync(join(home, 'authorized_keys'), readFileSync(join(home, 'id.pub')));
  spawnSync('chmod', ['755', home]);
  const forwardings = [`LocalForward ${near}:1 ${near}:22`, 'ExitOnForwardFailure yes']; // of the user's own: nobody may listen there
  const options = [
    `UserKnownHostsFile ${home}/known_hosts`,
    'IdentitiesOnly yes',
    'IdentityAgent none',
    ...forwardings,
  ];
  writeFileSync(join(home, 'ssh_config'), [`IdentityFile ${home}/id`, ...options, ''].join('\n'));
  server = new Sshd(home, near, await freePort(near));
  await server.start();
  await new Promise<void>((resolve) => lxd.listen(0, near, resolve));
  port = (lxd.address() as { port: number }).port;
  hosts = new Hosts(home, join(home, 'ssh_config'), () => Promise.reject(new Error('nobody is there')));
});

afterAll(async () => {
  hosts.close();
  sockets.close();
  lxd.close();
  lxd.closeAllConnections();
  await server.stop();
  rmSync(home, { recursive: true, force: true });
});

const connect = (addresses: readonly string[]) => {
  const access: Pick<ClusterAccess, 'connect'> = {
    connect: async (all, way) =>
      connectLxd({
        endpoints: all.map((address) => `https://${address}:${port}`),
        ...{ clientCertificate: own.cert, clientKey: new Secret(own.key), serverCertificate: own.cert },
        ...(way && { way }),
      }),
  };
  const spec = { address: near, user: 'root', port: server.port };
  const find = async (address: string) => (address === closed ? (['alfa', spec] as const) : undefined);
  return throughSsh(access as ClusterAccess, hosts, find).connect(addresses);
};

describe('LXD', () => {
  it('is reached directly where that goes, without a connection by SSH', async () => {
    await using direct = await connect([near]);
    expect(await direct.projects.get('mine')).toMatchObject({ name: 'mine' });
    expect(server.connections()).toBe(0);
  });

  it('is reached through SSH where it does not, its events too', async () => {
    await using through = await connect([closed]);
    const project = through.project('mine');
    const opened = new Promise((resolve) => sockets.once('connection', (_, { url }) => resolve(url)));
    await using _ = project.changes(() => {});
    expect(await opened).toMatch(/^\/1\.0\/events/);
    expect(await project.projects.get('mine')).toMatchObject({ name: 'mine' });
    expect(server.connections()).toBe(1);
  });

  it('is reached again after what held the way has ended', async () => {
    await using through = await connect([closed]);
    await through.projects.get('mine');
    spawnSync('ss', ['-K', 'dport', '=', `:${server.port}`, 'dst', near]);
    await expect.poll(() => server.connections()).toBe(0);
    expect(await through.projects.get('mine')).toMatchObject({ name: 'mine' });
  });

  it('is read elsewhere where neither way leads to one of the hosts', async () => {
    await using both = await connect(['127.0.6.8', closed]);
    expect(await both.projects.get('mine')).toMatchObject({ name: 'mine' });
  });

  it('says so where the host forwards nothing', async () => {
    hosts.close();
    await server.stop();
    await server.start('AllowTcpForwarding no');
    await using through = await connect([closed]);
    await expect(through.projects.create('mine', {})).rejects.toThrow(/does not answer/);
  });
});
