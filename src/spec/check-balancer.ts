import { callsPort, clusterPort } from '../domain/network.ts';
import { hostNames } from './check-machines.ts';
import { entries, isBranch, pick } from './data.ts';
import { defaults } from './defaults.ts';
import type { Finding } from './source.ts';

const hostsPath = ['machines', 'hosts'];

/** What the keys of the balancer must agree on. */
export function balancerFindings(data: unknown): Finding[] {
  return [
    ...tlsFindings(data),
    ...portFindings(data),
    ...vipFindings(data),
    ...vip6Findings(data),
    ...placeFindings(data),
  ];
}

function tlsFindings(data: unknown): Finding[] {
  const tls = pick(data, ['balancer', 'tls']);
  if (!isBranch(tls)) return [];
  if (!('certificate' in tls)) return withoutCertificate(tls);
  if (typeof tls['certificate'] !== 'string') return [];
  const own = tls['certificate'] !== 'self-signed';
  if (!own && 'certificates' in tls) {
    const message = 'a self-signed certificate stands alone';
    const hint = 'delete `certificate: self-signed`, or `certificates`';
    return [{ path: ['balancer', 'tls', 'certificates'], key: true, message, hint }];
  }
  if (own && !('key' in tls)) {
    const hint = 'for example `key: site.key`; without a certificate of your own write `certificate: self-signed`';
    return [{ path: ['balancer', 'tls', 'certificate'], message: 'the certificate needs its `key`', hint }];
  }
  if (own || !('key' in tls)) return [];
  const message = '`key` belongs to a certificate of your own, and this one is self-signed';
  return [{ path: ['balancer', 'tls', 'key'], key: true, message, hint: 'delete the line' }];
}

function withoutCertificate(tls: object): Finding[] {
  const hint = 'for example `certificate: site.pem` with `key: site.key`, or `certificate: self-signed` for a lab';
  if ('key' in tls)
    return [{ path: ['balancer', 'tls', 'key'], key: true, message: 'the key needs its `certificate`', hint }];
  return 'certificates' in tls
    ? []
    : [{ path: ['balancer', 'tls'], key: true, message: 'HTTPS needs a certificate', hint }];
}

/** A balancer that took it would cut the cluster in two. */
function clusterPortFinding(path: readonly string[]): Finding {
  const message = `port ${clusterPort} is the one where LXD listens on every machine`;
  return { path: [...path], message, hint: 'choose another port' };
}

function callsPortFinding(path: readonly string[]): Finding {
  const message = `port ${callsPort} is the one where balancers take what services ask of one another`;
  return { path: [...path], message, hint: 'choose another port' };
}

/** HTTP, HTTPS and the statistics are published side by side. */
function portFindings(data: unknown): Finding[] {
  const stats = pick(data, ['balancer', 'stats']);
  const tls = pick(data, ['balancer', 'tls']);
  const ports = [
    { path: ['balancer', 'publish'], port: pick(data, ['balancer', 'publish']) ?? defaults.publish },
    ...(isBranch(tls) ? [{ path: ['balancer', 'tls', 'publish'], port: tls['publish'] ?? defaults.tlsPublish }] : []),
    { path: ['balancer', 'stats'], port: stats === true ? defaults.statsPort : stats },
  ];
  return ports.flatMap(({ path, port }, index) => {
    if (port === clusterPort) return [clusterPortFinding(path)];
    if (port === callsPort) return [callsPortFinding(path)];
    const first = ports.slice(0, index).find((each) => each.port === port);
    if (typeof port !== 'number' || first === undefined) return [];
    const [mine, other] = [path, first.path].map((each) => (pick(data, each) === undefined ? 'default' : 'written'));
    const at = mine === 'default' && other === 'written' ? first.path : path;
    const message = `port ${port} is both \`${first.path.slice(1).join('.')}\` and \`${path.slice(1).join('.')}\``;
    return [{ path: at, message, hint: 'give one of them another port' }];
  });
}

function vipFindings(data: unknown): Finding[] {
  const vip = pick(data, ['balancer', 'vip']);
  const replicas = pick(data, ['balancer', 'replicas']) ?? defaults.balancers;
  const isMade =
    (pick(data, ['machines', 'provider']) ?? defaults.provider) === defaults.provider &&
    entries(data, hostsPath).length === 0;
  if (vip === undefined || replicas !== 1 || !isMade) return [];
  const message = '`vip` is the address that two balancers share, and there is one balancer';
  return [{ path: ['balancer', 'vip'], key: true, message, hint: 'add `replicas: 2`, or delete the line' }];
}

/** Hosts stand in for IPv4 addresses only. */
function vip6Findings(data: unknown): Finding[] {
  const [vip, vip6, link] = ['vip', 'vip6', 'link'].map((key) => pick(data, ['balancer', key]));
  if (vip6 === undefined) return [];
  const message = '`vip6` goes where `vip` goes, and there is none';
  if (vip === undefined) return [{ path: ['balancer', 'vip6'], key: true, message, hint: 'add `vip`' }];
  if (link !== 'routed') return [];
  const routed = '`vip6` needs balancers that are on the network themselves: `link: macvlan`';
  return [{ path: ['balancer', 'link'], message: routed, hint: 'delete one of the two lines' }];
}

/** Two on one machine would be lost with it. */
function placeFindings(data: unknown): Finding[] {
  const place = pick(data, ['balancer', 'place']) ?? hostNames(data).map(({ text }) => text);
  const machines = Array.isArray(place) ? new Set(place).size : 1;
  if (pick(data, ['balancer', 'replicas']) !== 2 || machines > 1) return [];
  const message = 'two balancers stand on two machines, and there is one to choose';
  return [{ path: ['balancer', 'replicas'], message, hint: 'name another machine in `balancer.place`' }];
}
