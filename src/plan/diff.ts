import type { Desired, ImagePlan } from '../domain/desired.ts';
import type { Observed, ObservedCluster } from '../domain/observed.ts';
import type { Step } from '../domain/step.ts';
import { balancerSteps, controllerSteps, publishSteps, settleSteps } from './diff-balancers.ts';
import { freshSteps, replaceSteps, restSteps, surplusSteps } from './diff-instances.ts';
import { dismissSteps, removalSteps } from './diff-removals.ts';
import type { Seen } from './seen.ts';
import { Steps } from './steps.ts';
import { concerns, unknownOf } from './unknown.ts';

/**
 * What must be done so that the world is as desired, in an order that loses no request. Pure.
 * Where machines are off, the answer ends with their start: plan again then. What can't be read stops only what concerns it.
 * `patience`: steps wait for servers that are DOWN; who repairs must not.
 */
export function diff(desired: Desired, observed: Observed, patience = true): Step[] {
  const unknown = unknownOf(observed);
  const steps = new Steps((body) => concerns(body, unknown));
  const ground = groundSteps(steps, desired, observed);
  if (isOff(observed, steps)) return steps.all;
  const cluster: Seen = { ...(observed.cluster ?? nothing), patience, unknown };
  const configured = clusterSteps(steps, desired, observed, cluster, ground);
  const images = imageSteps(steps, desired, cluster, configured);
  const fresh = freshSteps(steps, desired, cluster, images);
  const told = balancerSteps(steps, desired, cluster, images, fresh);
  const known = [...told, ...dismissSteps(steps, desired, cluster, told)];
  const changed = [
    ...replaceSteps(steps, desired, cluster, images, known),
    ...surplusSteps(steps, desired, cluster, known),
  ];
  restSteps(steps, desired, cluster, known);
  const settled = settleSteps(steps, desired, cluster, known, changed);
  publishSteps(steps, desired, observed, [...known, ...settled]);
  controllerSteps(steps, desired, cluster);
  removalSteps(steps, desired, observed, cluster);
  return steps.all;
}

/** Machines that this plan starts, or that nobody can start: what is on them, and beside them, is seen afterwards. */
function isOff({ cluster, machines }: Observed, steps: Steps): boolean {
  if (cluster === null) return machines.some(({ joined }) => joined);
  const joined = new Set(machines.filter((machine) => machine.joined).map(({ name }) => name));
  return steps.all.some((step) => step.kind === 'machine.start' && joined.has(step.machine.name));
}

const nothing: ObservedCluster = {
  members: [],
  configured: false,
  images: [],
  instances: [],
  unread: [],
  servers: null,
  mute: [],
  holders: [],
  lost: [],
  failed: [],
  drained: [],
};

/** The provider's ground, the images that must be built, and machines that run. */
function groundSteps(steps: Steps, desired: Desired, observed: Observed): string[] {
  const prepared = observed.prepared ? [] : [steps.add('prepare', { kind: 'provider.prepare' }, 'not there yet', [])];
  const missing = imagesToBuild(desired, observed);
  const bases = [...new Set(missing.map((image) => image.recipe.base))].map((base) =>
    steps.add(`base ${base}`, { kind: 'base.prepare', base }, 'images are built from it', prepared),
  );
  const built = missing.map((image) =>
    steps.add(`build ${image.alias}`, { kind: 'image.build', image }, `no image for ${image.name} in the cache`, [
      ...bases,
      ...prepared,
    ]),
  );
  const machines = desired.machines.flatMap((machine) => {
    const existing = observed.machines.find((each) => each.name === machine.name);
    const id = `machine ${machine.name}`;
    if (existing === undefined || existing.state === 'absent') {
      return [
        steps.add(id, { kind: 'machine.create', machine }, 'not there yet', [...prepared, `build ${machine.image}`]),
      ];
    }
    if (observed.cluster?.drained.includes(machine.name)) return []; // somebody works on it
    return existing.state === 'stopped' ? [steps.add(id, { kind: 'machine.start', machine }, 'stopped', prepared)] : [];
  });
  return [...prepared, ...built, ...machines];
}

/** Those that the cluster does not hold and the cache does not either; a shared recipe is built once. */
function imagesToBuild(desired: Desired, observed: Observed): ImagePlan[] {
  const held = new Set([...observed.cached, ...(observed.cluster?.images ?? []).map((image) => image.alias)]);
  const newMachines = desired.machines.some((machine) => !observed.machines.some((each) => each.name === machine.name));
  const ofMachines = newMachines && desired.machineImage !== undefined ? [desired.machineImage] : [];
  const needed = [
    ...ofMachines.filter(({ alias }) => !observed.cached.includes(alias)),
    ...desired.images.filter(({ alias }) => !held.has(alias)),
  ];
  return needed.filter((image, index) => needed.findIndex((each) => each.alias === image.alias) === index);
}

function clusterSteps(
  steps: Steps,
  desired: Desired,
  observed: Observed,
  cluster: ObservedCluster,
  ground: readonly string[],
): string[] {
  const joined = new Set(observed.machines.filter((machine) => machine.joined).map((machine) => machine.name));
  const founder = desired.machines.find((machine) => joined.has(machine.name)) ?? desired.machines[0];
  if (founder === undefined) return [];
  let previous = ground.filter((id) => id.startsWith('machine '));
  for (const machine of [founder, ...desired.machines.filter((each) => each !== founder)]) {
    if (joined.has(machine.name)) continue;
    const after = [
      ...previous.filter((id) => !id.startsWith('machine ')),
      `machine ${founder.name}`,
      `machine ${machine.name}`,
    ];
    previous =
      machine === founder
        ? [steps.add(`bootstrap ${machine.name}`, { kind: 'cluster.bootstrap', machine }, 'no cluster yet', after)]
        : [
            steps.add(
              `join ${machine.name}`,
              { kind: 'cluster.join', machine, through: founder.name },
              'not a member',
              after,
            ),
          ];
  }
  const reason = 'no project for the instances yet';
  return cluster.configured ? previous : [steps.add('configure', { kind: 'cluster.configure' }, reason, previous)];
}

/** Each image in the cluster, and unpacked on every member, so that a replacement takes a second wherever it starts. */
function imageSteps(steps: Steps, desired: Desired, cluster: ObservedCluster, configured: readonly string[]): string[] {
  const { images } = desired;
  const unique = images.filter((image, index) => images.findIndex((each) => each.alias === image.alias) === index);
  return unique.flatMap((image) => {
    const present = cluster.images.find((each) => each.alias === image.alias);
    const id = `import ${image.alias}`;
    const imported =
      present === undefined
        ? [
            steps.add(id, { kind: 'image.import', image }, 'not in the cluster', [
              ...configured,
              `build ${image.alias}`,
            ]),
          ]
        : [];
    const gone = [...cluster.lost, ...cluster.drained];
    const cold = desired.machines.filter(({ name }) => !present?.unpackedOn.includes(name) && !gone.includes(name));
    const warmed = cold.map(({ name }) =>
      steps.add(`warm ${image.alias} ${name}`, { kind: 'image.warm', image, machine: name }, 'not unpacked there', [
        ...imported,
        ...configured,
      ]),
    );
    return [...imported, ...warmed];
  });
}
