import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { localHaproxy } from '../adapters/haproxy/local.ts';
import { connectLxd } from '../adapters/lxd/client.ts';
import { knock } from '../adapters/node/knock.ts';
import { nodeSystem } from '../adapters/node/system.ts';
import { failureOf, RelevoError } from '../domain/failure.ts';
import { clusterPort } from '../domain/network.ts';
import { Secret } from '../domain/secret.ts';
import type { ControllerConfig } from '../plan/controller.ts';
import { Controller } from '../reconcile/controller.ts';
import { controllerFiles, controllerPaths } from '../render/controller.ts';
import { LivingCluster } from './cluster.ts';
import { EventLog } from './log.ts';
import { dependencies } from './wiring.ts';

/** The controller's process, in each balancer: systemd starts it, and starts it again. */

const read = (path: string) => readFileSync(path, 'utf8');
const [program, certificate, cluster] = [
  read(controllerPaths.program),
  read(controllerPaths.certificate),
  read(controllerPaths.cluster),
];
const key = new Secret(read(controllerPaths.key));
const config = JSON.parse(read(controllerPaths.config)) as ControllerConfig;
const system = nodeSystem();
const self = hostname();
const keys = { clientKey: key, clientCertificate: certificate, serverCertificate: cluster };
const living = new LivingCluster(connectLxd, keys, config.spec.name, config.network.machines);
const log = new EventLog(self, living.lxd.images, (line) => process.stdout.write(`${line}\n`));
const nameOf = new Map(config.network.machines.map(({ name, address }) => [address, name]));

/**
 * Nobody listens there, so the kernel refuses, which costs the machine's programs nothing: LXD begins TLS with whoever
 * connects. Where a firewall swallows it LXD's own port tells.
 */
const closedPort = 1;

const controller = new Controller(
  dependencies({
    ...{ self, nonce: randomUUID(), config, system, haproxy: localHaproxy(system) },
    assets: { node: process.versions.node, program: createHash('sha256').update(program).digest('hex') },
    lxd: living.lxd,
    controllerFiles: async (text) => controllerFiles({ config: text, key, certificate, cluster, program }),
    async knock(address) {
      const answered = (await knock(address, closedPort, 150)) || (await knock(address, clusterPort, 250));
      living.hear(nameOf.get(address) ?? '', answered);
      return answered;
    },
    changes: (onChange, onLease) => living.changes(onChange, onLease),
    tell: (event) => log.add(event),
  }),
);

/** Nothing that nobody foresaw ends the process: HAProxy's roles, the lease and repairs would stop with it. */
function tellBug(error: unknown): void {
  const failure = failureOf(error instanceof Error ? error : new Error(String(error)));
  log.add({ at: system.now().toISOString(), type: 'noticed', what: 'bug', topic: 'process', failure });
}
process.on('unhandledRejection', tellBug);
process.on('uncaughtException', tellBug);

/** What can't be written now is written later. */
async function flush(): Promise<void> {
  try {
    await log.flush();
  } catch (error) {
    if (!(error instanceof RelevoError)) tellBug(error);
  }
}

async function again(milliseconds: number, turn: () => Promise<void>): Promise<void> {
  for (;;) {
    await turn();
    await system.sleep(milliseconds);
  }
}

void again(100, () => controller.promotionTurn());
void again(250, () => controller.machineTurn());
void again(250, () => controller.leaseTurn());
void again(100, () => controller.repairTurn());
void again(1000, () => controller.followTurn());
void again(1000, flush);
