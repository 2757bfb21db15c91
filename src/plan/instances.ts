import { checkMark, checkOf } from '../domain/check.ts';
import type { ImageFile, InstancePlan } from '../domain/desired.ts';
import { furtherPorts } from '../domain/further-ports.ts';
import { hashOf } from '../domain/hash.ts';
import { Secret } from '../domain/secret.ts';
import { slotAddress } from '../domain/slots.ts';
import type { Assets, SecretSpec, ServiceSpec } from '../domain/spec.ts';
import { givenSecret } from '../render/secrets.ts';
import { environmentFile, environmentText } from '../render/systemd.ts';
import { renderTemplate, templateValues } from '../spec/template.ts';
import { bytesOf, fileMode } from './files.ts';
import type { Slot, Wanted } from './place.ts';
import type { Seen } from './seen.ts';

/** One version of a service: what the file says of it, and the alias of the image that was built from that. */
export interface Revision {
  readonly service: ServiceSpec;
  readonly image: string;
}

/** One instance that shall be there, wherever it comes to stand. */
export interface InstanceWish {
  readonly revision: Revision;
  readonly name: string;
  readonly number: number;
  readonly role: InstancePlan['role'];
}

/** Those of one service, the primaries before the backups; none where no machine may carry them. */
export function instanceWishes(revision: Revision, seen: Seen): InstanceWish[] {
  const { service } = revision;
  if (available(service.place, seen).length === 0) return [];
  const numbers = numbersOf(service, seen).slice(0, service.replicas + service.backups.count);
  return numbers.map((number, rank) => ({
    ...{ revision, number, name: `${service.name}-${number}` },
    role: rank < service.replicas ? 'primary' : 'backup',
  }));
}

/** In ascending order, one more than there are instances, without those of lost ones. */
export function numbersOf({ name, replicas, backups }: ServiceSpec, { lostNames }: Seen): number[] {
  const count = replicas + backups.count + 1;
  const all = Array.from({ length: count + lostNames.size }, (_, index) => index + 1);
  return all.filter((number) => !lostNames.has(`${name}-${number}`)).slice(0, count);
}

export function wantedOf(wishes: readonly InstanceWish[], seen: Seen): Wanted[] {
  const services = new Map<ServiceSpec, readonly string[]>();
  return wishes.map(({ name, role, revision: { service } }) => {
    const machines = services.get(service) ?? available(service.place, seen);
    services.set(service, machines);
    return { name, role, place: curable(name, machines, seen) };
  });
}

/** Of these machines, those that may carry something now; drained ones only where there is no other. */
export function available(allowed: readonly string[], { lost, intent }: Seen): readonly string[] {
  const alive = allowed.filter((machine) => !lost.includes(machine));
  const open = alive.filter((machine) => !intent.drained.includes(machine));
  return open.length > 0 ? open : alive;
}

/** Without the machine where a restart was no cure, as long as there is another one. */
function curable(name: string, machines: readonly string[], { failed }: Seen): readonly string[] {
  const bad = failed.filter((each) => each.name === name).map(({ machine }) => machine);
  const others = bad.length === 0 ? machines : machines.filter((machine) => !bad.includes(machine));
  return others.length > 0 ? others : machines;
}

/** `project`: its name. `addresses`: of the machines. */
export function instancePlan(
  { revision, name, number, role }: InstanceWish,
  { machine, slot }: Slot,
  around: { readonly project: string; readonly assets: Assets; readonly addresses: ReadonlyMap<string, string> },
): InstancePlan {
  const { service, image } = revision;
  const { port, limits } = service;
  const further = furtherPorts(service);
  const files = instanceFiles(service, { number, machine, project: around.project }, around.assets);
  return {
    ...{ name, number, role, machine, slot, image, port, further, files, limits },
    service: service.name,
    cold: role === 'backup' && service.backups.kind === 'cold',
    address: slotAddress(slot),
    machineAddress: around.addresses.get(machine) ?? '',
    hash: hashOf({ image, files, port, slot, ...(further.length > 0 && { further }) }),
    check: checkOf(service),
    checkMark: checkMark(checkOf(service)),
    startPeriod: service.health.startPeriod,
    stopping: { drain: service.timeouts.drain, grace: service.stopGracePeriod },
  };
}

function instanceFiles(
  service: ServiceSpec,
  about: { readonly number: number; readonly machine: string; readonly project: string },
  assets: Assets,
): ImageFile[] {
  const templates = service.files.filter((file) => file.template);
  const rendered = templates.map(({ target, mode = fileMode, owner, source }) => ({
    ...{ target, mode, ...(owner !== undefined && { owner }) },
    content: contentOf(source, assets, { ...about, service: service.name }),
  }));
  return [...rendered, ...secretFiles(service, assets), ...environmentFiles(service, assets)];
}

function secretOf(service: ServiceSpec, { name }: SecretSpec, { secrets }: Assets): Secret {
  return secrets[`${service.name}/${name}`] ?? new Secret('');
}

function secretFiles(service: ServiceSpec, assets: Assets): ImageFile[] {
  return service.secrets.flatMap((secret): ImageFile[] => {
    const file = givenSecret(secret);
    return file === undefined ? [] : [{ ...file, content: secretOf(service, secret, assets) }];
  });
}

function environmentFiles(service: ServiceSpec, assets: Assets): ImageFile[] {
  const secrets = service.secrets.filter(({ file }) => file === undefined);
  const values = secrets.map((secret) => [secret.name, secretOf(service, secret, assets).reveal()] as const);
  const content = environmentText({ ...service.environment, ...Object.fromEntries(values) });
  return content === '' ? [] : [{ target: environmentFile, mode: 0o600, content: new Secret(content) }];
}

/** Templates were checked when the assets were read, so a diagnostic here is a bug. */
function contentOf(source: string, assets: Assets, about: Parameters<typeof templateValues>[0]): string {
  const text = new TextDecoder().decode(bytesOf(assets.files[source]));
  const result = renderTemplate(source, text, templateValues(about));
  if (!result.ok) throw new Error(`unchecked template ${source}`);
  return result.text;
}
