import type { BalancerConfig, BalancerPlan, Desired } from '../domain/desired.ts';
import type { Observed } from '../domain/observed.ts';
import type { Step } from '../domain/step.ts';
import type { Ground, Ready } from './diff-ground.ts';
import { type Fresh, type FreshStep, namesIn } from './diff-instances.ts';
import { isUp, type Seen } from './seen.ts';
import type { Steps } from './steps.ts';
import type { Transition } from './transition.ts';

/** `patience`: steps wait for servers that are DOWN; who repairs must not. */
type Patient = Seen & { readonly patience: boolean };

/** What the balancers' steps come to. */
interface BalancersDone {
  /** After these each balancer counts on the new instances. */
  readonly told: readonly Step[];
  /** Names of those that are made. */
  readonly made: ReadonlySet<string>;
  /** After these the ports of machines lead to them. */
  readonly updated: readonly Step[];
}

/**
 * Balancers, and the configuration under which everything else may change: what is new is in it, what shall move or go
 * still is too.
 */
export function balancerSteps(
  steps: Steps,
  change: Transition,
  seen: Patient,
  ready: Ready,
  fresh: Fresh,
): BalancersDone {
  const [told, updated, made]: [Step[], Step[], Set<string>] = [[], [], new Set()];
  for (const balancer of change.desired.balancers) {
    updated.push(...update(steps, balancer, seen));
    const there = presence(steps, balancer, seen, ready, told);
    if (there.some(({ kind }) => kind !== 'balancer.start')) made.add(balancer.name);
    const loaded = made.has(balancer.name) ? undefined : seen.there.get(balancer.name)?.configHash;
    told.push(...configuration(steps, change, balancer, seen, { loaded, fresh: [...fresh.values()].flat(), there }));
  }
  return { told, made, updated };
}

interface Beside {
  /** Hash of the configuration that it has. */
  readonly loaded: string | undefined;
  readonly fresh: readonly FreshStep[];
  /** After these the balancer runs. */
  readonly there: readonly Step[];
}

function configuration(
  steps: Steps,
  change: Transition,
  balancer: BalancerPlan,
  seen: Patient,
  { loaded, fresh, there }: Beside,
): readonly Step[] {
  if (seen.unknown.places) return there;
  const config = change.interim.get(balancer.name) ?? balancer.final;
  const created = new Set(fresh.map(({ instance }) => instance.name));
  const added = namesThatServe(change.desired, config).filter((name) => created.has(name));
  const staying = namesThatStay(change, balancer);
  // who repairs waits for nobody: new servers are let in one by one as they answer
  const whole = seen.patience ? staying.filter((name) => seen.there.get(name)?.complete) : [];
  const down = whole.filter((name) => !isUp(name, seen));
  const waits = seen.patience ? fresh : [];
  if (loaded === config.hash && waits.length === 0 && down.length === 0) return there;
  // a mistake in a new health check must not take down what serves
  const serving = staying.filter((name) => isUp(name, seen));
  const existing = seen.there.get(balancer.name);
  const load = loaded !== config.hash;
  const step = {
    ...({ kind: 'balancer.configure', balancer, config, load } as const),
    asks: existing === undefined || existing.checksHash === config.checksHash ? [] : serving,
    awaits: seen.patience ? [...new Set([...serving, ...down, ...added])] : [],
  };
  const reason = load ? reasonToLoad(added) : reasonToWait(down);
  return steps.add(`balance ${balancer.name}`, step, reason, [...there, ...waits]);
}

/** `before`: what makes the other balancers serve. One of them does so while this one is recreated. */
function presence(
  steps: Steps,
  balancer: BalancerPlan,
  seen: Seen,
  ready: Ready,
  before: readonly Step[],
): readonly Step[] {
  const { name, image, machine } = balancer;
  const existing = seen.there.get(name);
  const unpacked = ready.image(image, machine);
  const id = `balancer ${name}`;
  if (existing === undefined)
    return steps.add(id, { kind: 'balancer.create', balancer }, 'not there yet', [...unpacked, ...ready.configured]);
  if (!isSame(balancer, seen))
    return steps.add(id, { kind: 'balancer.replace', balancer }, 'its image or place changed', [
      ...unpacked,
      ...before,
    ]);
  if (existing.state !== 'stopped') return [];
  return steps.add(`start ${name}`, { kind: 'balancer.start', balancer }, 'stopped', []);
}

function update(steps: Steps, balancer: BalancerPlan, seen: Seen): readonly Step[] {
  const { name, forwards } = balancer;
  if (!isSame(balancer, seen) || seen.there.get(name)?.forwards === forwards.join()) return [];
  return steps.add(`forward ${name}`, { kind: 'balancer.update', balancer }, 'its ports changed', []);
}

function isSame({ name, machine, hash }: BalancerPlan, { there }: Seen): boolean {
  const existing = there.get(name);
  return existing?.complete === true && existing.machine === machine && existing.hash === hash;
}

/** Servers that shall be UP while others are replaced; also who stands in, new or of an earlier file. */
function namesThatStay({ desired, rollouts, standIns }: Transition, balancer: BalancerPlan): string[] {
  const replaced = namesIn(rollouts);
  const staying = namesThatServe(desired, balancer.final).filter((name) => !replaced.has(name));
  return [...staying, ...standIns.map(({ name }) => name)];
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
  { desired, rollouts, surplus, interim }: Transition,
  seen: Patient,
  { known, changed, fresh }: { known: readonly Step[]; changed: readonly Step[]; fresh: Fresh },
): readonly Step[] {
  if (changed.length < namesIn(rollouts).size + surplus.length || !seen.mayDrain) return [];
  const after = [...known, ...changed];
  const made = [...fresh.values()].flatMap((own) => own.map(({ instance }) => instance.name));
  const there = new Set([...seen.there.keys(), ...made]);
  return desired.balancers
    .filter(({ name, final }) => interim.get(name)?.hash !== final.hash)
    .flatMap((balancer) => {
      const config = balancer.final;
      const awaits = seen.patience ? namesThatServe(desired, config).filter((name) => there.has(name)) : [];
      const body = { kind: 'balancer.configure', balancer, config, load: true, asks: [], awaits } as const;
      return steps.add(`settle ${balancer.name}`, body, 'servers moved or went', after);
    });
}

export function publishSteps(
  steps: Steps,
  { network, publish }: Desired,
  { published }: Observed,
  machines: Ground['machines'],
  after: readonly Step[],
): void {
  if (network.entry === undefined || publish === undefined) return; // users come to the balancers' own addresses
  const { ports, address } = publish;
  const there = published?.address === address ? published.ports : [];
  if (published?.address === address && there.join() === ports.join()) return;
  const missing = ports.filter((port) => !there.includes(port));
  const reason = missing.length === 0 ? 'others are no longer in the file' : `not published: ${missing.join(', ')}`;
  // the first time nobody counts on it: it need not wait for those who will answer
  const before = published === null ? [...machines.values()].flat() : after;
  steps.add('publish', { kind: 'publish', ports, address }, reason, before);
}

/** Last of what is done in the cluster: what the controllers shall go on with is what has been reached. */
export function controllerSteps(steps: Steps, desired: Desired, { there }: Seen, made: ReadonlySet<string>): void {
  const before = steps.ends;
  for (const balancer of desired.balancers) {
    const { name, controller } = balancer;
    const known = there.get(name)?.controllerHash ?? '';
    if (known === controller.hash && !made.has(name)) continue;
    const reason = known === '' || made.has(name) ? 'it has none yet' : 'the file changed';
    steps.add(`controller ${name}`, { kind: 'controller.configure', balancer }, reason, before);
  }
}
