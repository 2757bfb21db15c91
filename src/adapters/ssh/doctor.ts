import { type Failure, RelevoError } from '../../domain/failure.ts';
import type { HostSpec, Spec } from '../../domain/spec.ts';
import type { Check } from '../../ports/host.ts';
import { checksOf, type HostCheck } from './checks.ts';
import { type Examined, examineOne, mendHost } from './examine.ts';
import type { Hosts } from './hosts.ts';
import { hostObstacles } from './preflight.ts';
import { type ProbedHost, probePassages } from './probe.ts';
import type { Exec } from './remote.ts';
import { lookAtAll, recordedLink, seenHosts, type World } from './world.ts';

/** All hosts of the file, each with what is wrong there and its cure. */
export async function examineHosts(spec: Spec, hosts: Hosts): Promise<readonly (Check | HostCheck)[]> {
  const ways = spec.machines.ways ?? {};
  const looked = Object.entries(ways).map(async ([name, way]) => [name, await troubleOf(hosts, name, way)] as const);
  const failures = (await Promise.all(looked)).flatMap(([name, failure]) =>
    failure ? [unreached(name, failure)] : [],
  );
  if (failures.length > 0) return [...reachedOf(spec, failures), ...failures];
  const world = await lookAtAll(spec, hosts);
  const seen = seenHosts(world);
  const exec = execOn(spec, hosts);
  const examined = await Promise.all(seen.map((host) => examineOne(host, exec(host.name))));
  const passages = await probePassages(examined.map(probed), exec);
  const obstacles = hostObstacles(spec, seen).map(({ path, message, hint }): Check => {
    return { what: path.join('.'), state: 'missing', detail: `${message}; ${hint}` };
  });
  return [
    ...examined.flatMap((each) => checksOf(each, world, examined, passages)),
    sharedCheck(spec, world),
    ...obstacles,
  ];
}

function sharedCheck({ name, balancer: { vip, link } }: Spec, world: World): Check {
  const chosen = link ?? recordedLink(world, name);
  const way = chosen === undefined ? 'the first `up` tries how balancers can be on the network' : `link: ${chosen}`;
  const detail = vip === undefined ? 'none: each balancer answers at its host’s own' : `${vip}, ${way}`;
  return { what: 'shared address', state: 'ok', detail };
}

/** Does what `examineHosts` says can be done; the caller has asked. */
export async function mendHosts(spec: Spec, hosts: Hosts, onLine: (line: string) => void): Promise<void> {
  const checks = await examineHosts(spec, hosts);
  const mends = checks.flatMap((each) => ('mend' in each && each.mend !== undefined ? [each] : []));
  const kinds = new Map(mends.map((each) => [`${each.host} ${each.mend}`, each]));
  for (const { host, mend, fix } of kinds.values()) {
    if (mend === undefined) continue;
    onLine(`${host}: ${fix}`);
    await mendHost(execOn(spec, hosts)(host), host, mend);
  }
}

function execOn({ machines }: Spec, hosts: Hosts): (name: string) => Exec {
  return (name) => hosts.exec(name, machines.ways?.[name] ?? { address: '' });
}

function probed({ host: { name, address }, says }: Examined): ProbedHost {
  return { name, address, mtu: Number(says.get('mtu')) || 1500 };
}

/** Why nobody gets to the host, or in; undefined where somebody does. */
async function troubleOf(hosts: Hosts, name: string, way: HostSpec): Promise<Failure | undefined> {
  try {
    const known = await hosts.look(name, way);
    return 'silence' in known ? known.silence : undefined;
  } catch (error) {
    if (error instanceof RelevoError) return error.failure;
    throw error;
  }
}

function unreached(name: string, { message, hint = '' }: Failure): Check {
  return { what: `${name}: reachable`, state: 'missing', detail: `${message}; ${hint}` };
}

function reachedOf({ machines }: Spec, failures: readonly Check[]): Check[] {
  const silent = new Set(failures.map(({ what }) => what));
  return machines.hosts
    .map((name) => `${name}: reachable`)
    .filter((what) => !silent.has(what))
    .map((what) => ({ what, state: 'ok' }));
}
