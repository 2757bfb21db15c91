import type { ImageFile, ImagePlan, ImageRecipe } from '../domain/desired.ts';
import { hashOf } from '../domain/hash.ts';
import type { Assets, ServiceSpec, Spec } from '../domain/spec.ts';
import { agentFiles, agentStep } from '../render/agent.ts';
import { controllerRuntime, controllerUnit, controllerUnits } from '../render/controller.ts';
import { keepalivedUnits } from '../render/keepalived.ts';
import { environmentDropIn, serviceUnit } from '../render/systemd.ts';
import { watchFiles } from '../render/watch.ts';

/** Raised when the way images are built changes, so that old ones are not taken for new ones. */
const buildVersion = 4;

/** Every image of instances and balancers; equal recipes appear once per name and share an alias. */
export function imagesOf(spec: Spec, assets: Assets): ImagePlan[] {
  return [
    imagePlan('balancer', balancerRecipe(spec.balancer.image, assets)),
    ...spec.services.map((service) => imagePlan(service.name, serviceRecipe(service, assets))),
  ];
}

export function imageAlias(images: readonly ImagePlan[], name: string): string {
  return (images.find((image) => image.name === name) as ImagePlan).alias;
}

export function imagePlan(name: string, recipe: ImageRecipe): ImagePlan {
  return { name, recipe, alias: `relevo-${hashOf({ buildVersion, recipe })}` };
}

function balancerRecipe(base: string, { controller }: Assets): ImageRecipe {
  return {
    base,
    packages: ['haproxy', 'keepalived', 'nftables', 'curl', 'socat', 'procps', 'openssl'],
    files: [...keepalivedUnits(), ...watchFiles(), ...controllerUnits()],
    programs: [controllerRuntime(controller.node)],
    run: ['systemctl disable --now haproxy keepalived', `systemctl enable ${controllerUnit}`],
  };
}

function serviceRecipe(service: ServiceSpec, assets: Assets): ImageRecipe {
  return {
    base: service.image,
    packages: service.packages,
    files: [...plainFiles(service, assets), ...unitFiles(service), ...(hasAgent(service) ? agentFiles() : [])],
    run: [...userSteps(service), ...service.run, ...enableSteps(service), ...(hasAgent(service) ? [agentStep] : [])],
  };
}

function hasAgent({ algorithm }: ServiceSpec): boolean {
  return algorithm === 'resource';
}

function plainFiles(service: ServiceSpec, assets: Assets): ImageFile[] {
  return service.files
    .filter((file) => !file.template)
    .map((file) => ({ target: file.target, mode: file.mode, content: assets.files[file.source]?.bytes ?? '' }));
}

/** A service without a command is run by its packages' own units: they get the environment by a drop-in. */
function unitFiles(service: ServiceSpec): ImageFile[] {
  if (service.command !== undefined) {
    return [{ target: `/etc/systemd/system/${unitName(service)}`, mode: 0o644, content: serviceUnit(service) }];
  }
  return [{ target: '/etc/systemd/system/service.d/relevo.conf', mode: 0o644, content: environmentDropIn() }];
}

export function unitName(service: Pick<ServiceSpec, 'name'>): string {
  return `relevo-${service.name}.service`;
}

function userSteps(service: ServiceSpec): string[] {
  if (service.command === undefined || service.user === 'root') return [];
  return [`id -u ${service.user} >/dev/null 2>&1 || useradd --system --user-group --no-create-home ${service.user}`];
}

function enableSteps(service: ServiceSpec): string[] {
  return service.command === undefined ? [] : [`systemctl enable ${unitName(service)}`];
}
