import { RelevoError } from '../../domain/failure.ts';
import type { MachineAddress } from '../../domain/network.ts';
import type { ClusterAccess } from '../../ports/cluster.ts';
import type { Lxd } from '../../ports/lxd.ts';
import type { Builder } from '../../ports/provider.ts';
import { clusterNetwork, clusterPool } from '../../render/preseed.ts';

/** Milliseconds until somebody must have founded the cluster: images are built in it, on one member. */
const patience = 180_000;

/** Build containers stand in a project of the cluster that is theirs alone, beside the one that controllers may touch. */
export function clusterBuilder(name: string, access: ClusterAccess) {
  const project = `relevo-build-${name}`;
  const founder = Promise.withResolvers<MachineAddress>();
  let root: Promise<Lxd> | undefined;
  let made: Promise<Builder> | undefined;
  const make = async (): Promise<Builder> => {
    const { name: member, address } = await soon(founder.promise);
    root ??= access.connect([address]);
    const all = await root;
    const features = { 'features.images': 'true', 'features.profiles': 'true', 'features.storage.volumes': 'true' };
    if ((await all.projects.get(project)) === undefined) await all.projects.create(project, features, 'relevo');
    return {
      ...{ lxd: onMember(all.project(project), member), pool: clusterPool, network: clusterNetwork },
      offlineHint: `does a firewall of ${member} drop DHCP on ${clusterNetwork}, or what its containers send?`,
    };
  };
  return {
    project,
    /** This member can build. The first one that is told stays the builder. */
    founded: (member: MachineAddress) => founder.resolve(member),
    get(): Promise<Builder> {
      made ??= make().catch((error) => {
        made = undefined;
        throw error;
      });
      return made;
    },
    close: async () => (await root?.catch(() => undefined))?.close(),
  };
}

function soon<T>(promise: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const message = 'no host has founded the cluster, in which images are built';
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
