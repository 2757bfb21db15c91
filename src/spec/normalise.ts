import type {
  BalancerSpec,
  FileSpec,
  HealthSpec,
  LimitsSpec,
  MachinesSpec,
  SecretSpec,
  ServiceSpec,
  Spec,
} from '../domain/spec.ts';
import { defaults } from './defaults.ts';
import { nameOf } from './names.ts';
import { normaliseRoute } from './route.ts';
import { cleanTarget } from './rules.ts';
import type { ServiceFile, SpecFile } from './schema.ts';
import type { Path } from './source.ts';
import { parseBytes, parseDuration, parseMode } from './units.ts';
import { splitCommand } from './words.ts';

/** A scalar as the user wrote it, by its path. */
type Written = (path: Path) => string | undefined;

/** A file without complaints to a Spec: short forms unfolded, defaults filled in. */
export function normalise(file: SpecFile, written: Written): Spec {
  const { hosts } = file.machines;
  return {
    version: file.version,
    name: file.name,
    machines: machines(file.machines),
    services: Object.entries(file.services).map(([name, service]) => serviceSpec(name, service, hosts, written)),
    balancer: balancer(file.balancer ?? {}, hosts),
  };
}

function machines(file: SpecFile['machines']): MachinesSpec {
  return { provider: file.provider ?? defaults.provider, hosts: file.hosts, image: file.image ?? defaults.image };
}

function balancer(file: NonNullable<SpecFile['balancer']>, hosts: readonly string[]): BalancerSpec {
  return {
    image: file.image ?? defaults.image,
    algorithm: file.algorithm ?? defaults.algorithm,
    place: place(file.place, hosts),
    publish: file.publish ?? defaults.publish,
  };
}

function serviceSpec(name: string, file: ServiceFile, hosts: readonly string[], written: Written): ServiceSpec {
  return {
    name,
    image: file.image ?? defaults.image,
    packages: file.packages ?? [],
    files: (file.files ?? []).map(fileSpec),
    run: file.run ?? [],
    ...(file.command !== undefined && { command: command(file.command) }),
    user: file.user ?? (file.command === undefined ? defaults.userWithoutCommand : defaults.user),
    environment: environment(file.environment, ['services', name, 'environment'], written),
    secrets: Object.entries(file.secrets ?? {}).map(([secret, from]) => secretSpec(secret, from)),
    limits: limits(file.limits ?? {}),
    port: file.port,
    health: health(file.health ?? {}),
    replicas: file.replicas ?? defaults.replicas,
    place: place(file.place, hosts),
    route: normaliseRoute(file.route ?? {}),
  };
}

function fileSpec(file: NonNullable<ServiceFile['files']>[number]): FileSpec {
  return {
    source: file.source,
    target: cleanTarget(file.target),
    template: file.template ?? defaults.template,
    mode: certain(parseMode(file.mode ?? defaults.mode)),
  };
}

function command(given: string | readonly string[]): readonly string[] {
  if (typeof given !== 'string') return given;
  const split = splitCommand(given);
  return certain(split.ok ? split.words : undefined);
}

/** Values as written: `1.10` stays `1.10`. */
function environment(given: ServiceFile['environment'], path: Path, written: Written): Record<string, string> {
  if (given === undefined) return {};
  if (Array.isArray(given))
    return Object.fromEntries(given.map((item) => [nameOf(item), item.slice(nameOf(item).length + 1)]));
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, written([...path, name]) ?? String(value)]),
  );
}

function secretSpec(name: string, from: { file?: string | undefined; env?: string | undefined }): SecretSpec {
  return { name, from: from.file === undefined ? { env: certain(from.env) } : { file: from.file } };
}

function limits(file: NonNullable<ServiceFile['limits']>): LimitsSpec {
  return {
    ...(file.cpu !== undefined && { cpu: file.cpu }),
    ...(file.memory !== undefined && { memory: certain(parseBytes(file.memory)) }),
  };
}

function health(file: NonNullable<ServiceFile['health']>): HealthSpec {
  return {
    path: file.path ?? defaults.healthPath,
    startPeriod: certain(parseDuration(file.start_period ?? defaults.startPeriod)),
  };
}

function place(given: string | readonly string[] | undefined, hosts: readonly string[]): readonly string[] {
  return typeof given === 'string' ? [given] : (given ?? hosts);
}

/** The schema's rules have parsed this text before; that it fails now would be a bug. */
function certain<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a validated value did not parse');
  return value;
}
