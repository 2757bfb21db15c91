import type { BalancerPlan, ServerPlan } from '../domain/desired.ts';
import { RelevoError } from '../domain/failure.ts';
import { runtimeCommand, serverStates } from '../observe/haproxy.ts';
import type { Lxd } from '../ports/lxd.ts';
import { serverStateFile } from '../render/haproxy.ts';
import type { Clock, OnLine } from './context.ts';

const configFile = '/etc/haproxy/haproxy.cfg';

/** Loads the configuration once every new server answers, and resolves when HAProxy sees all of them UP. */
export async function configureBalancer(
  lxd: Lxd,
  plan: BalancerPlan,
  awaits: readonly string[],
  clock: Clock,
  onLine: OnLine,
): Promise<void> {
  const fresh = plan.servers.filter((server) => awaits.includes(server.server));
  await Promise.all(fresh.map((server) => answers(lxd, plan.name, server, clock, onLine)));
  await load(lxd, plan);
  await allUp(lxd, plan, clock, onLine);
  await lxd.instances.patchConfig(plan.name, { 'user.relevo.config': plan.configHash });
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
  onLine(`waiting for ${server.server} to answer ${server.url}`);
  for (;;) {
    const argv = ['curl', '-sS', '-f', '-o', '/dev/null', '--max-time', '2', server.url];
    const { code, stderr } = await lxd.instances.exec(balancer, argv);
    if (code === 0) return;
    if (clock.elapsed() - began > server.startPeriod * 1000) throw await unhealthy(lxd, server, stderr.trim());
    await clock.sleep(150);
  }
}

async function unhealthy(lxd: Lxd, server: ServerPlan, why: string): Promise<RelevoError> {
  const { stdout } = await lxd.instances.exec(server.server, ['journalctl', '-n', '20', '--no-pager', '-o', 'cat']);
  return new RelevoError({
    code: 'unhealthy',
    message: `${server.server} does not answer ${server.url} within ${server.startPeriod} s: ${why}`,
    hint: `look inside with \`relevo logs ${server.server}\` or \`relevo shell ${server.server}\``,
    evidence: { title: `the journal of ${server.server}`, lines: stdout.trim().split('\n') },
  });
}

/** Checked by the real haproxy before it replaces the running configuration; a reload keeps connections and server states. */
async function load(lxd: Lxd, plan: BalancerPlan): Promise<void> {
  const next = `${configFile}.next`;
  await lxd.instances.pushFile(plan.name, next, plan.config, { mode: 0o644 });
  const check = await lxd.instances.exec(plan.name, ['haproxy', '-c', '-q', '-f', next]);
  if (check.code !== 0) {
    const evidence = { title: 'haproxy -c', lines: check.stderr.trim().split('\n') };
    throw new RelevoError({ code: 'failed', message: 'HAProxy refuses its configuration', evidence });
  }
  const state = await runtimeCommand(lxd, plan.name, 'show servers state');
  if (state !== undefined) await lxd.instances.pushFile(plan.name, serverStateFile, state, { mode: 0o644 });
  const swap = [
    'sh',
    '-ec',
    `mv ${next} ${configFile}; systemctl enable -q haproxy; systemctl reload-or-restart haproxy`,
  ];
  const { code, stderr } = await lxd.instances.exec(plan.name, swap);
  if (code !== 0) {
    throw new RelevoError({
      code: 'failed',
      message: `HAProxy does not start in ${plan.name}`,
      evidence: { title: 'systemctl', lines: [stderr] },
    });
  }
}

export async function allUp(lxd: Lxd, plan: BalancerPlan, clock: Clock, onLine: OnLine): Promise<void> {
  const began = clock.elapsed();
  const limit = Math.max(...plan.servers.map((server) => server.startPeriod)) * 1000;
  for (;;) {
    const states = (await serverStates(lxd, plan.name)) ?? {};
    const waiting = plan.servers.filter(({ server }) => !states[server]?.startsWith('UP'));
    const first = waiting[0];
    if (first === undefined) return;
    onLine(`waiting for ${waiting.map(({ server }) => `${server} (${states[server] ?? 'unknown'})`).join(', ')}`);
    if (clock.elapsed() - began > limit)
      throw await unhealthy(lxd, first, `HAProxy says ${states[first.server] ?? 'nothing'}`);
    await clock.sleep(100);
  }
}

/** Takes the server out of the rotation and waits until its last request is answered. */
export async function drain(lxd: Lxd, balancer: string, backend: string, server: string, clock: Clock): Promise<void> {
  await runtimeCommand(lxd, balancer, `set server ${backend}/${server} state drain`);
  const began = clock.elapsed();
  while (clock.elapsed() - began < 30_000) {
    if ((await currentSessions(lxd, balancer, backend, server)) === 0) break;
    await clock.sleep(100);
  }
  await runtimeCommand(lxd, balancer, `set server ${backend}/${server} state maint`);
}

export async function readmit(lxd: Lxd, balancer: string, backend: string, server: string): Promise<void> {
  await runtimeCommand(lxd, balancer, `set server ${backend}/${server} state ready`);
}

async function currentSessions(lxd: Lxd, balancer: string, backend: string, server: string): Promise<number> {
  const text = (await runtimeCommand(lxd, balancer, 'show stat -1 4 -1')) ?? '';
  const row = text.split('\n').find((line) => line.startsWith(`${backend},${server},`));
  return Number(row?.split(',')[4] ?? 0); // scur, the fifth column
}
