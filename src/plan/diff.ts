import type { Desired, ImagePlan, InstancePlan } from '../domain/desired.ts';
import type { Observed, ObservedCluster, ObservedInstance } from '../domain/observed.ts';
import type { Step, StepBody } from '../domain/step.ts';

/**
 * What must be done so that the world is as desired, in an order that loses no request. Pure.
 * Where the cluster can't be read because its machines are off, the answer ends with their start: plan again then.
 */
export function diff(desired: Desired, observed: Observed): Step[] {
  const steps = new Steps();
  const ground = groundSteps(steps, desired, observed);
  if (observed.cluster === null && observed.machines.some((machine) => machine.joined)) return steps.all;
  const cluster = observed.cluster ?? nothing;
  const configured = clusterSteps(steps, desired, observed, cluster, ground);
  const images = imageSteps(steps, desired, cluster, configured);
  const changes = instanceSteps(steps, desired, cluster, images);
  const balanced = balancerSteps(steps, desired, observed, cluster, images, changes);
  removalSteps(steps, desired, observed, cluster, balanced);
  return steps.all;
}

const nothing: ObservedCluster = { members: [], configured: false, images: [], instances: [], servers: null };

class Steps {
  readonly all: Step[] = [];

  add(id: string, body: StepBody, reason: string, after: readonly string[]): string {
    const known = new Set(this.all.map((step) => step.id));
    this.all.push({ ...body, id, reason, after: [...new Set(after)].filter((each) => known.has(each)) });
    return id;
  }

  get ids(): string[] {
    return this.all.map((step) => step.id);
  }
}

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
    return existing.state === 'stopped' ? [steps.add(id, { kind: 'machine.start', machine }, 'stopped', prepared)] : [];
  });
  return [...prepared, ...built, ...machines];
}

/** Those that the cluster does not hold and the cache does not either; a shared recipe is built once. */
function imagesToBuild(desired: Desired, observed: Observed): ImagePlan[] {
  const held = new Set([...observed.cached, ...(observed.cluster?.images ?? []).map((image) => image.alias)]);
  const newMachines = desired.machines.some((machine) => !observed.machines.some((each) => each.name === machine.name));
  const needed = desired.images.filter((image) =>
    image.name === 'machine' ? newMachines && !observed.cached.includes(image.alias) : !held.has(image.alias),
  );
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
  const wanted = desired.images.filter((image) => image.name !== 'machine');
  const unique = wanted.filter((image, index) => wanted.findIndex((each) => each.alias === image.alias) === index);
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
    const cold = desired.machines.filter((machine) => !present?.unpackedOn.includes(machine.name));
    const warmed = cold.map(({ name }) =>
      steps.add(`warm ${image.alias} ${name}`, { kind: 'image.warm', image, machine: name }, 'not unpacked there', [
        ...imported,
        ...configured,
      ]),
    );
    return [...imported, ...warmed];
  });
}

interface Changes {
  readonly created: readonly string[];
  readonly replaced: readonly { readonly id: string; readonly instance: string }[];
}

function instanceSteps(steps: Steps, desired: Desired, cluster: ObservedCluster, images: readonly string[]): Changes {
  const created: string[] = [];
  const replaced: { id: string; instance: string }[] = [];
  const lastReplaced = new Map<string, string>();
  for (const instance of desired.instances) {
    const existing = cluster.instances.find((each) => each.name === instance.name);
    const ready = images.filter(
      (id) => id === `import ${instance.image}` || id === `warm ${instance.image} ${instance.machine}`,
    );
    const id = `instance ${instance.name}`;
    if (existing === undefined) {
      created.push(steps.add(id, { kind: 'instance.create', instance }, 'not there yet', [...ready, 'configure']));
    } else if (!existing.complete) {
      const body: StepBody = { kind: 'instance.replace', instance, from: existing.machine };
      created.push(steps.add(id, body, 'its creation was interrupted', ready));
    } else if (replaceReason(instance, existing) !== undefined) {
      const body: StepBody = { kind: 'instance.replace', instance, from: existing.machine };
      const previous = lastReplaced.get(instance.service);
      const after = [...ready, ...(previous === undefined ? [] : [previous]), ...created];
      lastReplaced.set(instance.service, steps.add(id, body, replaceReason(instance, existing) as string, after));
      replaced.push({ id, instance: instance.name });
    } else {
      created.push(...smallChange(steps, id, instance, existing));
    }
  }
  return { created, replaced };
}

function replaceReason(instance: InstancePlan, existing: ObservedInstance): string | undefined {
  if (existing.machine !== instance.machine) return `moves from ${existing.machine} to ${instance.machine}`;
  if (existing.image !== instance.image) return 'its image changed';
  if (existing.hash !== instance.hash) return 'its files, environment or secrets changed';
  return undefined;
}

function smallChange(steps: Steps, id: string, instance: InstancePlan, existing: ObservedInstance): string[] {
  const cpu = instance.limits.cpu === undefined ? '' : String(instance.limits.cpu);
  const memory = instance.limits.memory === undefined ? '' : String(instance.limits.memory);
  const changed = existing.limits.cpu !== cpu || existing.limits.memory !== memory;
  const updated = changed
    ? [steps.add(`limits ${instance.name}`, { kind: 'instance.update', instance }, 'its limits changed', [])]
    : [];
  if (existing.state !== 'stopped') return updated;
  return [...updated, steps.add(id, { kind: 'instance.start', instance }, 'stopped', updated)];
}

function balancerSteps(
  steps: Steps,
  desired: Desired,
  observed: Observed,
  cluster: ObservedCluster,
  images: readonly string[],
  changes: Changes,
): string[] {
  const ids: string[] = [];
  for (const balancer of desired.balancers) {
    const existing = cluster.instances.find((each) => each.name === balancer.name);
    const id = `balancer ${balancer.name}`;
    const ready = images.filter(
      (each) => each === `import ${balancer.image}` || each === `warm ${balancer.image} ${balancer.machine}`,
    );
    const same =
      existing?.complete === true && existing.machine === balancer.machine && existing.hash === balancer.hash;
    if (existing === undefined)
      steps.add(id, { kind: 'balancer.create', balancer }, 'not there yet', [...ready, 'configure']);
    else if (!same) steps.add(id, { kind: 'balancer.replace', balancer }, 'its image, place or port changed', ready);
    else if (existing.state === 'stopped') steps.add(id, { kind: 'balancer.start', balancer }, 'stopped', []);
    const loaded = same && existing.configHash === balancer.configHash;
    const awaits = desired.instances.filter((i) => changes.created.includes(`instance ${i.name}`)).map((i) => i.name);
    if (!loaded || awaits.length > 0 || !everyServerUp(desired, cluster)) {
      const body: StepBody = { kind: 'balancer.configure', balancer, awaits };
      const reason = loaded ? 'not every server is UP' : 'the configuration changed';
      ids.push(steps.add(`balance ${balancer.name}`, body, reason, [id, ...changes.created]));
    }
  }
  orderReplacements(steps, changes, ids);
  const { port, machine } = desired.publish;
  if (observed.published?.port !== port || observed.published.machine !== machine) {
    ids.push(steps.add('publish', { kind: 'publish', port, machine }, `port ${port} is not published`, ids));
  }
  return ids;
}

/** An instance may be taken away only from a balancer that already knows the new ones. */
function orderReplacements(steps: Steps, changes: Changes, balanced: readonly string[]): void {
  for (const { id } of changes.replaced) {
    const index = steps.all.findIndex((step) => step.id === id);
    const step = steps.all[index] as Step;
    steps.all[index] = { ...step, after: [...step.after, ...balanced] };
  }
}

function everyServerUp(desired: Desired, cluster: ObservedCluster): boolean {
  return desired.instances.every((instance) => cluster.servers?.[instance.name]?.startsWith('UP') === true);
}

/** Last of all: what no longer belongs, once no balancer sends anything there. */
function removalSteps(
  steps: Steps,
  desired: Desired,
  observed: Observed,
  cluster: ObservedCluster,
  balanced: readonly string[],
): void {
  const before = [...steps.ids];
  const names = new Set([...desired.instances, ...desired.balancers].map((each) => each.name));
  const gone = cluster.instances.filter((instance) => !names.has(instance.name));
  const removed = gone.map(({ name, service, machine, kind }) =>
    kind === 'balancer'
      ? steps.add(
          `remove ${name}`,
          { kind: 'balancer.delete', balancer: name, machine },
          'no longer in the file',
          before,
        )
      : steps.add(
          `remove ${name}`,
          { kind: 'instance.delete', instance: name, service, machine },
          'no longer in the file',
          balanced,
        ),
  );
  const machines = observed.machines.filter((machine) => !desired.machines.some((each) => each.name === machine.name));
  const left = machines.flatMap(({ name, joined }) => {
    const leave = joined
      ? [
          steps.add(`leave ${name}`, { kind: 'cluster.leave', machine: name }, 'no longer in the file', [
            ...before,
            ...removed,
          ]),
        ]
      : [];
    return [
      steps.add(`delete ${name}`, { kind: 'machine.delete', machine: name }, 'no longer in the file', [
        ...before,
        ...removed,
        ...leave,
      ]),
    ];
  });
  const wanted = new Set(desired.images.map((image) => image.alias));
  for (const { alias } of cluster.images.filter((image) => !wanted.has(image.alias))) {
    steps.add(`forget ${alias}`, { kind: 'image.delete', alias }, 'no service uses it', [
      ...before,
      ...removed,
      ...left,
    ]);
  }
}
