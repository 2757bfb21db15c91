import type { Secret } from '../domain/secret.ts';
import type { Assets, BalancerSpec } from '../domain/spec.ts';
import { tlsBind } from './haproxy-tls.ts';
import { section } from './haproxy-words.ts';
import { sha512Crypt } from './sha512-crypt.ts';

/** The user's name for the statistics page and the Prometheus endpoint. */
export const statsUser = 'relevo';

export interface HaproxyStats {
  /** Where it listens: `127.0.0.1:8404`, `:8404`; nowhere else. */
  readonly binds: readonly string[];
  /** Generated, at least 128 random bits: so few rounds suffice, and each request costs a tenth of a millisecond. */
  readonly password: Secret;
}

/** Key of `Assets.secrets` for the password. */
export const statsPasswordAsset = 'balancer/stats.password';

const rounds = 1000;

/**
 * A page to look at and `/metrics` for Prometheus, both for who knows the password. No exception for loopback:
 * a forwarded port comes from there too.
 */
export function statsSections({
  stats,
  tls,
}: Pick<BalancerSpec, 'tls'> & { stats?: HaproxyStats | undefined }): string[] {
  if (stats === undefined) return [];
  return [
    section('userlist relevo.stats', [`user ${statsUser} password ${passwordHash(stats.password)}`]),
    section('frontend relevo.stats', [
      ...stats.binds.map((address) => (tls === undefined ? `bind ${address}` : tlsBind(address, tls))),
      'option dontlog-normal',
      'http-request auth realm Relevo unless { http_auth(relevo.stats) }',
      'http-request use-service prometheus-exporter if { path /metrics }',
      'stats enable',
      'stats uri /',
      'stats refresh 5s',
    ]),
  ];
}

/** What `haproxyConfig` wants of a balancer. The password is made by who calls, and kept: a new one is a new configuration. */
export function withStats<Balancer extends Pick<BalancerSpec, 'stats'>>(
  balancer: Balancer,
  { secrets }: Assets,
): Omit<Balancer, 'stats'> & { readonly stats?: HaproxyStats } {
  const { stats: port, ...rest } = balancer;
  const password = secrets[statsPasswordAsset];
  if (port === undefined) return rest;
  if (password === undefined) throw new Error(`the statistics need ${statsPasswordAsset} among the secrets`);
  return { ...rest, stats: { binds: [`:${port}`], password } };
}

/** The salt comes from the password, so that the same password gives the same configuration. */
function passwordHash(secret: Secret): string {
  const password = secret.reveal();
  const salt = sha512Crypt(password, 'relevo', rounds).split('$').at(-1)?.slice(0, 16) ?? '';
  return sha512Crypt(password, salt, rounds);
}
