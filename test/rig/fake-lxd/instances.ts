import { RelevoError } from '../../../src/domain/failure.ts';
import type { Config, ExecOptions, LxdInstance, LxdInstances, NewInstance } from '../../../src/ports/lxd.ts';
import { type Outcome, runInside } from './inside.ts';
import type { Wire } from './wire.ts';
import { failed, found, type Instance, newInstance, type Project } from './world.ts';

/** Milliseconds that LXD takes for what it does in the background, about. */
const times = { create: 2500, clone: 300, start: 400, stop: 200, shutdown: 800, delete: 100 } as const;
/** Until a member that is silent is left out of a list. */
const silentMember = 500;

export function fakeInstances(wire: Wire, project: () => Project): LxdInstances {
  const { world } = wire;
  const { clock } = world;
  const named = (name: string) => found(project().instances.get(name), `instance ${name}`);
  const locate = (name: string) => project().instances.get(name)?.location;
  const call = <T>(what: string, name: string, writes: boolean, effect: () => T | Promise<T>) =>
    wire.call({ what: `${what} ${name}`, writes, member: locate(name) }, effect);
  const operate = (what: string, instance: Instance, milliseconds: number, effect: () => void) =>
    background(wire, project(), instance, what, milliseconds, effect);
  const setState = (what: 'start' | 'stop', name: string, milliseconds: number) =>
    call(what, name, true, () => {
      const instance = named(name);
      const wanted = what === 'start' ? 'Running' : 'Stopped';
      if (instance.status === wanted) throw failed(`The instance is already ${wanted.toLowerCase()}`);
      return operate(what, instance, milliseconds, () => world[what === 'start' ? 'begin' : 'end'](instance));
    });
  const survey = async () => {
    if ([...world.members.keys()].some((name) => !world.works(name))) await clock.sleep(silentMember);
    return wire.call({ what: 'instances', writes: false }, () => {
      const all = [...project().instances.values()];
      return {
        read: all.filter(({ location }) => world.works(location)).map(shown),
        unread: all.filter(({ location }) => !world.works(location)).map(({ name, location }) => ({ name, location })),
      };
    });
  };
  const get = (name: string) =>
    call('get', name, false, () => {
      const instance = project().instances.get(name);
      return instance && shown(instance);
    });
  const exec = async (name: string, argv: readonly string[], options: ExecOptions = {}) => {
    const begin = () =>
      call(`exec ${argv.slice(0, 2).join(' ')} in`, name, true, () => {
        const instance = named(name);
        if (instance.status !== 'Running') throw failed('Instance is not running');
        const run = runInside({ world, instance, argv, stdin: textOf(options) });
        return limited(wire, run, options.timeout ?? 60);
      });
    const again = (error: unknown) => {
      if (options.onlyLooks && error instanceof RelevoError && error.failure.code === 'unreachable') return begin();
      throw error;
    };
    return { ...(await begin().catch(again)), whole: true };
  };
  return {
    get,
    survey,
    list: async () => (await survey()).read,
    create: (instance) =>
      wire.call({ what: `create ${instance.name}`, writes: true, member: instance.target }, () =>
        create(wire, project(), instance),
      ),
    async update(name, config, devices) {
      await get(name);
      await call('update', name, true, () => {
        const instance = named(name);
        const kept = Object.entries(instance.config).filter(([key]) => /^(volatile|image)\./.test(key));
        Object.assign(instance, { devices, config: { ...withoutEmpty(config), ...Object.fromEntries(kept) } });
        world.changed(project(), 'instance-updated', `/1.0/instances/${name}`);
      });
    },
    patchConfig: (name, config) =>
      call('patch', name, true, () => {
        const instance = named(name);
        instance.config = withoutEmpty({ ...instance.config, ...config });
        world.changed(project(), 'instance-updated', `/1.0/instances/${name}`);
      }),
    start: (name) => setState('start', name, times.start),
    stop: (name, { force }) => setState('stop', name, force ? times.stop : times.shutdown),
    async delete(name) {
      if ((await get(name)) === undefined) return;
      await call('delete', name, true, () => {
        const instance = named(name);
        if (instance.status !== 'Stopped') throw failed('The instance is currently running, stop it first');
        return operate('delete', instance, times.delete, () => void project().instances.delete(name));
      });
    },
    consoleLog: (name) => call('console', name, false, () => named(name).name && ''),
    exec,
    execInteractive: async () => {
      throw new Error('nobody sits at a terminal in a test');
    },
    pushFile: (name, path, bytes) =>
      call('push to', name, true, () => void named(name).files.set(path, Buffer.from(bytes as Uint8Array).toString())),
    readFile: (name, path) =>
      call('read from', name, false, () => {
        const text = named(name).files.get(path);
        return text === undefined ? undefined : Buffer.from(text);
      }),
    deleteFile: (name, path) => call('delete in', name, true, () => void named(name).files.delete(path)),
    makeDirectory: (name) => call('make a directory in', name, true, () => void named(name)),
  };
}

function shown({ name, status, location, config, devices }: Instance): LxdInstance {
  return { name, status, location, config, devices, profiles: [] };
}

/** LXD keeps no key whose value is empty. */
function withoutEmpty(config: Config): Config {
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== ''));
}

function textOf({ stdin = '' }: ExecOptions): string {
  if (typeof stdin === 'string') return stdin;
  if (stdin instanceof Uint8Array) return Buffer.from(stdin).toString();
  throw new Error('the fake LXD takes no stream');
}

/** A command goes on after its client gave it up; LXD kills it only where it is told to. */
async function limited({ world }: Wire, run: Promise<Outcome>, seconds: number): Promise<Outcome> {
  const late = world.clock.sleep(seconds * 1000).then(() => undefined);
  const outcome = await Promise.race([run, late]);
  if (outcome === undefined) throw new RelevoError({ code: 'unreachable', message: `no end within ${seconds} s` });
  return outcome;
}

/** The record is there at once, what it stands for only at the end: an interrupted creation leaves a stopped instance. */
function create(wire: Wire, project: Project, { name, image, config, devices, target }: NewInstance): Promise<void> {
  const { world } = wire;
  const location = target ?? [...world.members.keys()][0] ?? '';
  if (project.instances.has(name)) throw new RelevoError({ code: 'conflict', message: `${name} exists (fake LXD)` });
  const source = 'instance' in image ? found(project.instances.get(image.instance), image.instance) : undefined;
  if ('alias' in image) found(project.aliases.get(image.alias), image.alias);
  if (source?.busy !== undefined) throw failed(`${source.name} is busy: ${source.busy}`);
  const inherited = Object.entries(source?.config ?? {}).filter(([key]) => !key.startsWith('volatile.'));
  const whole = withoutEmpty({ ...Object.fromEntries(inherited), ...config, 'volatile.uuid': `uuid-${name}` });
  const instance = newInstance(name, location, whole, devices);
  for (const [path, text] of source?.files ?? []) instance.files.set(path, text);
  project.instances.set(name, instance);
  const time = source === undefined ? times.create : times.clone;
  const made = background(wire, project, instance, 'create', time, () => {});
  made.catch(() => world.works(location) && project.instances.delete(name)); // LXD puts back what failed
  return made;
}

/** LXD's words for lifecycle events. Source: LXD's doc/events.md. */
const past: Readonly<Record<string, string>> = {
  create: 'created',
  start: 'started',
  stop: 'stopped',
  delete: 'deleted',
};

/** Goes on whatever becomes of whoever began it. */
function background(
  { world }: Wire,
  project: Project,
  instance: Instance,
  what: string,
  milliseconds: number,
  effect: () => void,
): Promise<void> {
  if (instance.busy !== undefined) throw failed(`Instance is busy running a "${instance.busy}" operation`);
  instance.busy = what;
  const { clock, weather } = world;
  const run = async () => {
    await clock.sleep(milliseconds * (0.5 + clock.chance()) + weather.latency(clock.chance));
    instance.busy = undefined;
    if (!world.works(instance.location))
      throw new RelevoError({ code: 'unreachable', message: `LXD restarted and forgot "${what}" of ${instance.name}` });
    if (clock.chance() < weather.broken) throw failed(`${what} of ${instance.name} failed`);
    effect();
    world.changed(project, `instance-${past[what] ?? what}`, `/1.0/instances/${instance.name}`);
  };
  const operation = run();
  project.operations.add(operation);
  const end = () => void project.operations.delete(operation);
  operation.then(end, end);
  return operation;
}
