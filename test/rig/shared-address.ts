import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Link } from '../../src/domain/network.ts';
import type { ServiceSpec } from '../../src/domain/spec.ts';
import { load, stage } from '../../src/render/haproxy-load.ts';
import { selfSignedCommand } from '../../src/render/haproxy-tls.ts';
import {
  keepalivedConfig,
  keepalivedFile,
  outerInterface,
  sharingFiles,
  takeOver,
  type VrrpMember,
} from '../../src/render/keepalived.ts';
import { outerPrefixLength } from '../../src/render/link.ts';
import { balancerNetworks } from '../../src/render/networkd.ts';
import { silenceFile } from '../../src/render/silence.ts';
import { plain, setupOf } from '../render/samples.ts';
import { balancerRecipe, balancerRoot } from './balancer-root.ts';
import { type Box, startBox } from './boxed-system.ts';
import { filterStrangers, ip, makeHost, type StandInHost } from './stand-in-host.ts';

/** Two balancers with their real files and units on a bridge of this host, which is client, server and gateway at once. */
export interface SharedAddress extends AsyncDisposable {
  /** The first holds the address at the beginning. */
  readonly balancers: readonly [Box, Box];
  readonly vip: string;
  /** Goes with it; none where machines stand in for their balancers. */
  readonly vip6?: string;
  readonly port: number;
  readonly tlsPort: number;
  holders(): string[];
  /** Resolves when these, by their names, hold the address and nobody else; the milliseconds that it took. */
  heldBy(...names: readonly string[]): Promise<number>;
  /** Whose hardware address this host has for a shared one. */
  neighbour(address?: string): string | undefined;
  /** As a client that comes for the first time. */
  forgetNeighbour(address?: string): void;
  /** Nothing passes between the two any more, or again; both still reach everybody else. */
  partition(apart: boolean): Promise<void>;
  /** What lets the hosts stand in for their balancers; none where these are on the network themselves. */
  readonly hosts: readonly StandInHost[];
}

export interface Network {
  /** `198.18.207`. */
  readonly subnet: string;
  /** A /64: what comes before the last number. */
  readonly subnet6: string;
  readonly bridge: string;
}

const [port, tlsPort] = [8080, 8443];

/** `routed`: the network carries no frame of a hardware address that is not a host's. */
export async function sharedAddress(link: Link = 'macvlan'): Promise<SharedAddress> {
  await using made = new AsyncDisposableStack();
  const network = makeBridge(made);
  const { subnet, bridge } = network;
  const vip = `${subnet}.10`;
  const vip6 = link === 'macvlan' ? `${network.subnet6}10` : undefined;
  const hosts = link === 'macvlan' ? [] : [1, 2].map((number) => makeHost(made, network, number));
  if (link === 'routed') filterStrangers(made, network, hosts);
  const backend = await serveOn(made, `${subnet}.1`);
  const root = balancerRoot(balancerRecipe().packages);
  const start = async (number: number) =>
    made.use(await startBox(`balancer-${number}`, root, join(made, network, number, hosts[number - 1])));
  const balancers = await Promise.all([start(1), start(2)]);
  const itself = async (box: Box) => (await box.must(['cat', `/sys/class/net/${outerInterface}/address`])).trim();
  const macs = link === 'routed' ? hosts.map(({ mac }) => mac) : await Promise.all(balancers.map(itself));
  const holders = () =>
    balancers.filter((_, index) => addressesOf(network, index + 1).includes(` ${vip}/`)).map(nameOf);
  const heldBy = (...names: readonly string[]) => until(() => holders().join() === names.join());
  await fill(balancers[0], 1, network, backend, link);
  await until(() => holders().join() === 'balancer-1', bootLimit);
  await fill(balancers[1], 2, network, backend, link);
  await until(async () => /BACKUP/.test(await balancers[1].must(['journalctl', '-u', 'keepalived'])), bootLimit);
  const rest = made.move();
  return {
    ...{ balancers, vip, ...(vip6 !== undefined && { vip6 }), port, tlsPort, holders, heldBy, hosts },
    neighbour(address = vip) {
      const [, mac] = /lladdr (\S+)/.exec(ip('neighbour', 'show', address, 'dev', bridge)) ?? [];
      return balancers.find((_, index) => macs[index] === mac)?.name;
    },
    forgetNeighbour: (address = vip) => void ip('neighbour', 'flush', 'to', address, 'dev', bridge),
    partition: (apart) => partition(balancers, subnet, apart),
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}

function nameOf({ name }: Box): string {
  return name;
}

/** The kernel takes away the cables of a namespace some time after it. */
let worlds = 0;

function makeBridge(made: AsyncDisposableStack): Network {
  worlds += 1;
  // of the two workers that may run at once none has the other's
  const part = 200 + 2 * (process.pid % 25) + (Number(process.env['VITEST_POOL_ID'] ?? 0) % 2);
  const bridge = `rlv${process.pid % 100_000}w${worlds}n`;
  const network = { subnet: `198.18.${part}`, subnet6: `fd00:198:18:${part}::`, bridge };
  ip('link', 'add', network.bridge, 'type', 'bridge');
  made.defer(() => void ip('link', 'delete', network.bridge));
  ip('address', 'add', `${network.subnet}.1/24`, 'dev', network.bridge);
  ip('address', 'add', `${network.subnet6}1/64`, 'dev', network.bridge, 'nodad');
  ip('link', 'set', network.bridge, 'up');
  return network;
}

/** A network namespace with a cable to the bridge; its name. */
function join(made: AsyncDisposableStack, { subnet, bridge }: Network, number: number, host?: StandInHost): string {
  const [name, cable] = [`${bridge}-${number}`, `${bridge}${number}`];
  ip('netns', 'add', name);
  made.defer(() => void ip('netns', 'delete', name));
  if (host !== undefined) {
    host.plug(name);
    return name;
  }
  ip('link', 'add', cable, 'type', 'veth', 'peer', 'name', outerInterface, 'netns', name);
  ip('link', 'set', cable, 'master', bridge, 'up');
  ip('-n', name, 'link', 'set', 'lo', 'up');
  ip('-n', name, 'address', 'add', `${subnet}.${1 + number}/24`, 'dev', outerInterface);
  ip('-n', name, 'link', 'set', outerInterface, 'up');
  return name;
}

/** From outside of the box, which may be frozen. */
function addressesOf({ bridge }: Network, number: number): string {
  return ip('-n', `${bridge}-${number}`, '-4', '-o', 'address', 'show', 'dev', outerInterface);
}

/** In a thread of its own, so that nothing that a test does makes it late. `/slow/SECONDS` takes so long. */
async function serveOn(made: AsyncDisposableStack, address: string): Promise<string> {
  const text = `const { createServer } = require('node:http');
const { parentPort } = require('node:worker_threads');
const server = createServer((request, response) => {
  setTimeout(() => response.end('ok'), 1000 * Number(request.url.split('/slow/')[1] ?? 0));
});
server.on('upgrade', (request, socket) => {
  socket.on('error', () => {});
  const accept = 'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=';
  const head = ['HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade', 'Upgrade: websocket', accept, '', ''];
  socket.write(head.join('\\r\\n'));
  socket.pipe(socket);
});
server.listen(0, '${address}', () => parentPort.postMessage(server.address().port));`;
  const worker = new Worker(text, { eval: true });
  made.defer(() => void worker.terminate());
  const port = await new Promise<number>((done) => worker.once('message', done));
  return `${address}:${port}`;
}

/** As plan/balancers.ts has them. */
export function vrrpMembers(subnet: string): VrrpMember[] {
  return [1, 2, 3, 4].map((each) => ({
    ...{ name: `balancer-${each}`, address: `${subnet}.${1 + each}`, priority: 240 - 40 * each },
  }));
}

async function fill(
  box: Box,
  number: number,
  { subnet, subnet6 }: Network,
  backend: string,
  link: Link,
): Promise<void> {
  const vip6 = link === 'macvlan' ? { vip6: `${subnet6}10` } : undefined;
  const vip = `${subnet}.10`;
  const members = vrrpMembers(subnet);
  const own = members[number - 1] as VrrpMember;
  const others = members.filter((each) => each !== own);
  const [{ timeouts }] = plain.services as [ServiceSpec];
  const { text, files } = setupOf({
    balancer: {
      ...vip6,
      publish: port,
      tls: { certificates: 'self-signed', publish: tlsPort, redirect: false, hsts: false },
    },
    service: { timeouts: { ...timeouts, server: 60 } },
    servers: [{ name: 'web-1', address: backend }],
  });
  const length = outerPrefixLength({ link, prefixLength: 24 });
  const keepalived = keepalivedFile(keepalivedConfig(`${vip}/${length}`, own, others, vip6?.vip6));
  const all = [...balancerRecipe().files, ...sharingFiles(), ...files, keepalived, silenceFile([port, tlsPort])];
  for (const file of all) await box.push(file);
  if (link === 'routed') await connect(box, own.address, `${subnet}.1`);
  await box.must(['systemctl', 'daemon-reload']);
  await box.must(takeOver);
  await box.must(selfSignedCommand([vip]));
  await box.must(stage, text);
  await box.must(load, '');
}

/** By networkd, from the files that a balancer gets; its cable to the bridge has what it needs. */
async function connect(box: Box, address: string, gateway: string): Promise<void> {
  const outer = { link: 'routed', address, prefixLength: 24, gateway } as const;
  const files = balancerNetworks('198.19.0.1/16', '', outer).filter(({ target }) => !target.includes('eth0'));
  for (const file of files) await box.push(file);
  await box.must(['sysctl', '-q', '--system']);
  await box.must(['systemctl', 'restart', 'systemd-networkd']);
}

async function partition([one, two]: readonly [Box, Box], subnet: string, apart: boolean): Promise<void> {
  const rules = (from: number) =>
    apart
      ? `table ip partition { chain input { type filter hook input priority -1; ip saddr ${subnet}.${from} drop; }; }`
      : 'delete table ip partition';
  await Promise.all([one.must(['nft', rules(3)]), two.must(['nft', rules(2)])]);
}

/** Milliseconds: two whole systems boot beside other tests. */
const bootLimit = 60_000;

/** Milliseconds. */
export async function until(holds: () => Promise<boolean> | boolean, limit = 20_000): Promise<number> {
  const began = performance.now();
  while (!(await holds())) {
    if (performance.now() - began > limit) throw new Error(`it did not come true within ${limit} ms: ${holds}`);
    await sleep(20);
  }
  return Math.round(performance.now() - began);
}
