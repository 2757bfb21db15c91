import { RelevoError } from '../../../src/domain/failure.ts';
import { Secret } from '../../../src/domain/secret.ts';
import type { Lxd, LxdChange, LxdMember } from '../../../src/ports/lxd.ts';
import { fakeImages, type ImageFiles } from './images.ts';
import { fakeInstances } from './instances.ts';
import { type Caller, Wire } from './wire.ts';
import { emptyProject, found, type Project, type World } from './world.ts';

/** Milliseconds after which a member that says nothing is offline for the others. */
const offlineAfter = 20_000;

/**
 * LXD's API over a world in memory, for one caller; what it does not do as the real one does is listed in
 * docs/fake-lxd.md. Each method may be taken off its object, as with the real client.
 */
export function fakeLxd(world: World, caller: Caller, name = 'default', files: ImageFiles = new Map()): Lxd {
  const wire = new Wire(world, caller);
  const project = () => world.project(name);
  const read = <T>(what: string, effect: () => T) => wire.call({ what, writes: false }, effect);
  const write = <T>(what: string, effect: () => T) => wire.call({ what, writes: true }, effect);
  const close = async () => {};
  return {
    project: (other) => fakeLxd(world, caller, other, files),
    guardedBy: (mayWrite) => fakeLxd(world, { ...caller, mayWrite }, name, files),
    server: () => read('server', () => ({ ...server, name: caller.endpoints[0] ?? '' })),
    projects: projects(world, read, write),
    pools: { get: nothing, create: nothing, delete: nothing, space: async () => ({ used: 1, total: 10 }) },
    networks: { get: nothing, list: async () => [], create: nothing, delete: nothing },
    images: fakeImages(wire, project, files),
    instances: fakeInstances(wire, project),
    cluster: {
      members: () => read('members', () => members(world)),
      joinToken: (member: string) => write(`token for ${member}`, () => new Secret(`token-${member}`)),
      removeMember: (member: string) => write(`remove ${member}`, () => world.removeMember(member)),
    },
    settled: async () => {
      const running = await read('operations', () => [...project().operations]);
      await caller.process.deliver(Promise.allSettled(running));
    },
    changes: (onChange) => changes(world, caller, project, onChange),
    trust: (who: string, _certificate: string, own: readonly string[]) =>
      write(`trust ${who}`, () => void world.trusted.set(who, own)),
    useOnly: (urls) => {
      const chosen = [...world.members.values()].filter(({ address }) => urls.includes(`https://${address}:8443`));
      caller.endpoints.splice(0, Infinity, ...chosen.map(({ name }) => name));
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

const nothing = async () => undefined;

const server = {
  product: 'lxd',
  version: '5.0.2',
  pid: 1,
} as const;

type Call = <T>(what: string, effect: () => T) => Promise<T>;

function projects(world: World, read: Call, write: Call): Lxd['projects'] {
  const shown = (name: string) => {
    const known = world.projects.get(name);
    return known && { name, config: known.config, description: '' };
  };
  return {
    get: (name) => read(`project ${name}`, () => shown(name)),
    create: (name, config) =>
      write(`create project ${name}`, () => {
        if (world.projects.has(name)) throw new RelevoError({ code: 'conflict', message: `project ${name} exists` });
        world.projects.set(name, emptyProject(config));
      }),
    delete: (name) =>
      write(`delete project ${name}`, () => {
        found(world.projects.get(name), name);
        world.projects.delete(name);
      }),
  };
}

function members(world: World): LxdMember[] {
  return [...world.members.values()].map(({ name, address, heard }) => {
    const silent = world.clock.elapsed() - heard;
    const offline = !world.works(name) && silent > offlineAfter;
    return {
      ...{ name, url: `https://${address}:8443`, roles: ['database'] },
      status: offline ? 'Offline' : 'Online',
      message: offline ? `No heartbeat for ${silent} ms` : 'Fully operational',
    };
  });
}

/** Milliseconds until a client sees that the member it listens to is gone, and listens to another one. */
const noticeEvery = 1000;

function changes(
  world: World,
  { process, at, endpoints }: Caller,
  project: () => Project,
  onChange: (change: LxdChange) => void,
): Disposable {
  const { clock } = world;
  const reached = () => endpoints.find((each) => world.works(each) && world.linked(at, each));
  let source: string | undefined;
  const tell = (change: LxdChange) =>
    void process.deliver(clock.sleep(5 + clock.chance() * 50)).then(() => going && onChange(change));
  const connect = () => {
    if (source !== undefined && source === reached()) return;
    source = reached();
    if (source !== undefined) tell({ kind: 'gap' });
  };
  let going = true;
  const stop = clock.every(noticeEvery, connect);
  connect();
  const watcher = (changed: Project, action: string, url: string) => {
    const heard = source !== undefined && source === reached() && changed === project();
    if (heard) tell({ kind: 'event', action, source: url });
  };
  world.watchers.add(watcher);
  return {
    [Symbol.dispose]() {
      going = false;
      stop();
      world.watchers.delete(watcher);
    },
  };
}
