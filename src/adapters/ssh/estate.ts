import { X509Certificate } from 'node:crypto';
import type { Dialect } from '../../domain/dialect.ts';
import { networkOf } from '../../domain/ipv4.ts';
import { isOnline } from '../../domain/member.ts';
import { clusterPort } from '../../domain/network.ts';
import { instanceNetwork } from '../../domain/slots.ts';
import type { Spec } from '../../domain/spec.ts';
import type { Obstacle } from '../../ports/provider.ts';
import { callsNames } from '../../render/calls.ts';
import { clusterNetwork } from '../../render/preseed.ts';
import { buildProject } from './builder.ts';
import type { SeenHost } from './look.ts';
import { type Exec, must } from './remote.ts';

/** A cluster that was there before the project, as one of its members tells. */
export interface Estate {
  /** Of the host that was asked. */
  readonly name: string;
  /** Of the cluster's certificate: the same on all of its members. */
  readonly certificate: string;
  readonly version: string;
  readonly members: readonly { readonly server_name: string; readonly url: string; readonly status: string }[];
  readonly pools: readonly string[];
  readonly networks: readonly string[];
  readonly projects: readonly string[];
}

export const estateScript = (dialect: Dialect) => `
echo "certificate $(sha256sum < ${dialect.certificate} | cut -d ' ' -f 1)"
for what in '' /cluster/members?recursion=1 /storage-pools /networks /projects; do
  said=$(timeout 20 ${dialect.client} query "/1.0$what") || exit
  echo "$what/ $(echo "$said" | tr -d '\n')"
done
`;

/** Changes nothing. */
export async function estateOf(exec: Exec, host: string, dialect: Dialect): Promise<Estate> {
  const text = await must(exec, ['sh', '-c', estateScript(dialect)], {
    onlyLooks: true,
    timeout: 120,
    what: `asking LXD on ${host}`,
  });
  const lines = new Map(text.split('\n').map((line) => [line.split(' ')[0] ?? '', line.slice(line.indexOf(' ') + 1)]));
  const json = <T>(key: string) => JSON.parse(lines.get(`${key}/`) || 'null') as T;
  const server = json<{ environment: { server_name: string; server_version: string } }>('').environment;
  const names = (key: string) => json<string[]>(key).map((url) => url.split('?')[0]?.split('/').at(-1) ?? '');
  return {
    ...{ name: server.server_name, version: server.server_version, certificate: lines.get('certificate') ?? '' },
    members: json('/cluster/members?recursion=1'),
    ...{ pools: names('/storage-pools'), networks: names('/networks'), projects: names('/projects') },
  };
}

/** LXD whose API we know. */
const leastVersion = [5, 0] as const;

/** What is in the way of a project in that cluster; `begun`: ours is there already. Pure. */
export function estateObstacle(
  { name: project, machines }: Pick<Spec, 'name' | 'machines'>,
  all: readonly { readonly host: SeenHost; readonly estate: Estate }[],
  begun: boolean,
): Obstacle | undefined {
  const [first] = all;
  if (first === undefined) return undefined;
  const { members, pools, networks, projects, version, certificate } = first.estate;
  for (const { host, estate } of all) {
    const say = at(['machines', 'hosts', host.name]);
    if (estate.certificate !== certificate)
      return say(`${host.name} is in another LXD cluster than ${first.host.name}`, 'name hosts of one cluster');
    if (estate.name !== host.name)
      return say(`${host.name} is called ${estate.name} in its cluster`, `call it ${estate.name} in the file too`);
    const url = `https://${host.address}:${clusterPort}`;
    const its = members.find((each) => each.server_name === host.name);
    if (its?.url !== url)
      return say(`LXD on ${host.name} is at ${its?.url ?? 'no address'} for its cluster`, `it must be ${url}`);
    const taken = host.sight.interfaces.find((each) => each.name !== clusterNetwork && overlaps(each));
    if (taken !== undefined)
      return say(
        `${taken.name} of ${host.name} has ${taken.address}`,
        `instances need ${instanceNetwork} for themselves`,
      );
  }
  const say = at(['machines']);
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < leastVersion[0] || (major === leastVersion[0] && minor < leastVersion[1]))
    return say(`the cluster's LXD is ${version}`, `it must be ${leastVersion.join('.')} at least`);
  const away = members.find(({ status }) => !isOnline(status));
  if (away !== undefined && !begun)
    return say(
      `the cluster's member ${away.server_name} is ${away.status}`,
      'all must be there while a network is made',
    );
  if (machines.pool === undefined)
    return say(
      'the cluster was there before, so `pool` must say where instances lie',
      `add \`pool: ${pools[0]}\`; there are: ${pools.join(', ')}`,
      'invalid-file',
    );
  if (!pools.includes(machines.pool))
    return at(['machines', 'pool'])(
      `the cluster has no storage pool ${machines.pool}`,
      `there are: ${pools.join(', ')}`,
    );
  if (begun) return undefined;
  if (networks.includes(clusterNetwork))
    return say(`the hosts have a network ${clusterNetwork} already`, 'Relevo makes one of that name');
  const known = [project, buildProject(project)].find((each) => projects.includes(each));
  if (known !== undefined) return at(['name'])(`the cluster has a project ${known} already`, 'choose another name');
  return undefined;
}

function at(path: Obstacle['path']) {
  return (message: string, hint: string, code: Obstacle['code'] = 'conflict'): Obstacle => ({
    code,
    path,
    message,
    hint,
  });
}

function overlaps({ address, prefixLength }: { readonly address: string; readonly prefixLength: number }): boolean {
  const [own, ours] = [networkOf(`${address}/${prefixLength}`), networkOf(instanceNetwork)];
  return own.first < ours.first + ours.size && ours.first < own.first + own.size;
}

/** Members first one by one, then the cluster; what an interrupted run left half made goes before. */
export const makeBridge = (dialect: Dialect) => `
project=$1 network=$2 names=$3; shift 3
state=$(${dialect.client} query /1.0/networks/${clusterNetwork} 2>/dev/null | sed -n 's/.*"status": "\\([A-Za-z]*\\)".*/\\1/p')
[ "$state" != Created ] || exit 0
[ -z "$state" ] || ${dialect.client} network delete ${clusterNetwork} || exit
for member; do ${dialect.client} network create ${clusterNetwork} --target "$member" || exit; done
${dialect.client} network create ${clusterNetwork} ipv4.address="$network" ipv4.nat=true ipv6.address=none raw.dnsmasq="$names" user.relevo="$project"
`;

export async function makeNetwork(
  exec: Exec,
  project: string,
  { members, name }: Estate,
  dialect: Dialect,
): Promise<void> {
  const argv = [project, instanceNetwork, callsNames, ...members.map(({ server_name }) => server_name)];
  const what = `making the network ${clusterNetwork} on ${name}`;
  await must(exec, ['sh', '-c', makeBridge(dialect), 'sh', ...argv], { timeout: 120, what });
}

export const leaveScript = (dialect: Dialect) => `
project=$1 build=$2; shift 2
for each in "$build" "$project"; do
  ${dialect.client} project show "$each" >/dev/null 2>&1 || continue
  for instance in $(${dialect.client} list --project "$each" -f csv -c n); do
    ${dialect.client} delete --force --project "$each" "$instance" </dev/null || exit
  done
  for image in $(${dialect.client} image list --project "$each" -f csv -c F); do
    ${dialect.client} image delete --project "$each" "$image" || exit
  done
  ${dialect.client} project delete "$each" || exit
done
[ "$(${dialect.client} network get ${clusterNetwork} user.relevo 2>/dev/null)" != "$project" ] || ${dialect.client} network delete ${clusterNetwork} || exit
for fingerprint; do
  ! ${dialect.client} query "/1.0/certificates/$fingerprint" >/dev/null 2>&1 || ${dialect.client} config trust remove "$fingerprint" || exit
done
`;

/** Out of the cluster goes what is the project's, and nothing else. `certificates`: those of ours that it trusts, PEM. */
export async function leaveEstate(
  exec: Exec,
  project: string,
  certificates: readonly string[],
  dialect: Dialect,
): Promise<void> {
  const fingerprints = certificates.map((each) =>
    new X509Certificate(each).fingerprint256.replaceAll(':', '').toLowerCase(),
  );
  const argv = [project, buildProject(project), ...fingerprints];
  await must(exec, ['sh', '-c', leaveScript(dialect), 'sh', ...argv], { timeout: 600, what: 'leaving the cluster' });
}
