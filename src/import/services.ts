import { hostComplaint, prefixComplaint } from '../spec/rules.ts';
import { type Common, type Compose, dependencies, type Service } from './compose.ts';
import { deployEntries } from './deploy.ts';
import { type Entry, given } from './entry.ts';
import { environmentEntries } from './environment.ts';
import { fileEntries } from './files.ts';
import { healthOf } from './health.ts';
import { noteKeys } from './keys.ts';
import { slug } from './names.ts';
import { notePorts, portsOf } from './ports.ts';
import { commandValue, programEntries } from './program.ts';
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
    gone: new Set(roles.filter(({ is }) => is !== 'service').map(({ service: { name } }) => name)),
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
  noteMissing(service, compose);
  noteLabels(service, compose);
  noteProxy(role, compose);
  notePorts(service, port, compose);
  const here = nameHere(name);
  if (here !== name) compose.notes.add('changed', path, name, `it is called \`${here}\` here`);
  const moves = program.kind.is === 'program' ? (program.kind.moves ?? {}) : {};
  const [limits, replicas] = split(deployEntries(service, compose, among.machines.length));
  return [
    ...programEntries(service, program, compose),
    ...jobEntries(role, among.roles, compose),
    ...fileEntries(service, compose, moves),
    ...environmentEntries(service, compose, program.dockerfile?.environment ?? {}),
    ...limits,
    ...portEntries(role, compose),
    ...given('protocol', told.protocol),
    ...given('health', healthOf(service, told.health, port, compose)),
    ...routeEntries(role, among.front, compose),
    ...given('sticky', told.sticky || undefined),
    ...given('stop_signal', textOf(data['stop_signal'])),
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

/** A web server that stands before other services. */
function noteProxy({ service: { name, path, data }, program: { kind } }: Role, { notes, kept }: Compose): void {
  const behind = dependencies(data).filter((each) => kept.has(each.name));
  if (kind.is !== 'program' || kind.port === undefined || behind.length === 0) return;
  const names = behind.map((each) => `\`${each.name}\``).join(', ');
  const why = `if it only passes requests on to ${names}, it is not needed: the balancers do that`;
  notes.add('open', path, name, why, 'delete it here, and the `route` of the one behind it');
}

function noteMissing({ name, path, missing }: Service, { notes }: Compose): void {
  for (const { variable, at } of missing.filter(({ at }) => at[0] !== 'build')) {
    const why = `\`${variable}\` has no value, and nothing stands in its place`;
    notes.add(
      'open',
      [...path, ...at],
      `${name}.${at[0]}`,
      why,
      'set it in .env or in your environment and import again',
    );
  }
}

/** What it costs is told before how many there are. */
function split(entries: readonly Entry[]): [limits: Entry[], replicas: Entry[]] {
  return [entries.filter(({ key }) => key === 'limits'), entries.filter(({ key }) => key === 'replicas')];
}

/** A job that others wait for runs once per release, by the first of them. */
function jobEntries({ service }: Role, roles: readonly Role[], { notes, kept }: Compose): Entry[] {
  const jobs = roles.filter((each) => each.is === 'job' && firstDependent(each, roles, kept) === service.name);
  const [job, ...more] = jobs;
  if (job === undefined) return [];
  for (const { service: other } of more)
    notes.add('left-out', other.path, other.name, 'a service has one `release_command`', 'run both from one script');
  const { words } = job.program;
  const why = `it runs once per release, as \`release_command\` of ${service.name}`;
  notes.add('changed', job.service.path, job.service.name, why, 'the program must be in that service’s image');
  return [{ key: 'release_command', ...(words.length > 0 ? { value: commandValue(words) } : { comment: 'fill in' }) }];
}

function firstDependent({ service }: Role, roles: readonly Role[], kept: Compose['kept']): string | undefined {
  const dependent = roles.find(
    ({ service: { name, data } }) => kept.has(name) && dependencies(data).some((each) => each.name === service.name),
  );
  return dependent?.service.name;
}

function noteGone(roles: readonly Role[], here: readonly Role[], { notes, kept }: Compose): void {
  for (const role of roles) {
    const { service, why } = role;
    if (why !== undefined) notes.add('left-out', service.path, service.name, why[1], why[2]);
    else if (role.is === 'job' && (here.length === 0 || firstDependent(role, roles, kept) === undefined))
      notes.add('left-out', service.path, service.name, 'no service that is here waits for it');
  }
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

function commentsOf({ program: { dockerfile } }: Role): string[] {
  if (dockerfile === undefined || dockerfile.steps.length === 0) return [];
  const head = 'The Dockerfile does this; here it is `packages`, `files` and `run`:';
  return [head, ...dockerfile.steps.map((step) => `  ${step.length > 120 ? `${step.slice(0, 119)}…` : step}`)];
}

function nameHere(name: string): string {
  const plain = slug(name, 50);
  if (plain === '') return 'service';
  return plain === 'balancer' ? 'the-balancer' : plain;
}
