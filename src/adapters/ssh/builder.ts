import { RelevoError } from '../../domain/failure.ts';
import type { MachineAddress } from '../../domain/network.ts';
import type { ClusterAccess } from '../../ports/cluster.ts';
import type { Lxd } from '../../ports/lxd.ts';
import type { Builder, Workshop } from '../../ports/provider.ts';
import { clusterNetwork, clusterPool } from '../../render/preseed.ts';
import { surroundingsOf, surroundingsScript } from '../../render/surroundings.ts';
import { install } from './prepare.ts';
import { homeDirectory } from './record.ts';
import { type Exec, must } from './remote.ts';

/** Milliseconds until all hosts must have joined the cluster, one after another: images are built in it, on one member. */
const patience = 600_000;

export const buildProject = (project: string) => `relevo-build-${project}`;

/** `client`: LXD's own, on members. Build containers stand in a project of the cluster that is theirs alone, beside the one that controllers may touch. */
export function clusterBuilder(
  name: string,
  access: ClusterAccess,
  execOn: (member: string) => Exec,
  client: () => Promise<string>,
  pool = clusterPool,
) {
  const project = buildProject(name);
  const builder = Promise.withResolvers<MachineAddress>();
  let root: Promise<Lxd> | undefined;
  let made: Promise<Builder> | undefined;
  const make = async (): Promise<Builder> => {
    const { name: member, address } = await soon(builder.promise);
    root ??= access.connect([address]);
    const all = await root;
    const features = { 'features.images': 'true', 'features.profiles': 'true', 'features.storage.volumes': 'true' };
    if ((await all.projects.get(project)) === undefined) await all.projects.create(project, features, 'relevo');
    return {
      ...{ lxd: onMember(all.project(project), member), pool, network: clusterNetwork },
      offlineHint: `does a firewall of ${member} drop DHCP on ${clusterNetwork}, or what its containers send?`,
      surroundings: async () =>
        surroundingsOf(await must(execOn(member), ['sh', '-c', surroundingsScript], { onlyLooks: true })),
      workshop: workshopOn(execOn(member), member, project, client),
    };
  };
  return {
    /**
     * This member can build; the first one that is told does. All must have joined: LXD 5.0 copies each image to every member, and
     * can't while they change.
     */
    ready: (member: MachineAddress) => builder.resolve(member),
    get(): Promise<Builder> {
      made ??= make().catch((error) => {
        made = undefined;
        throw error;
      });
      return made;
    },
    /** A connection that could not be made was told to who asked for it. */
    close: async () => (await root?.catch(() => undefined))?.close(),
  };
}

/** Seconds: of an image that LXD unpacks and gives to all members. */
const importLimit = 900;

function workshopOn(exec: Exec, member: string, project: string, client: () => Promise<string>): Workshop {
  return {
    directory: `${homeDirectory}/build`,
    exec,
    async install(packages) {
      const what = `installing ${packages.join(', ')} on ${member}`;
      await must(exec, ['sh', '-c', install, 'sh', ...packages], { timeout: 1500, what });
    },
    async takeIn(file, alias) {
      const argv = [await client(), 'image', 'import', file, '--alias', alias, '--project', project];
      await must(exec, argv, { timeout: importLimit, what: `importing ${alias} on ${member}` });
    },
  };
}

function soon<T>(promise: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const message = 'the cluster, in which images are built, does not come together';
  const timer = setTimeout(() => late.reject(new RelevoError({ code: 'unreachable', message })), patience);
  return Promise.race([promise, late.promise]).finally(() => clearTimeout(timer));
}

/** Images are where they were uploaded, so their containers are too. */
function onMember(lxd: Lxd, target: string): Lxd {
  return {
    ...lxd,
    instances: { ...lxd.instances, create: (instance) => lxd.instances.create({ ...instance, target }) },
  };
}
