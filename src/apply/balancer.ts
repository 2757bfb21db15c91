import type { BalancerConfig, ServerPlan } from '../domain/desired.ts';
import { RelevoError } from '../domain/failure.ts';
import type { ConfigureStep } from '../domain/step.ts';
import { runtimeCommand, serverStates, statesThatStill } from '../observe/haproxy.ts';
import type { Lxd } from '../ports/lxd.ts';
import { configFile, configLock, serverStateFile } from '../render/haproxy.ts';
import { makeParents } from './build.ts';
import type { Clock, OnLine } from './context.ts';

/** Loads the configuration once every new server answers, and resolves when HAProxy sees the awaited ones UP. */
export async function configureBalancer(lxd: Lxd, step: ConfigureStep, clock: Clock, onLine: OnLine): Promise<void> {
  const { balancer, config } = step;
  const servers = (names: readonly string[]) => config.servers.filter(({ server }) => names.includes(server));
  const answering = servers(step.fresh).map((server) => answers(lxd, balancer.name, server, clock, onLine));
  await Promise.all([...answering, step.load && stage(lxd, balancer.name, config)]);
  if (step.load) await load(lxd, balancer.name, config);
  await awaitUp(lxd, balancer.name, servers(step.awaits), clock, onLine);
  if (!step.load) return;
  await lxd.instances.patchConfig(balancer.name, {
    'user.relevo.config': config.hash,
    'user.relevo.files': config.filesHash,
    'user.relevo.checks': config.checksHash,
  });
}

/** Asked from inside the balancer, with the path of the health check: what HAProxy will see. */
export async function answers(
  lxd: Lxd,
  balancer: string,
  server: ServerPlan,
  clock: Clock,
  onLine: OnLine,
): Promise<void> {
  const began = clock.elapsed();
  const url = urlOf(server);
  onLine(`waiting for ${server.server} to answer ${url}`);
  for (;;) {
    const argv = ['sh', '-c', untilAnswer, 'sh', url];
    const { code, stderr } = await lxd.instances.exec(balancer, argv, { timeout: 8, onlyLooks: true }).catch(notSeen);
    if (code === 0) return;
    if (clock.elapsed() - began > server.startPeriod * 1000) throw await unhealthy(lxd, server, stderr.trim());
    await clock.sleep(150);
  }
}

/**
 * Many looks in one call, for some seconds only: the balancer may go meanwhile, and LXD would not tell. Connections are
 * given up soon, because the kernel repeats a SYN to an instance that had no network yet only after a second.
 */
const untilAnswer = `end=$(($(date +%s) + 3))
until why=$(curl -sS -f -o /dev/null --connect-timeout 0.25 --max-time 2 "$1" 2>&1); do
  [ "$(date +%s)" -lt "$end" ] || { echo "$why" >&2; exit 1; }
  sleep 0.1
done`;

/** A look that LXD did not take is taken again: the whole wait is bounded. */
function notSeen(error: unknown): { code: number; stderr: string } {
  if (error instanceof RelevoError && error.failure.code === 'unreachable') return { code: -1, stderr: error.message };
  throw error;
}

function urlOf({ address, port, healthPath }: ServerPlan): string {
  return `http://${address}:${port}${healthPath}`;
}

async function unhealthy(lxd: Lxd, server: ServerPlan, why: string): Promise<RelevoError> {
  const { stdout } = await lxd.instances.exec(server.server, ['journalctl', '-n', '20', '--no-pager', '-o', 'cat']);
  return new RelevoError({
    code: 'unhealthy',
    message: `${server.server} does not answer ${urlOf(server)} within ${server.startPeriod} s: ${why}`,
    hint: `look inside with \`relevo logs ${server.server}\` or \`relevo shell ${server.server}\``,
    evidence: { title: `the journal of ${server.server}`, lines: stdout.trim().split('\n') },
  });
}

/** Only where they are other ones than those of the last load: each of them costs some calls. */
async function pushFiles(lxd: Lxd, balancer: string, { files, filesHash }: BalancerConfig): Promise<void> {
  const current = await lxd.instances.get(balancer);
  if (current?.config['user.relevo.files'] === filesHash) return;
  for (const { target, content, mode } of files) {
    await makeParents(lxd, balancer, target);
    await lxd.instances.pushFile(balancer, target, content, { mode });
  }
}

const next = `${configFile}.next`;

/** Everything but the load itself; checked by the real haproxy. */
async function stage(lxd: Lxd, balancer: string, config: BalancerConfig): Promise<void> {
  await pushFiles(lxd, balancer, config);
  for (const argv of config.prepare) {
    const { code, stderr } = await lxd.instances.exec(balancer, argv);
    if (code !== 0) throw refused(`${balancer} can't be prepared`, 'the last lines of the preparation', stderr);
  }
  await lxd.instances.pushFile(balancer, next, config.text, { mode: 0o600 });
  const check = await lxd.instances.exec(balancer, ['haproxy', '-c', '-q', '-f', next]);
  if (check.code !== 0) throw refused('HAProxy refuses its configuration', 'haproxy -c', check.stderr);
}

/** What is staged replaces the running configuration; a reload keeps connections and server states. */
async function load(lxd: Lxd, balancer: string, config: BalancerConfig): Promise<void> {
  const state = await runtimeCommand(lxd, balancer, 'show servers state');
  if (state !== undefined) {
    await lxd.instances.pushFile(balancer, serverStateFile, statesThatStill(state, config), { mode: 0o644 });
  }
  const { code, stderr } = await lxd.instances.exec(balancer, ['sh', '-ec', swapIn]);
  if (code !== 0) throw refused(`HAProxy does not start in ${balancer}`, 'systemctl', stderr);
}

/** Under the lock, because the controller of the balancer promotes backups in the same file. */
const swapIn = `exec 9> ${configLock}; flock 9; mv ${next} ${configFile}; systemctl is-enabled -q haproxy || systemctl enable -q haproxy; systemctl reload-or-restart haproxy 9>&-`;

function refused(message: string, title: string, text: string): RelevoError {
  return new RelevoError({ code: 'failed', message, evidence: { title, lines: text.trim().split('\n') } });
}

/** Resolves when HAProxy sees these servers UP. One that an interrupted replacement left out of the rotation comes back. */
export async function awaitUp(
  lxd: Lxd,
  balancer: string,
  servers: readonly ServerPlan[],
  clock: Clock,
  onLine: OnLine,
): Promise<void> {
  const began = clock.elapsed();
  const limit = Math.max(0, ...servers.map((server) => server.startPeriod)) * 1000;
  for (;;) {
    const states = (await serverStates(lxd, balancer)) ?? {};
    const waiting = servers.filter(({ server }) => !states[server]?.startsWith('UP'));
    const [first] = waiting;
    if (first === undefined) return;
    onLine(`waiting for ${waiting.map(({ server }) => `${server} (${states[server] ?? 'unknown'})`).join(', ')}`);
    for (const { backend, server } of waiting) {
      if (/^(MAINT|DRAIN)/.test(states[server] ?? '')) await readmit(lxd, balancer, backend, server);
    }
    if (clock.elapsed() - began > limit)
      throw await unhealthy(lxd, first, `HAProxy says ${states[first.server] ?? 'nothing'}`);
    await clock.sleep(100);
  }
}

/** Longest time that a drained server may take for its last requests, milliseconds. */
const drainLimit = 30_000;

/** Takes the server out of the rotation and waits until its last request is answered. */
export async function drain(lxd: Lxd, balancer: string, backend: string, server: string, clock: Clock): Promise<void> {
  await runtimeCommand(lxd, balancer, `set server ${backend}/${server} state drain`);
  const began = clock.elapsed();
  while (clock.elapsed() - began < drainLimit) {
    if ((await currentSessions(lxd, balancer, backend, server)) === 0) break;
    await clock.sleep(100);
  }
  await runtimeCommand(lxd, balancer, `set server ${backend}/${server} state maint`);
}

export async function readmit(lxd: Lxd, balancer: string, backend: string, server: string): Promise<void> {
  await runtimeCommand(lxd, balancer, `set server ${backend}/${server} state ready`);
}

/** Where the server is now; the file says the same from its next load on. */
export async function relocate(lxd: Lxd, balancer: string, server: ServerPlan): Promise<void> {
  const { backend, server: name, address, port } = server;
  await runtimeCommand(lxd, balancer, `set server ${backend}/${name} addr ${address} port ${port}`);
}

async function currentSessions(lxd: Lxd, balancer: string, backend: string, server: string): Promise<number> {
  const text = (await runtimeCommand(lxd, balancer, 'show stat -1 4 -1')) ?? '';
  const row = text.split('\n').find((line) => line.startsWith(`${backend},${server},`));
  return Number(row?.split(',')[4] ?? 0); // scur, the fifth column
}
