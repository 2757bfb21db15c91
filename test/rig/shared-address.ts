import { spawnSync } from 'node:child_process';
import { createServer, type RequestListener } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { imagesOf } from '../../src/plan/images.ts';
import { load, stage } from '../../src/render/haproxy-load.ts';
import { selfSignedCommand } from '../../src/render/haproxy-tls.ts';
import { keepalivedConfig, keepalivedFile, outerInterface, takeOver } from '../../src/render/keepalived.ts';
import { silenceFile } from '../../src/render/silence.ts';
import { noAssets, plain, setupOf } from '../render/samples.ts';
import { balancerRoot } from './balancer-root.ts';
import { type Box, startBox } from './boxed-system.ts';

/** Two balancers with their real files and units on a bridge of this host, which is client, server and gateway at once. */
export interface SharedAddress extends AsyncDisposable {
  readonly balancers: readonly [Box, Box];
  readonly vip: string;
  readonly port: number;
  readonly tlsPort: number;
  /** This host's own interface on the network of the balancers. */
  readonly bridge: string;
  holders(): Promise<string[]>;
  /** Resolves when exactly this one, by its name, holds the address. */
  heldBy(...names: readonly string[]): Promise<number>;
  /** Which hardware address this host has for the shared one, by the name of its balancer; as a client's system would. */
  neighbour(): string | undefined;
  forgetNeighbour(): void;
}

const [port, tlsPort] = [8080, 8443];
const packages = () => {
  const { recipe } = imagesOf(plain, noAssets).find(({ name }) => name === 'balancer') as ReturnType<
    typeof imagesOf
  >[0];
  return recipe;
};

/** `serve` answers what the balancers pass on. */
export async function sharedAddress(serve: RequestListener): Promise<SharedAddress> {
  await using made = new AsyncDisposableStack();
  const subnet = `198.18.${200 + (process.pid % 50)}`;
  const vip = `${subnet}.10`;
  const bridge = `relevo${process.pid % 100_000}`;
  ip('link', 'add', bridge, 'type', 'bridge');
  made.defer(() => void ip('link', 'delete', bridge));
  ip('address', 'add', `${subnet}.1/24`, 'dev', bridge);
  ip('link', 'set', bridge, 'up');
  const server = createServer(serve).listen(0, `${subnet}.1`);
  made.defer(() => void server.close());
  made.defer(() => server.closeAllConnections());
  await new Promise((done) => server.once('listening', done));
  const address = server.address();
  const backend = `${subnet}.1:${typeof address === 'object' && address?.port}`;
  const root = balancerRoot(packages().packages);
  const start = async (number: 1 | 2): Promise<Box> => {
    const network = `${bridge}-${number}`;
    ip('netns', 'add', network);
    made.defer(() => void ip('netns', 'delete', network));
    const peer = `${bridge}${number}`;
    ip('link', 'add', peer, 'type', 'veth', 'peer', 'name', outerInterface, 'netns', network);
    ip('link', 'set', peer, 'master', bridge, 'up');
    ip('-n', network, 'link', 'set', 'lo', 'up');
    ip('-n', network, 'address', 'add', `${subnet}.${1 + number}/24`, 'dev', outerInterface);
    ip('-n', network, 'link', 'set', outerInterface, 'up');
    const box = made.use(await startBox(`balancer-${number}`, root, network));
    await fill(box, number, subnet, backend);
    return box;
  };
  const balancers = await Promise.all([start(1), start(2)]);
  const macs = await Promise.all(balancers.map((box) => box.must(['cat', `/sys/class/net/${outerInterface}/address`])));
  const holders = async () => {
    const said = await Promise.all(balancers.map((box) => ofNetwork(box, bridge)));
    return balancers.filter((_, index) => said[index]?.includes(` ${vip}/`)).map(({ name }) => name);
  };
  const rest = made.move();
  return {
    ...{ balancers, vip, port, tlsPort, bridge, holders },
    heldBy: (...names) => until(async () => (await holders()).join() === names.join()),
    neighbour: () => {
      const [, mac] = /lladdr (\S+)/.exec(ip('neighbour', 'show', vip, 'dev', bridge)) ?? [];
      return balancers.find((_, index) => macs[index]?.trim() === mac)?.name;
    },
    forgetNeighbour: () => void ip('neighbour', 'flush', 'to', vip, 'dev', bridge),
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}

/** Past the box, which may be frozen. */
async function ofNetwork({ name }: Box, bridge: string): Promise<string> {
  return ip('-n', `${bridge}-${name.slice(-1)}`, '-4', '-o', 'address', 'show', 'dev', outerInterface);
}

async function fill(box: Box, number: 1 | 2, subnet: string, backend: string): Promise<void> {
  const vip = `${subnet}.10`;
  const members = [1, 2, 3, 4].map((each) => ({
    ...{ name: `balancer-${each}`, address: `${subnet}.${1 + each}`, priority: 240 - 40 * each },
  }));
  const own = members[number - 1] as (typeof members)[0];
  const { text, files } = setupOf({
    balancer: { publish: port, tls: { certificate: 'self-signed', publish: tlsPort, redirect: false, hsts: false } },
    service: { timeouts: { connect: 0.25, server: 60, queue: 2, tunnel: 3600, drain: 30 } },
    servers: [{ name: 'web-1', address: backend }],
  });
  const keepalived = keepalivedConfig(
    vip,
    own,
    members.filter((each) => each !== own),
  );
  const all = [...packages().files, ...files, keepalivedFile(keepalived), silenceFile([port, tlsPort])];
  for (const file of all) await box.push(file);
  await box.must(['systemctl', 'daemon-reload']);
  await box.must(takeOver);
  await box.must(selfSignedCommand([vip]));
  await box.must(stage, text);
  await box.must(load, '');
}

/** `ip` on this host. */
function ip(...words: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('ip', words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`ip ${words.join(' ')}: ${stderr}`);
  return stdout;
}

/** Milliseconds. */
export async function until(holds: () => Promise<boolean> | boolean): Promise<number> {
  const began = performance.now();
  while (!(await holds())) {
    if (performance.now() - began > 20_000) throw new Error(`it did not come true within 20 s: ${holds}`);
    await sleep(20);
  }
  return Math.round(performance.now() - began);
}
