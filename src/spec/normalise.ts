import type {
  Algorithm,
  FileSpec,
  HostSpec,
  LimitsSpec,
  MachinesSpec,
  SecretSpec,
  ServiceSpec,
  Spec,
} from '../domain/spec.ts';
import { defaults } from './defaults.ts';
import { nameOf } from './names.ts';
import { healthSpec } from './normalise-health.ts';
import { loadSpecs } from './normalise-load.ts';
import { certain, placeOf } from './normalise-pieces.ts';
import { backupsSpec, balancerSpec, lines, timeoutsSpec } from './normalise-traffic.ts';
import { vagrantMachines } from './normalise-vagrant.ts';
import { normaliseRoutes } from './route.ts';
import { isRelativePath } from './rules.ts';
import { isShell, withoutEscapes } from './rules-program.ts';
import { cleanTarget } from './rules-targets.ts';
import type { ServiceFile, SpecFile } from './schema.ts';
import type { Path } from './source.ts';
import { parseBytes, parseDuration, parseMode } from './units.ts';
import { splitCommand } from './words.ts';

/** A scalar as the user wrote it, by its path. */
type Written = (path: Path) => string | undefined;

/** A file without complaints to a Spec: short forms unfolded, defaults filled in. */
export function normalise(file: SpecFile, written: Written): Spec {
  const hosts = namesOf(file.machines.hosts);
  return {
    version: file.version,
    name: file.name,
    machines: machines(file.machines),
    services: Object.entries(file.services).map(([name, service]) => serviceSpec(name, service, file, written)),
    balancer: balancerSpec(file.balancer ?? {}, hosts),
    load: loadSpecs(file.load, written),
  };
}

function namesOf(hosts: SpecFile['machines']['hosts']): readonly string[] {
  return Array.isArray(hosts) ? hosts : Object.keys(hosts);
}

function machines(file: SpecFile['machines']): MachinesSpec {
  const { provider = defaults.provider, hosts, image, pool } = file;
  return {
    ...{ provider, hosts: namesOf(hosts), image: image ?? defaults.image },
    ...(provider === 'vagrant' ? vagrantMachines(file) : !Array.isArray(hosts) && { ways: waysOf(hosts) }),
    ...powerOf(hosts),
    ...(pool !== undefined && { pool }),
  };
}

function waysOf(hosts: Exclude<SpecFile['machines']['hosts'], unknown[]>): Record<string, HostSpec> {
  return Object.fromEntries(
    Object.entries(hosts).map(([name, host]) => {
      if (typeof host === 'string') return [name, { address: host }];
      const { address, user, port, jump, host_key: hostKey } = host;
      const told = { user, port, jump, hostKey };
      const known = Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined));
      return [name, { address: certain(address), ...known }];
    }),
  );
}

function powerOf(hosts: SpecFile['machines']['hosts']): Pick<MachinesSpec, 'power'> {
  if (Array.isArray(hosts)) return {};
  const told = Object.entries(hosts).flatMap(([name, host]) => {
    if (typeof host === 'string' || host.power === undefined) return [];
    const fill = (words: readonly string[]) =>
      words.map((word) => word.replaceAll('{{name}}', name).replaceAll('{{address}}', certain(host.address)));
    return [[name, { off: fill(host.power.off), on: fill(host.power.on) }] as const];
  });
  return told.length === 0 ? {} : { power: Object.fromEntries(told) };
}

function serviceSpec(name: string, file: ServiceFile, whole: SpecFile, written: Written): ServiceSpec {
  return {
    name,
    image: file.image ?? defaults.image,
    packages: file.packages ?? [],
    files: (file.files ?? []).map(fileSpec),
    run: file.run ?? [],
    ...program(file),
    environment: environment(file.environment, ['services', name, 'environment'], written),
    secrets: Object.entries(file.secrets ?? {}).map(([secret, from]) => secretSpec(secret, from, userOf(file))),
    dependsOn: [...new Set(file.depends_on ?? [])],
    limits: limits(file.limits ?? {}),
    port: file.port,
    replicas: file.replicas ?? defaults.replicas,
    place: placeOf(file.place, namesOf(whole.machines.hosts)),
    ...traffic(name, file, whole.balancer?.algorithm ?? defaults.algorithm),
  };
}

type Program = Pick<ServiceSpec, 'command' | 'user' | 'workingDir' | 'stopSignal' | 'timezone' | 'releaseCommand'>;

function program(file: ServiceFile): Program {
  const workingDir = cleanTarget(file.working_dir ?? defaults.workingDir);
  return {
    ...(file.command !== undefined && { command: command(file.command, workingDir) }),
    user: userOf(file),
    workingDir,
    stopSignal: file.stop_signal ?? defaults.stopSignal,
    ...(file.timezone !== undefined && file.timezone !== 'UTC' && { timezone: file.timezone }),
    ...(file.release_command !== undefined && { releaseCommand: command(file.release_command, workingDir) }),
  };
}

function userOf({ user, command }: Pick<ServiceFile, 'user' | 'command'>): string {
  return user ?? (command === undefined ? defaults.userWithoutCommand : defaults.user);
}

type Traffic = Pick<
  ServiceSpec,
  | 'protocol'
  | 'health'
  | 'routes'
  | 'algorithm'
  | 'sticky'
  | 'idempotent'
  | 'timeouts'
  | 'stopGracePeriod'
  | 'maxconn'
  | 'backups'
  | 'haproxy'
>;

function traffic(name: string, file: ServiceFile, algorithm: Algorithm): Traffic {
  const routes = file.internal === true ? [] : normaliseRoutes(file.route, file.port);
  return {
    protocol: file.protocol ?? defaults.protocol,
    health: healthSpec(file.health ?? {}, routes, file.internal === true ? `${name}.internal` : 'localhost'),
    routes,
    algorithm: file.algorithm ?? algorithm,
    sticky: file.sticky ?? defaults.sticky,
    idempotent: file.idempotent ?? defaults.idempotent,
    timeouts: timeoutsSpec(file.timeouts ?? {}),
    stopGracePeriod: certain(parseDuration(file.stop_grace_period ?? defaults.stopGracePeriod)),
    ...(file.maxconn !== undefined && { maxconn: file.maxconn }),
    backups: backupsSpec(file.replicas === 0 ? 0 : (file.backups ?? 0)), // spares of nothing
    haproxy: lines(file.haproxy),
  };
}

function fileSpec(file: NonNullable<ServiceFile['files']>[number]): FileSpec {
  return {
    source: file.source,
    target: cleanTarget(file.target),
    template: file.template ?? defaults.template,
    ...(file.mode !== undefined && { mode: certain(parseMode(file.mode)) }),
    ...(file.owner !== undefined && { owner: file.owner }),
  };
}

/** systemd starts no program by a relative path: `bin/rails` is the one in the working directory. */
function command(given: string | readonly string[], workingDir: string): readonly string[] {
  const [program = '', ...rest] = wordsOf(given);
  const first = isRelativePath(program) ? cleanTarget(`${workingDir}/${program}`) : program;
  return [first, ...(isShell(program) ? rest : rest.map(withoutEscapes))];
}

function wordsOf(given: string | readonly string[]): readonly string[] {
  if (typeof given !== 'string') return given;
  const split = splitCommand(given);
  return certain(split.ok ? split.words : undefined);
}

/** Values as written: `1.10` stays `1.10`. */
function environment(given: ServiceFile['environment'], path: Path, written: Written): Record<string, string> {
  if (given === undefined) return {};
  if (Array.isArray(given))
    return Object.fromEntries(given.map((item) => [nameOf(item), withoutEscapes(item.slice(nameOf(item).length + 1))]));
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, withoutEscapes(written([...path, name]) ?? String(value))]),
  );
}

type SecretFile = NonNullable<ServiceFile['secrets']>[string];

function secretSpec(name: string, file: SecretFile, user: string): SecretSpec {
  const from = file.file === undefined ? { env: certain(file.env) } : { file: file.file };
  if (file.target === undefined) return { name, from };
  const mode = certain(parseMode(file.mode ?? defaults.secretMode));
  return { name, from, file: { target: cleanTarget(file.target), owner: file.owner ?? user, mode } };
}

function limits(file: NonNullable<ServiceFile['limits']>): LimitsSpec {
  return {
    ...(file.cpu !== undefined && { cpu: file.cpu }),
    ...(file.memory !== undefined && { memory: certain(parseBytes(file.memory)) }),
    ...(file.disk !== undefined && { disk: certain(parseBytes(file.disk)) }),
    ...(file.processes !== undefined && { processes: file.processes }),
  };
}
