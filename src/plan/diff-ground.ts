import type { Desired, ImagePlan } from '../domain/desired.ts';
import type { Observed } from '../domain/observed.ts';
import type { Step } from '../domain/step.ts';
import type { Steps } from './steps.ts';

type After = readonly Step[];

/** The steps after which the ground is there, … */
export interface Ground {
  readonly prepared: After;
  /** … the image of that alias is built, … */
  readonly built: ReadonlyMap<string, After>;
  /** … and the machine of that name runs. */
  readonly machines: ReadonlyMap<string, After>;
}

/** The steps after which instances can be made in the cluster. */
export interface Ready {
  /** Its project is there. */
  readonly configured: After;
  /** The image of that alias is unpacked on that machine. */
  image(alias: string, machine: string): After;
}

/** Of a cluster that lacks nothing. */
export const noGround: Ready = { configured: [], image: () => [] };

/** The provider's ground, the images that must be built, and machines that run. */
export function groundSteps(steps: Steps, desired: Desired, observed: Observed): Ground {
  const prepared = observed.prepared ? [] : steps.add('prepare', { kind: 'provider.prepare' }, 'not there yet', []);
  const missing = imagesToBuild(desired, observed);
  const bases = [...new Set(missing.map((image) => image.recipe.base))].flatMap((base) =>
    steps.add(`base ${base}`, { kind: 'base.prepare', base }, 'images are built from it', prepared),
  );
  const built = new Map(
    missing.map((image) => {
      const reason = `no image for ${image.name} in the cache`;
      const after = [...bases, ...prepared];
      return [image.alias, steps.add(`build ${image.alias}`, { kind: 'image.build', image }, reason, after)] as const;
    }),
  );
  return { prepared, built, machines: machineSteps(steps, desired, observed, { prepared, built }) };
}

/** Those that the cluster does not hold and the cache does not either; a shared recipe is built once. */
function imagesToBuild(desired: Desired, observed: Observed): ImagePlan[] {
  const held = new Set([...observed.cached, ...(observed.cluster?.images ?? []).map((image) => image.alias)]);
  const existing = new Set(observed.machines.map(({ name }) => name));
  const newMachines = desired.machines.some(({ name }) => !existing.has(name));
  const ofMachines = newMachines && desired.machineImage !== undefined ? [desired.machineImage] : [];
  return distinct([
    ...ofMachines.filter(({ alias }) => !observed.cached.includes(alias)),
    ...desired.images.filter(({ alias }) => !held.has(alias)),
  ]);
}

function distinct(images: readonly ImagePlan[]): ImagePlan[] {
  const known = new Set<string>();
  return images.filter(({ alias }) => !known.has(alias) && known.add(alias));
}

function machineSteps(
  steps: Steps,
  desired: Desired,
  { machines, cluster }: Observed,
  { prepared, built }: Omit<Ground, 'machines'>,
): Ground['machines'] {
  const states = new Map(machines.map(({ name, state }) => [name, state]));
  const made = desired.machines.map((machine): readonly [string, After] => {
    const { name, image } = machine;
    const state = states.get(name) ?? 'absent';
    const id = `machine ${name}`;
    if (state === 'absent') {
      const after = [...prepared, ...(built.get(image ?? '') ?? [])];
      return [name, steps.add(id, { kind: 'machine.create', machine }, 'not there yet', after)];
    }
    if (state !== 'stopped' || cluster?.intent.drained.includes(name)) return [name, prepared]; // somebody works on it
    return [name, steps.add(id, { kind: 'machine.start', machine }, 'stopped', prepared)];
  });
  return new Map(made);
}

/** Members join side by side as far as the plan goes; how many do so at once is for who runs it. */
export function clusterSteps(
  steps: Steps,
  desired: Desired,
  observed: Observed,
  { machines }: Ground,
): { readonly configured: After; readonly joined: After } {
  const members = new Set(observed.machines.filter((machine) => machine.joined).map((machine) => machine.name));
  const founder = desired.machines.find(({ name }) => members.has(name)) ?? desired.machines[0];
  if (founder === undefined) return { configured: [], joined: [] };
  const runs = (name: string) => machines.get(name) ?? [];
  const founded = members.has(founder.name)
    ? runs(founder.name)
    : steps.add(
        `bootstrap ${founder.name}`,
        { kind: 'cluster.bootstrap', machine: founder },
        'no cluster yet',
        runs(founder.name),
      );
  const others = desired.machines.filter((machine) => machine !== founder && !members.has(machine.name));
  const joins = others.flatMap((machine) => {
    const body = { kind: 'cluster.join', machine, through: founder.name } as const;
    return steps.add(`join ${machine.name}`, body, 'not a member', [...founded, ...runs(machine.name)]);
  });
  const joined = [...founded, ...joins];
  if (observed.cluster?.configured) return { configured: [], joined };
  const reason = 'no project for the instances yet';
  const configured = steps.add('configure', { kind: 'cluster.configure' }, reason, joined);
  return { configured, joined: configured };
}

/** Each image in the cluster, and unpacked on every member, so that a replacement takes a second wherever it starts. */
export function imageSteps(
  steps: Steps,
  desired: Desired,
  { cluster }: Observed,
  { built }: Ground,
  { joined }: { readonly joined: After },
): Ready['image'] {
  const present = new Map(cluster?.images.map((image) => [image.alias, image]));
  const machines = desired.machines.filter(({ name }) => !cluster?.intent.drained.includes(name));
  const ready = new Map<string, After>();
  for (const image of distinct(desired.images)) {
    const { alias } = image;
    const known = present.get(alias);
    const after = [...joined, ...(built.get(alias) ?? [])];
    const imported = known
      ? []
      : steps.add(`import ${alias}`, { kind: 'image.import', image }, 'not in the cluster', after);
    ready.set(alias, imported);
    const warm = new Set(known?.unpackedOn);
    for (const { name } of machines.filter((machine) => !warm.has(machine.name))) {
      const body = { kind: 'image.warm', image, machine: name } as const;
      const warmed = steps.add(`warm ${alias} ${name}`, body, 'not unpacked there', [...imported, ...joined]);
      ready.set(`${alias} ${name}`, [...imported, ...warmed]);
    }
  }
  return (alias, machine) => ready.get(`${alias} ${machine}`) ?? ready.get(alias) ?? [];
}
