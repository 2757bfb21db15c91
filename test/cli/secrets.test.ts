import { describe, expect, it } from 'vitest';
import { controllerPaths } from '../../src/render/controller.ts';
import { certificateFile } from '../../src/render/haproxy-tls.ts';
import { environmentFile } from '../../src/render/systemd.ts';
import { VirtualCluster } from '../rig/virtual-cluster.ts';
import { VirtualTerminal } from '../rig/virtual-terminal.ts';

const text = `version: 1
name: shop
machines: { hosts: [m1, m2, m3] }
services:
  web: { packages: [apache2], port: 80, replicas: 2, place: [m2, m3], secrets: { KEY: { env: SHOP_KEY } } }
balancer:
  { place: [m1, m2], publish: 8080, stats: 9000, tls: { publish: 9443, certificate: site.pem, key: site.key } }
`;
const [first, second] = ['hush-5d0c', 'hush-77aa'];
const key = '-----BEGIN PRIVATE KEY-----\nhush-4b1d\n-----END PRIVATE KEY-----\n';
const files = new Map([
  ['/home/ana/relevo.yaml', text],
  ['/home/ana/site.pem', '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n'],
  ['/home/ana/site.key', key],
]);

/** What only its recipients may see: in the file's environment and files, and made by Relevo and LXD. */
const secrets = [first, second, 'hush-4b1d', 'secret stats.password', 'key of the controllers', /token-m\d/];

function expectNone(printed: string): void {
  for (const secret of secrets) expect(printed).not.toMatch(secret);
}

async function relevo(cluster: VirtualCluster, line: string, value: string) {
  const terminal = new VirtualTerminal(cluster, line.split(' '), { files, env: { SHOP_KEY: value } });
  const code = await cluster.clock.until(terminal.code);
  expectNone(terminal.stdout + terminal.stderr);
  return { code, stdout: terminal.stdout };
}

/** What anybody may see in the cluster: labels and what is written on aliases, the controllers' events among it. */
function expectNoneIn({ world, events }: VirtualCluster): void {
  expectNone(JSON.stringify(events));
  expectNone(JSON.stringify(world.instances.map(({ config, devices }) => [config, devices])));
  expectNone(JSON.stringify([...world.project('shop').aliases.values()]));
}

describe('secrets', () => {
  it('reach their recipients, and are in nothing that is printed or that others may read', async () => {
    const cluster = new VirtualCluster();
    expect((await relevo(cluster, 'plan --json', first)).code).toBe(2);
    expect((await relevo(cluster, 'up --yes --json', first)).code).toBe(0);
    const { files: inside } = cluster.world.instance('web-1');
    expect(inside.get(environmentFile)).toBe(`KEY="${first}"\n`);
    const { files: balancer } = cluster.world.instance('balancer-1');
    expect(balancer.get(certificateFile)).toContain(key);
    expect(balancer.get(controllerPaths.key)).toBe('key of the controllers');
    expect(JSON.parse(balancer.get(controllerPaths.config) ?? '').secrets).toMatchObject({ 'web/KEY': first });
    await cluster.clock.run(5000);
    cluster.world.powerOff('m3');
    await cluster.clock.run(30_000);
    for (const line of ['status', 'status --json', 'events -n 1000', 'events -n 1000 --json'])
      expect((await relevo(cluster, line, first)).code).toBe(0);
    expectNoneIn(cluster);
  });

  it('decide on their own what is recreated when they change', async () => {
    const cluster = new VirtualCluster();
    await relevo(cluster, 'up --yes', first);
    expect(await relevo(cluster, 'plan', first)).toEqual({ code: 0, stdout: 'Up to date\n' });
    const { code, stdout } = await relevo(cluster, 'plan --json', second);
    expect(code).toBe(2);
    const kinds = (JSON.parse(stdout).steps as { kind: string }[]).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'instance.replace')).toHaveLength(2);
    expect(kinds).not.toContain('image.build');
    expect((await relevo(cluster, 'up --yes', second)).code).toBe(0);
    expect(cluster.world.instance('web-1').files.get(environmentFile)).toBe(`KEY="${second}"\n`);
  });

  it('are in no failure of a step', async () => {
    const cluster = new VirtualCluster();
    const terminal = new VirtualTerminal(cluster, ['up', '--yes', '--json'], { files, env: { SHOP_KEY: first } });
    for (let waits = 0; cluster.world.members.size < 3 && waits < 600; waits += 1) await cluster.clock.run(100);
    for (const machine of cluster.world.members.keys()) cluster.world.powerOff(machine);
    expect(await cluster.clock.until(terminal.code)).not.toBe(0);
    expect(terminal.events.at(-1)).toMatchObject({ type: 'finished', ok: false });
    expectNone(terminal.stdout + terminal.stderr);
  });
});
