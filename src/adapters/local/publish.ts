import type { Published } from '../../domain/desired.ts';
import type { Config, Lxd, LxdInstance } from '../../ports/lxd.ts';

/** The container whose proxy devices listen on this host's loopback. It is no machine's, so it outlives each of them. */
const name = 'publish';

/** Last byte of its address; machines, balancers and build containers have others. */
const host = 254;

export function publishedBy(instances: readonly LxdInstance[]): Published | null {
  const door = instances.find((each) => each.name === name);
  if (door?.status !== 'Running') return null;
  const ports = Object.values(door.devices).flatMap(({ type, listen }) => (type === 'proxy' ? portOf(listen) : []));
  return { ports: ports.sort((a, b) => a - b), address: door.config['user.relevo.address'] ?? '' };
}

function portOf(listen = ''): number {
  return Number(listen.split(':').at(-1));
}

/** Nothing is published where there are no ports. `image`: one that is there anyway; of it only `sleep` is run. */
export async function publish(
  lxd: Lxd,
  published: Published,
  ground: { readonly pool: string; readonly network: string; readonly subnet: string; readonly image: string },
): Promise<void> {
  const existing = await lxd.instances.get(name);
  if (published.ports.length === 0) return existing && remove(lxd, existing);
  const config = {
    'boot.autostart': 'true',
    'user.relevo.kind': 'publish',
    'user.relevo.address': published.address,
    'raw.lxc': nearlyNothing(`${ground.subnet}.${host}`),
  };
  const devices = {
    root: { type: 'disk', path: '/', pool: ground.pool },
    eth0: { type: 'nic', network: ground.network, name: 'eth0' },
    ...Object.fromEntries(published.ports.map((port) => forward(port, published.address))),
  };
  if (existing === undefined) await lxd.instances.create({ name, image: { alias: ground.image }, config, devices });
  else await lxd.instances.update(name, config, devices);
  if (existing?.status !== 'Running') await lxd.instances.start(name);
}

/** No init system, no DHCP client: one process that sleeps, and ends when it is told to. Source: lxc.container.conf(5). */
function nearlyNothing(address: string): string {
  return [
    'lxc.init.cmd = /bin/sleep infinity',
    'lxc.signal.halt = SIGKILL',
    `lxc.net.0.ipv4.address = ${address}/24`,
  ].join('\n');
}

function forward(port: number, address: string): [string, Config] {
  const device = { type: 'proxy', bind: 'host', listen: `tcp:127.0.0.1:${port}`, connect: `tcp:${address}:${port}` };
  return [`publish-${port}`, device];
}

async function remove(lxd: Lxd, { status }: LxdInstance): Promise<void> {
  if (status !== 'Stopped') await lxd.instances.stop(name, { force: true });
  await lxd.instances.delete(name);
}
