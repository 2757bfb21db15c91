import type { BalancerConfig, BalancerPlan, Desired } from '../domain/desired.ts';
import type { Observed, ObservedCluster } from '../domain/observed.ts';
import { replacements, surplus } from './diff-instances.ts';
import { isUp, mayDrain, type Seen } from './seen.ts';
import type { Steps } from './steps.ts';

/**
 * Balancers, and the configuration under which everything else may change: what is new is in it, what shall move or go
 * still is too. Resolves to the steps after which each balancer counts on the new instances.
 */
export function balancerSteps(
  steps: Steps,
  desired: Desired,
  cluster: Seen,
  images: readonly string[],
  fresh: readonly string[],
): string[] {
  const done: string[] = [];
  for (const balancer of desired.balancers) {
    const made = steps.present(presence(steps, balancer, cluster, images, done));
    done.push(...configuration(steps, desired, balancer, cluster, steps.present(fresh), made));
  }
  return done;
}

function configuration(
  steps: Steps,
  desired: Desired,
  balancer: BalancerPlan,
  cluster: Seen,
  fresh: readonly string[],
  made: readonly string[],
): readonly string[] {
  if (cluster.unknown.places) return made;
  const existing = cluster.instances.find((each) => each.name === balancer.name);
  const loaded = made.length === 0 || made[0]?.startsWith('start') ? existing?.configHash : undefined;
  const { interim } = balancer;
  const { waits, down, created } = expectations(desired, balancer, cluster, fresh);
  if (loaded === interim.hash && waits.length === 0 && down.length === 0) return made;
  // a mistake in a new health check must not take down what serves
  const serving = namesThatStay(desired, balancer, cluster).filter((name) => isUp(name, cluster));
  const step = {
    ...({ kind: 'balancer.configure', balancer, config: interim, load: loaded !== interim.hash } as const),
    asks: existing === undefined || existing.checksHash === interim.checksHash ? [] : serving,
    awaits: cluster.patience ? [...new Set([...serving, ...down, ...created])] : [],
  };
  const reason = step.load ? reasonToLoad(created) : reasonToWait(down);
  return steps.present([steps.add(`balance ${balancer.name}`, step, reason, [...made, ...waits])]);
}

/** Who repairs waits for nobody: new servers are let in one by one as they answer. */
function expectations(desired: Desired, balancer: BalancerPlan, cluster: Seen, fresh: readonly string[]) {
  const created = namesThatServe(desired, balancer.interim).filter((name) => fresh.includes(`instance ${name}`));
  if (!cluster.patience) return { waits: [], down: [], created };
  const there = new Set(cluster.instances.filter(({ complete }) => complete).map(({ name }) => name));
  const staying = namesThatStay(desired, balancer, cluster).filter((name) => there.has(name));
  return { waits: fresh, down: staying.filter((name) => !isUp(name, cluster)), created };
}

/** `before`: what makes the other balancers serve. One of them does so while this one is made anew. */
function presence(
  steps: Steps,
  balancer: BalancerPlan,
  cluster: ObservedCluster,
  images: readonly string[],
  before: readonly string[],
): string[] {
  const existing = cluster.instances.find((each) => each.name === balancer.name);
  const after = images.filter(
    (id) => id === `import ${balancer.image}` || id === `warm ${balancer.image} ${balancer.machine}`,
  );
  const id = `balancer ${balancer.name}`;
  if (existing === undefined)
    return [steps.add(id, { kind: 'balancer.create', balancer }, 'not there yet', [...after, 'configure'])];
  const same = existing.complete && existing.machine === balancer.machine && existing.hash === balancer.hash;
  if (!same)
    return [steps.add(id, { kind: 'balancer.replace', balancer }, 'its image or place changed', [...after, ...before])];
  if (existing.forwards !== balancer.forwards.join()) {
    steps.add(`forward ${balancer.name}`, { kind: 'balancer.update', balancer }, 'its ports changed', []);
  }
  if (existing.state !== 'stopped') return [];
  return [steps.add(`start ${balancer.name}`, { kind: 'balancer.start', balancer }, 'stopped', [])];
}

/** Servers that shall be UP and that this plan neither replaces nor removes. */
function namesThatStay(desired: Desired, balancer: BalancerPlan, cluster: ObservedCluster): string[] {
  const replaced = new Set(replacements(desired, cluster).map(({ instance }) => instance.name));
  return namesThatServe(desired, balancer.final).filter((name) => !replaced.has(name));
}

/** Cold backups are in the configuration, and down until they are started. */
function namesThatServe(desired: Desired, { servers }: BalancerConfig): string[] {
  const cold = new Set(desired.instances.filter((each) => each.cold).map(({ name }) => name));
  return servers.map(({ server }) => server).filter((name) => !cold.has(name));
}

function reasonToLoad(created: readonly string[]): string {
  return created.length > 0 ? `it does not know ${list(created)} yet` : 'the configuration changed';
}

function reasonToWait(down: readonly string[]): string {
  return down.length > 0 ? `it does not see ${list(down)} UP` : 'servers start again';
}

function list(names: readonly string[]): string {
  return names.length < 4 ? names.join(', ') : `${names.length} servers`;
}

/**
 * The configuration that stays, where it is another one than that for the time between. It does not know what this plan
 * can't move or remove yet: then the one for the time between stays.
 */
export function settleSteps(
  steps: Steps,
  desired: Desired,
  cluster: Seen,
  known: readonly string[],
  changed: readonly string[],
): string[] {
  if (changed.length < toChange(desired, cluster) || !mayDrain(cluster)) return [];
  const after = [...known, ...changed];
  return desired.balancers
    .filter(({ interim, final }) => interim.hash !== final.hash)
    .map((balancer) => {
      const config = balancer.final;
      const there = new Set([...cluster.instances.map(({ name }) => `instance ${name}`), ...steps.ids]);
      const serve = namesThatServe(desired, config).filter((name) => there.has(`instance ${name}`));
      const awaits = cluster.patience ? serve : [];
      return steps.add(
        `settle ${balancer.name}`,
        { kind: 'balancer.configure', balancer, config, load: true, asks: [], awaits },
        'servers moved or went',
        after,
      );
    });
}

function toChange(desired: Desired, cluster: Seen): number {
  return replacements(desired, cluster).length + surplus(desired, cluster).length;
}

export function publishSteps(steps: Steps, desired: Desired, observed: Observed, after: readonly string[]): void {
  if (desired.network.entry === undefined) return; // users come to the balancers' own address
  const { ports, address } = desired.publish;
  const { published } = observed;
  const there = published?.address === address ? published.ports : [];
  if (published?.address === address && there.join() === ports.join()) return;
  const forwards = desired.balancers.map(({ name }) => `forward ${name}`);
  const missing = ports.filter((port) => !there.includes(port));
  const reason = missing.length === 0 ? 'others are no longer in the file' : `not published: ${missing.join(', ')}`;
  // the first time nobody counts on it: it need not wait for those who will answer
  const before = published === null ? desired.machines.map(({ name }) => `machine ${name}`) : [...after, ...forwards];
  steps.add('publish', { kind: 'publish', ports, address }, reason, before);
}

/** Last of what is done in the cluster: what the controllers shall go on with is what has been reached. */
export function controllerSteps(steps: Steps, desired: Desired, cluster: ObservedCluster): void {
  const before = [...steps.ids];
  for (const balancer of desired.balancers) {
    const known = cluster.instances.find(({ name }) => name === balancer.name)?.controllerHash ?? '';
    const made = before.includes(`balancer ${balancer.name}`);
    if (known === balancer.controller.hash && !made) continue;
    const reason = known === '' || made ? 'it has none yet' : 'the file changed';
    steps.add(`controller ${balancer.name}`, { kind: 'controller.configure', balancer }, reason, before);
  }
}
