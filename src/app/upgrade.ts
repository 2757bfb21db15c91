import { RelevoError } from '../domain/failure.ts';
import { isOnline } from '../domain/member.ts';
import type { Observed } from '../domain/observed.ts';
import { isUp } from '../domain/server.ts';
import type { PackageChange, Upgrades } from '../ports/provider.ts';
import { observeAll } from './planner.ts';
import type { Project } from './project.ts';

/** What is newer on one machine. */
export interface MachineUpgrade {
  readonly machine: string;
  readonly packages: readonly PackageChange[];
}

export interface UpgradePlan {
  /** In the order in which it is done; without those that have nothing newer. */
  readonly machines: readonly MachineUpgrade[];
  /** Members of another version than the others wait for them, so all are upgraded side by side. */
  readonly together: boolean;
}

export interface UpgradeConsent {
  /** Throws where the answer is no. Nobody is asked where nothing is newer. */
  ask(plan: UpgradePlan): Promise<void>;
  onLine(line: string): void;
}

/** The packages that machines need, one machine after another: the next one only when all serve again. */
export async function upgrade(project: Project, consent: UpgradeConsent): Promise<UpgradePlan> {
  const { upgrades } = project.doors.provider;
  if (upgrades === undefined) throw madeAnew();
  const observed = await observeAll(project);
  const trouble = unfit(observed);
  if (trouble !== undefined) throw notReady(trouble);
  const plan = await planOf(upgrades, observed);
  if (plan.machines.length === 0) return plan;
  await consent.ask(plan);
  if (plan.together) {
    await Promise.all(plan.machines.map(({ machine }) => one(upgrades, machine, consent)));
    await untilFit(project, 'the members');
    return plan;
  }
  for (const { machine } of plan.machines) {
    await one(upgrades, machine, consent);
    await untilFit(project, machine);
  }
  return plan;
}

async function one(upgrades: Upgrades, machine: string, { onLine }: UpgradeConsent): Promise<void> {
  onLine(`${machine}: upgrading`);
  await upgrades.run(machine);
  onLine(`${machine}: upgraded`);
}

/** Where the daemon's own version changes, its API or its database may. Debian's corrections of one version leave them alone. */
async function planOf(upgrades: Upgrades, { machines }: Observed): Promise<UpgradePlan> {
  const looked = await Promise.all(
    machines.map(async ({ name: machine }) => ({ machine, packages: await upgrades.look(machine) })),
  );
  const newer = looked.filter(({ packages }) => packages.length > 0);
  const together = newer.some(({ packages }) =>
    packages.some(({ isDaemon, from, to }) => isDaemon && upstream(from) !== upstream(to)),
  );
  return { machines: newer, together };
}

/** `5.0.2` of `1:5.0.2+git20231211.1364ae4-9+deb13u1`: a snapshot may be anything, so it counts. */
export function upstream(version: string): string {
  return version.replace(/^\d+:/, '').replace(/-[^-]*$/, '');
}

/** Why users could notice if one more machine's LXD were away; undefined where all is well. */
function unfit({ machines, cluster, unreadable }: Observed): string | undefined {
  const outside = machines.find(({ joined }) => !joined);
  if (outside !== undefined) return `${outside.name} is no member yet`;
  const away = machines.find(({ state }) => state !== 'running');
  if (away !== undefined) return `${away.name} does not run`;
  if (cluster === null) return unreadable?.message ?? 'the cluster can’t be read';
  const member = cluster.members.find(({ state }) => !isOnline(state));
  if (member !== undefined) return `${member.name} is ${member.state}: ${member.message}`;
  if (cluster.unread.length > 0) return `${cluster.unread[0]?.name} can’t be read`;
  if (cluster.mute.length > 0) return `${cluster.mute[0]} does not answer`;
  const servers = Object.entries(cluster.servers ?? {});
  const own = cluster.instances.filter(({ kind, state }) => kind === 'service' && state === 'running');
  const down = own.find(({ name }) => !servers.some(([server, state]) => server === name && isUp(state)));
  return down === undefined ? undefined : `${down.name} is not UP`;
}

/** Milliseconds until a member whose LXD was started anew must serve again. */
const limit = 300_000;

async function untilFit(project: Project, what: string): Promise<void> {
  const { system } = project.doors;
  const began = system.elapsed();
  for (;;) {
    const trouble = unfit(await observeAll(project));
    if (trouble === undefined) return;
    if (system.elapsed() - began > limit) {
      const message = `after the upgrade of ${what}: ${trouble}`;
      const hint = 'the remaining ones were not touched: mend it, and `relevo upgrade` again';
      throw new RelevoError({ code: 'unhealthy', message, hint });
    }
    await system.sleep(500);
  }
}

function notReady(trouble: string): RelevoError {
  const message = `no machine is upgraded: ${trouble}, and an upgrade would take another machine away`;
  return new RelevoError({ code: 'unhealthy', message, hint: '`relevo up` first' });
}

function madeAnew(): RelevoError {
  const message = 'these machines are upgraded with the image that they are made of';
  const hint = '`relevo upgrade` is for hosts that were there before (`provider: ssh`)';
  return new RelevoError({ code: 'refused', message, hint });
}
