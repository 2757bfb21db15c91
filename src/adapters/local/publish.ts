import type { Published } from '../../domain/desired.ts';
import { RelevoError } from '../../domain/failure.ts';
import type { Config, Lxd, LxdInstance } from '../../ports/lxd.ts';
import type { System } from '../../ports/system.ts';
import { machineLabels } from './labels.ts';
import { leadsTo, localRoutes, publishRules, removeRules } from './publish-rules.ts';

/**
 * The container that keeps this host's ports published as long as it runs. It is no machine's, so it outlives each of them; with
 * it LXD brings them back after a reboot. The kernel does the work: hooks of its start and stop set and remove the rules. Its proxy
 * devices listen on the same ports, so that no other program has one without noticing; they serve where somebody flushed
 * the rules.
 */
const name = 'publish';

/** `address` is empty where the kernel does not lead all of the ports to one. */
export async function publishedBy(
  instances: readonly LxdInstance[],
  bridge: string,
  system: System,
): Promise<Published | null> {
  const door = instances.find((each) => each.name === name);
  if (door?.status !== 'Running') return null;
  const ports = Object.values(door.devices).flatMap(({ type, listen }) => (type === 'proxy' ? portOf(listen) : []));
  ports.sort((a, b) => a - b);
  const led = await leadsTo(bridge, system);
  return { ports, address: led.ports.join() === ports.join() ? led.address : '' };
}

function portOf(listen = ''): number {
  return Number(listen.split(':').at(-1));
}

export interface DoorPlace {
  readonly pool: string;
  readonly network: string;
  /** Its own, with the network's prefix length. */
  readonly address: string;
  /** One that is there anyway; of it only `sleep` is run. */
  readonly image: string;
}

/** Nothing is published where there are no ports. */
export async function publish(lxd: Lxd, published: Published, ground: DoorPlace, system: System): Promise<void> {
  const existing = await lxd.instances.get(name);
  if (published.ports.length === 0) return existing && remove(lxd, existing);
  const rules = publishRules(ground.network, published);
  await setRules(rules, ['-c'], system);
  const config = {
    'boot.autostart': 'true',
    ...machineLabels.config({ kind: 'publish' }),
    'raw.lxc': nearlyNothing(ground.address, ground.network, rules),
  };
  const devices = {
    root: { type: 'disk', path: '/', pool: ground.pool },
    eth0: { type: 'nic', network: ground.network, name: 'eth0' },
    ...Object.fromEntries(published.ports.map((port) => reserve(port, published.address))),
  };
  if (existing === undefined) await lxd.instances.create({ name, image: { alias: ground.image }, config, devices });
  else await lxd.instances.update(name, config, devices);
  if (existing?.status !== 'Running') return lxd.instances.start(name);
  await setRules(rules, [], system);
  await system.files.overwrite(localRoutes(ground.network), '1\n');
}

async function setRules(rules: string, options: readonly string[], { run }: System): Promise<void> {
  const { code, stderr } = await run(['nft', ...options, rules]);
  if (code === 0) return;
  const evidence = { title: 'nft', lines: stderr.trim().split('\n') };
  const hint = "the kernel's modules nf_tables and nft_nat must be there";
  const message = "this host's kernel does not take the rules that publish ports";
  throw new RelevoError({ code: 'host-lacks', message, hint, evidence });
}

/** No init system, no DHCP client: one process that sleeps, and ends when it is told to. Source: lxc.container.conf(5). */
function nearlyNothing(address: string, bridge: string, rules: string): string {
  return [
    'lxc.init.cmd = /bin/sleep infinity',
    'lxc.signal.halt = SIGKILL',
    `lxc.net.0.ipv4.address = ${address}`,
    hook('start-host', `nft '${rules}' && echo 1 > ${localRoutes(bridge)}`),
    hook('post-stop', `echo 0 > ${localRoutes(bridge)}; nft '${removeRules(bridge)}'`),
  ].join('\n');
}

/** LXC puts `exec` before it, so one program must be all of it. */
function hook(when: string, script: string): string {
  return `lxc.hook.${when} = sh -c "${script}"`;
}

function reserve(port: number, address: string): [string, Config] {
  const device = { type: 'proxy', bind: 'host', listen: `tcp:127.0.0.1:${port}`, connect: `tcp:${address}:${port}` };
  return [`publish-${port}`, device];
}

async function remove(lxd: Lxd, { status }: LxdInstance): Promise<void> {
  if (status !== 'Stopped') await lxd.instances.stop(name, { force: true });
  await lxd.instances.delete(name);
}
