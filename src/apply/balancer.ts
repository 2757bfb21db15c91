import { questionOf } from '../domain/check.ts';
import type { BalancerConfig, ServerPlan } from '../domain/desired.ts';
import { RelevoError } from '../domain/failure.ts';
import { isUp, serverState } from '../domain/server.ts';
import type { ConfigureStep } from '../domain/step.ts';
import { complaintOf, runtimeCommand, type ServerStat, serverStats } from '../observe/haproxy.ts';
import type { Lxd } from '../ports/lxd.ts';
import { isWell, load, stage, trialRefused, tryChecks } from '../render/haproxy-load.ts';
import { inOneLine, readmit, showServers } from '../render/haproxy-runtime.ts';
import { complaintLines } from '../render/haproxy-said.ts';
import { labelsConfig, labelsOf } from '../render/labels.ts';
import type { OnLine, StepClock } from './context.ts';
import { notSeen } from './drain.ts';
import { pushInto } from './push.ts';
import { stateOf, unhealthy } from './unhealthy.ts';

/** Loads the configuration once every server answers its new check, and resolves when HAProxy sees the awaited ones UP. */
export async function configureBalancer(
  lxd: Lxd,
  step: ConfigureStep,
  clock: StepClock,
  onLine: OnLine,
): Promise<void> {
  const { balancer, config } = step;
  const servers = (names: readonly string[]) => config.servers.filter(({ server }) => names.includes(server));
  await Promise.all([
    answers(lxd, balancer.name, config, servers(step.asks), clock, onLine),
    step.load && prepare(lxd, balancer.name, config),
  ]);
  if (step.load) await loadStaged(lxd, balancer.name);
  await awaitUp(lxd, balancer.name, servers(step.awaits), clock, onLine);
  if (!step.load) return;
  const { hash, filesHash, checksHash } = config;
  await lxd.instances.patchConfig(balancer.name, labelsConfig({ config: hash, files: filesHash, checks: checksHash }));
}

/**
 * Before a new health check counts: a mistake in it must not take down what serves. A HAProxy beside the one that serves has
 * the new checks, so that just those are tried.
 */
async function answers(
  lxd: Lxd,
  balancer: string,
  { trial }: BalancerConfig,
  servers: readonly ServerPlan[],
  clock: StepClock,
  onLine: OnLine,
): Promise<void> {
  if (servers.length === 0) return;
  const began = clock.elapsed();
  for (const { server, check } of servers) onLine(`waiting for ${server} to answer ${questionOf(check)}`);
  const patience = Math.ceil(Math.max(...servers.map(({ check }) => check.timeout)) + shortestTrial);
  const argv = tryChecks(
    servers.map(({ server }) => server),
    patience,
  );
  for (;;) {
    const looked = lxd.instances.exec(balancer, argv, { stdin: trial, timeout: patience + 8, onlyLooks: true });
    const { code, stdout, stderr } = await looked.catch(notSeen);
    if (code === 0) return;
    if (code === trialRefused)
      throw refused('HAProxy refuses its configuration', 'haproxy', complaintLines(stderr, trial));
    const stats = new Map(serverStats(stdout).map((stat) => [stat.name, stat]));
    const bad = servers.find(({ server }) => !isWell(stats.get(server))) as ServerPlan;
    if (clock.elapsed() - began > bad.startPeriod * 1000) throw await unhealthy(lxd, bad, stats.get(bad.server));
    await clock.sleep(150);
  }
}

/** Seconds beside a check's own time. */
const shortestTrial = 2;

/** Everything but the load itself; checked by the real haproxy. */
async function prepare(lxd: Lxd, balancer: string, config: BalancerConfig): Promise<void> {
  await pushFiles(lxd, balancer, config);
  await stageText(lxd, balancer, config);
}

/** Only where they are other ones than those of the last load: each of them costs some calls. */
async function pushFiles(lxd: Lxd, balancer: string, config: BalancerConfig): Promise<void> {
  const current = await lxd.instances.get(balancer);
  if (labelsOf(current?.config ?? {}).files === config.filesHash) return;
  for (const file of config.files) await pushInto(lxd, balancer, file);
  for (const argv of config.prepare) {
    const { code, stderr } = await lxd.instances.exec(balancer, argv);
    if (code !== 0)
      throw refused(`${balancer} can't be prepared`, 'the last lines of the preparation', stderr.trim().split('\n'));
  }
}

async function stageText(lxd: Lxd, balancer: string, { text }: BalancerConfig): Promise<void> {
  const { code, stderr } = await lxd.instances.exec(balancer, stage, { stdin: text });
  if (code !== 0) throw refused('HAProxy refuses its configuration', 'haproxy -c', complaintLines(stderr, text));
}

async function loadStaged(lxd: Lxd, balancer: string): Promise<void> {
  const { code, stderr } = await lxd.instances.exec(balancer, load);
  if (code !== 0) throw refused(`HAProxy does not start in ${balancer}`, 'systemctl', stderr.trim().split('\n'));
}

function refused(message: string, title: string, lines: readonly string[]): RelevoError {
  return new RelevoError({ code: 'failed', message, evidence: { title, lines } });
}

/** Resolves when HAProxy sees these servers UP. One that an interrupted replacement left out of the rotation comes back. */
export async function awaitUp(
  lxd: Lxd,
  balancer: string,
  servers: readonly ServerPlan[],
  clock: StepClock,
  onLine: OnLine,
): Promise<void> {
  const began = clock.elapsed();
  const limit = Math.max(0, ...servers.map((server) => server.startPeriod)) * 1000;
  const ended = new Map<string, ServerStat>(); // a check under way has no code
  for (;;) {
    const stats = await statOf(lxd, balancer);
    for (const [name, stat] of stats) if (!ended.has(name) || !stat.check.startsWith('* L7STS')) ended.set(name, stat);
    const waiting = servers.filter(({ server }) => !isUp(stats.get(server)?.status));
    const [first] = waiting;
    if (first === undefined) return;
    const says = ({ server }: ServerPlan) => stateOf(stats.get(server));
    onLine(`waiting for ${waiting.map((each) => `${each.server} (${says(each)})`).join(', ')}`);
    for (const server of waiting.filter((each) => isOut(stats.get(each.server))))
      await readmitAt(lxd, balancer, server);
    if (clock.elapsed() - began > limit) throw await unhealthy(lxd, first, ended.get(first.server));
    await clock.sleep(100);
  }
}

/** Somebody took it out of the rotation. */
function isOut(stat: ServerStat | undefined): boolean {
  const state = serverState(stat?.status);
  return state === 'maint' || state === 'drain';
}

async function statOf(lxd: Lxd, balancer: string): Promise<ReadonlyMap<string, ServerStat>> {
  const csv = (await runtimeCommand(lxd, balancer, showServers)) ?? '';
  return new Map(serverStats(csv).map((stat) => [stat.name, stat]));
}

/** In the rotation, and where it is now; the file says the same from its next load or start on. */
export async function readmitAt(lxd: Lxd, balancer: string, server: ServerPlan): Promise<void> {
  const why = complaintOf((await runtimeCommand(lxd, balancer, inOneLine(readmit(server)))) ?? '');
  if (why === undefined) return;
  throw new RelevoError({ code: 'failed', message: `${balancer} can't be told to use ${server.server} again: ${why}` });
}
