import { type Failure, RelevoError } from '../../domain/failure.ts';
import type { HostSpec, Spec } from '../../domain/spec.ts';
import type { Check } from '../../ports/host.ts';
import { checksOf, type HostCheck } from './checks.ts';
import { type Examined, examineOne, mendHost } from './examine.ts';
import { type Fleet, isAdopted, lookAtAll, recordedLink, seenHosts } from './fleet.ts';
import type { Hosts, Known } from './hosts.ts';
import { hostObstacles, ownInterface, poolObstacle } from './preflight.ts';
import { type ProbedHost, probePassages } from './probe.ts';
import type { Exec } from './remote.ts';
import { takenAddress } from './taken.ts';

/** All hosts of the file, each with what is wrong there and its cure; those that can't be asked hide nothing of the others. */
export async function examineHosts(spec: Spec, hosts: Hosts): Promise<readonly (Check | HostCheck)[]> {
  const fleet = await lookAtAll(spec, { look: (name, way) => lookOrWhyNot(hosts, name, way) });
  const silent = fleet.hosts.flatMap(({ name, inFile, known }) =>
    inFile && 'silence' in known ? [unreached(name, known.silence)] : [],
  );
  const seen = seenHosts(fleet);
  if (seen.length === 0) return silent;
  const exec = execOn(spec, hosts);
  const examined = await Promise.all(seen.map((host) => examineOne(host, exec(host.name))));
  const passages = await probePassages(examined.map(probed), exec);
  return [
    ...examined.flatMap((each) => checksOf(each, fleet, examined, passages)),
    ...silent,
    sharedCheck(spec, fleet),
    ...(await obstaclesOf(spec, fleet, exec)),
  ];
}

/** What `up` would refuse of the hosts as they are. */
async function obstaclesOf(spec: Spec, fleet: Fleet, exec: (name: string) => Exec): Promise<Check[]> {
  const seen = seenHosts(fleet);
  const adopted = isAdopted(fleet, spec.name);
  const all = [
    poolObstacle(spec, adopted),
    ...hostObstacles(spec, seen, adopted),
    await takenAddress(
      spec,
      seen.filter((host) => ownInterface(host) !== undefined),
      exec,
    ),
  ];
  return all.flatMap((each) =>
    each === undefined
      ? []
      : [{ what: each.path.join('.'), state: 'missing' as const, detail: `${each.message}; ${each.hint}` }],
  );
}

function sharedCheck({ name, balancer: { vip, link } }: Spec, fleet: Fleet): Check {
  const chosen = link ?? recordedLink(fleet, name);
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

/** Of a host that lets nobody in, too, nothing is known but why. */
async function lookOrWhyNot(hosts: Hosts, name: string, way: HostSpec): Promise<Known> {
  try {
    return await hosts.look(name, way);
  } catch (error) {
    if (error instanceof RelevoError) return { silence: error.failure };
    throw error;
  }
}

function unreached(name: string, { message, hint = '' }: Failure): Check {
  return { what: `${name}: reachable`, state: 'missing', detail: `${message}; ${hint}` };
}
