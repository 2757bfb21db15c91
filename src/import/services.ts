import { hostComplaint, prefixComplaint } from '../spec/rules.ts';
import { type Common, type Compose, dependencies, hostsOf } from './compose.ts';
import { deployEntries } from './deploy.ts';
import { type Entry, given } from './entry.ts';
import { environmentEntries } from './environment.ts';
import { adviceOn, fileEntries, hasOwnSettings, placeSteps, placesOf } from './files.ts';
import { healthOf } from './health.ts';
import { firstDependent, releaseEntries } from './jobs.ts';
import { noteKeys, noteMissing, noteRestart } from './keys.ts';
import { slug } from './names.ts';
import { notePorts, portsOf } from './ports.ts';
import { hasUnit, programEntries } from './program.ts';
import { textOf } from './read.ts';
import type { Role } from './roles.ts';
import { noteLabels, type Told } from './routes.ts';
import type { ServiceText } from './write.ts';

/** The services of relevo.yaml, and the port where their balancer answers. */
export function serviceTexts(
  roles: readonly Role[],
  common: Common,
  machines: readonly string[],
): { texts: ServiceText[]; publish: number } {
  const here = roles.filter(({ is }) => is === 'service');
  const compose: Compose = {
    ...common,
    kept: new Map(here.map(({ service: { name } }) => [name, nameHere(name)])),
    hosts: new Map(here.flatMap(({ service }) => hostsOf(service).map((host) => [host, nameHere(service.name)]))),
    gone: new Set(roles.filter(({ is }) => is !== 'service').flatMap(({ service }) => hostsOf(service))),
  };
  noteGone(roles, here, compose);
  const front = frontOf(here);
  const texts = here.map((role) => ({
    name: nameHere(role.service.name),
    comments: commentsOf(role),
    entries: entriesOf(role, { roles, front, machines }, compose),
  }));
  return { texts, publish: publishOf([front, ...roles.filter(({ program }) => program.kind.is === 'proxy')]) };
}

interface Among {
  readonly roles: readonly Role[];
  /** The service that gets what no route takes. */
  readonly front: Role | undefined;
  readonly machines: readonly string[];
}

function entriesOf(role: Role, among: Among, compose: Compose): Entry[] {
  const { service, program, told, port } = role;
  const { data, name, path } = service;
  noteKeys(service, compose);
  noteRestart(service, compose);
  noteMissing(service, compose);
  noteLabels(service, compose);
  noteProxy(role, compose);
  notePorts(service, port, compose);
  noteOtherPort(role, compose);
  const here = nameHere(name);
  if (here !== name) compose.notes.add('changed', path, name, `it is called \`${here}\` here`);
  const places = placesOf(program.kind);
  const release = releaseEntries(role, among.roles, compose);
  const [limits, replicas] = split(deployEntries(service, compose, among.machines.length));
  return [
    ...programEntries(service, program, compose, release.length > 0),
    ...release,
    ...fileEntries(service, compose, places),
    ...runEntries(role, placeSteps(service, places)),
    ...environmentEntries(service, program, compose),
    ...limits,
    ...portEntries(role, compose),
    ...given('protocol', told.protocol),
    ...given('health', healthOf(service, told.health, port, compose)),
    ...routeEntries(role, among.front, compose),
    ...given('sticky', told.sticky || undefined),
    ...given('stop_grace_period', textOf(data['stop_grace_period'])),
    ...given(
      'depends_on',
      dependencies(data).flatMap((each) => compose.kept.get(each.name) ?? []),
    ),
    ...replicas,
  ];
}

function portEntries({ service: { name, path }, port }: Role, { notes }: Compose): Entry[] {
  if (port === undefined) notes.add('open', path, `${name}.port`, 'nothing says on which port it answers');
  return [{ key: 'port', ...(port === undefined ? { comment: 'fill in: where it listens' } : { value: port }) }];
}

/** Without settings of the user's a package listens where Debian wants it. */
function noteOtherPort({ service, program: { kind }, port }: Role, { notes }: Compose): void {
  if (kind.is !== 'program' || kind.port === undefined || kind.port === port) return;
  if (hasOwnSettings(service, kind)) return;
  const why = `Debian’s package listens on ${kind.port}, unless its settings say otherwise`;
  notes.add('open', service.path, `${service.name}.port`, why, `\`port: ${kind.port}\`, or settings by \`files\``);
}

/** A web server that stands before other services: one that waits for them, or that has settings of its own beside them. */
function noteProxy({ service, program }: Role, { notes, kept }: Compose): void {
  const { name, path, data } = service;
  const needs = new Set(dependencies(data).map((each) => each.name));
  const told = hasOwnSettings(service, placesOf(program.kind));
  const behind = [...kept].filter(([each]) => each !== name && (told || needs.has(each)));
  if (!hasUnit(program) || behind.length === 0) return;
  const names = behind.map(([each]) => `\`${each}\``).join(', ');
  const why = `if it only passes requests on to ${names}, it is not needed: the balancers do that`;
  const hosts = behind.map(([, here]) => `http://${here}.internal`).join(', ');
  const instead = `delete it here, and the \`route\` of the one behind it; else its settings call it ${hosts}`;
  notes.add('open', path, name, why, instead);
}

/** What it costs is told before how many there are. */
function split(entries: readonly Entry[]): [limits: Entry[], replicas: Entry[]] {
  return [entries.filter(({ key }) => key === 'limits'), entries.filter(({ key }) => key === 'replicas')];
}

/** Without the Dockerfile's steps its program is not there; `steps` stand in its comments then. */
function runEntries({ program: { dockerfile } }: Role, steps: readonly string[]): Entry[] {
  const built = (dockerfile?.steps ?? []).length > 0;
  const comment = 'fill in: what the Dockerfile does and `packages` and `files` don’t; [] for nothing';
  return built ? [{ key: 'run', comment }] : given('run', steps);
}

function noteGone(roles: readonly Role[], here: readonly Role[], { notes, kept }: Compose): void {
  for (const role of roles) {
    const { service, why } = role;
    const kind = isMissed(role, here) ? 'open' : 'left-out';
    if (why !== undefined) notes.add(kind, service.path, service.name, why[1], why[2]);
    else if (role.is === 'job' && (here.length === 0 || firstDependent(role, roles, kept) === undefined))
      notes.add('left-out', service.path, service.name, 'no service that is here waits for it');
  }
}

/** What is here can't do without it, as far as one can see: a web server has settings of its own, or somebody waits for it. */
function isMissed({ service: { name }, program: { kind }, unsure }: Role, here: readonly Role[]): boolean {
  if (kind.is === 'fastcgi') return true;
  return (
    unsure === true &&
    here.some(
      ({ service, program }) =>
        dependencies(service.data).some((each) => each.name === name) ||
        (hasUnit(program) && hasOwnSettings(service, placesOf(program.kind))),
    )
  );
}

/** Compose gives each service a port of its own; here all share the balancers' port, and one gets what no route takes. */
function frontOf(here: readonly Role[]): Role | undefined {
  const open = here.filter(({ told }) => told.hosts.length === 0 && told.paths.length === 0);
  const rank = ({ service }: Role) => {
    const published = portsOf(service.data).flatMap(({ published }) => published ?? []);
    const places = published.map((port) => [80, 443, 8080, 8000, 3000].indexOf(port)).filter((place) => place >= 0);
    return published.length === 0 ? 99 : Math.min(50, ...places);
  };
  return open.toSorted((a, b) => rank(a) - rank(b))[0];
}

/** `entrances`: the service that gets what no route takes, then the proxies that the balancers replace. */
function publishOf(entrances: readonly (Role | undefined)[]): number {
  const published = entrances.flatMap((role) =>
    portsOf(role?.service.data ?? {}).flatMap((each) => each.published ?? []),
  );
  return published.find((port) => port !== 443) ?? (published.length > 0 ? 80 : 8080);
}

function routeEntries({ service, told }: Role, front: Role | undefined, { notes }: Compose): Entry[] {
  const { name, path, data } = service;
  if (front?.service === service) return [];
  const routes = routesOf(told);
  if (routes.length > 0) return given('route', routes.length === 1 ? routes[0] : routes);
  if (portsOf(data).length === 0)
    return [{ key: 'internal', value: true, comment: `http://${nameHere(name)}.internal, for the other services` }];
  const host = `${nameHere(name)}.localhost`;
  const why = `all services share the balancers’ port, so this one has a host name: http://${host}`;
  notes.add(
    'changed',
    [...path, 'ports'],
    `${name}.ports`,
    why,
    'the name that your users know it by: `route: {host: …}`',
  );
  return [{ key: 'route', value: { host }, comment: 'a name that leads to this computer' }];
}

/** One for each path, or one for all. */
function routesOf({ hosts, paths }: Told): object[] {
  const known = hosts.filter((host) => hostComplaint(host.replace(/^\*\./, '')) === undefined);
  const host = known.length > 0 && { host: known.length === 1 ? known[0] : known };
  const prefixes = paths.filter((path) => prefixComplaint(path) === undefined);
  return prefixes.length > 0 ? prefixes.map((path) => ({ ...host, path })) : host === false ? [] : [host];
}

function commentsOf({ service, program: { dockerfile, kind } }: Role): string[] {
  if (dockerfile === undefined || dockerfile.steps.length === 0) return [];
  const head = 'The Dockerfile does this; here it is `packages`, `files` and `run`:';
  const steps = dockerfile.steps.map((step) => (step.length > 120 ? `${step.slice(0, 119)}…` : step));
  const copied = dockerfile.steps.flatMap((step) => /^(?:COPY|ADD) .* (\S+)$/.exec(step)?.[1] ?? []);
  return [head, ...steps.map((step) => `  ${step}`), ...adviceOn(service, copied, placesOf(kind))];
}

function nameHere(name: string): string {
  const plain = slug(name, 50);
  if (plain === '') return 'service';
  return plain === 'balancer' ? 'the-balancer' : plain;
}
