import { canonicalIpv6 } from '../domain/ipv6.ts';
import type {
  BackupsSpec,
  BalancerSpec,
  CertificateSpec,
  ErrorCode,
  RawHaproxySpec,
  TimeoutsSpec,
  TlsSpec,
} from '../domain/spec.ts';
import { defaults } from './defaults.ts';
import { certain, placeOf } from './normalise-pieces.ts';
import type { ServiceFile, SpecFile } from './schema.ts';
import { parseDuration } from './units.ts';

type BalancerFile = NonNullable<SpecFile['balancer']>;
type TlsFile = NonNullable<BalancerFile['tls']>;

export function balancerSpec(file: BalancerFile, hosts: readonly string[]): BalancerSpec {
  const stats = file.stats === true ? defaults.statsPort : file.stats;
  return {
    image: file.image ?? defaults.image,
    algorithm: file.algorithm ?? defaults.algorithm,
    place: placeOf(file.place, hosts),
    replicas: file.replicas ?? defaults.balancers,
    ...(file.vip !== undefined && { vip: file.vip }),
    ...(file.vip6 !== undefined && { vip6: canonicalIpv6(file.vip6), link: 'macvlan' }),
    ...(file.link !== undefined && file.link !== 'auto' && { link: file.link }),
    ...(file.addresses !== undefined && { addresses: file.addresses }),
    publish: file.publish ?? defaults.publish,
    ...(file.tls !== undefined && { tls: tlsSpec(file.tls) }),
    trustedProxies: file.trusted_proxies ?? [],
    ...(typeof stats === 'number' && { stats }),
    errors: (file.errors ?? {}) as Partial<Record<ErrorCode, string>>,
    haproxy: rawSpec(file.haproxy ?? {}),
  };
}

/** Browsers let nobody past a bad certificate where HSTS was once seen: a self-signed one goes without. */
function tlsSpec(file: TlsFile): TlsSpec {
  const own = file.certificate !== 'self-signed';
  return {
    certificates: own ? certificatesOf(file) : 'self-signed',
    publish: file.publish ?? defaults.tlsPublish,
    redirect: file.redirect ?? defaults.redirect,
    hsts: file.hsts ?? own,
  };
}

/** The one that stands alone is the first. */
function certificatesOf({ certificate, key, certificates = [] }: TlsFile): CertificateSpec[] {
  return certificate === undefined ? certificates : [{ certificate, key: certain(key), alone: true }, ...certificates];
}

function rawSpec(file: NonNullable<BalancerFile['haproxy']>): RawHaproxySpec {
  return { global: lines(file.global), defaults: lines(file.defaults), frontend: lines(file.frontend) };
}

/** A block or a list to lines; empty ones say nothing. */
export function lines(given: string | readonly string[] | undefined): readonly string[] {
  const all = typeof given === 'string' ? given.split('\n') : (given ?? []);
  return all.map((line) => line.trim()).filter((line) => line !== '');
}

export function timeoutsSpec(file: NonNullable<ServiceFile['timeouts']>): TimeoutsSpec {
  return {
    connect: certain(parseDuration(file.connect ?? defaults.connectTimeout)),
    server: certain(parseDuration(file.server ?? defaults.serverTimeout)),
    queue: certain(parseDuration(file.queue ?? defaults.queueTimeout)),
    tunnel: certain(parseDuration(file.tunnel ?? defaults.tunnelTimeout)),
    drain: certain(parseDuration(file.drain ?? defaults.drainTimeout)),
  };
}

export function backupsSpec(file: NonNullable<ServiceFile['backups']>): BackupsSpec {
  const { count, kind } = typeof file === 'number' ? { count: file } : file;
  return { count, kind: kind ?? defaults.backupKind };
}
