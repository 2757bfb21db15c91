import type { ImageFile, ImagePlan, ImageRecipe } from '../domain/desired.ts';
import { hashOf } from '../domain/hash.ts';
import type { Assets, ServiceSpec, Spec } from '../domain/spec.ts';
import { agentFiles, agentStep } from '../render/agent.ts';
import { controllerRuntime, controllerUnit, controllerUnits } from '../render/controller.ts';
import { keepalivedUnits } from '../render/keepalived.ts';
import { journalLimit, logFiles, logPackage } from '../render/logs.ts';
import { secretUnits } from '../render/secrets.ts';
import { packagesDropIn, serviceUnit } from '../render/systemd.ts';
import { watchFiles } from '../render/watch.ts';
import { imageFiles } from './files.ts';

/** Raised when the way images are built changes, so that old ones are not taken for new ones. */
const buildVersion = 6;

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
    files: [...keepalivedUnits(), ...watchFiles(), ...controllerUnits(), journalLimit('256M')],
    programs: [controllerRuntime(controller.node)],
    run: ['systemctl disable --now haproxy keepalived', `systemctl enable ${controllerUnit}`],
  };
}

function serviceRecipe(service: ServiceSpec, assets: Assets): ImageRecipe {
  return {
    base: service.image,
    packages: packagesOf(service),
    users: service.command === undefined || service.user === 'root' ? [] : [service.user],
    directories: service.workingDir === '/' ? [] : [service.workingDir],
    files: [
      ...imageFiles(service, assets),
      ...unitFiles(service),
      ...secretUnits(service.secrets),
      ...logFiles(service.packages),
      ...(hasAgent(service) ? agentFiles() : []),
    ],
    before: [...timezoneSteps(service), ...(service.command === undefined ? phpSteps : [])],
    run: [...service.run, ...enableSteps(service), ...(hasAgent(service) ? [agentStep] : [])],
  };
}

function hasAgent({ algorithm }: ServiceSpec): boolean {
  return algorithm === 'resource';
}

/** A service without a command is run by its packages' own units: they get the environment and the time to end by a drop-in. */
function unitFiles(service: ServiceSpec): ImageFile[] {
  if (service.command !== undefined) {
    return [{ target: `/etc/systemd/system/${unitName(service)}`, mode: 0o644, content: serviceUnit(service) }];
  }
  return [{ target: '/etc/systemd/system/service.d/relevo.conf', mode: 0o644, content: packagesDropIn() }];
}

export function unitName(service: Pick<ServiceSpec, 'name'>): string {
  return `relevo-${service.name}.service`;
}

function packagesOf({ packages, timezone }: ServiceSpec): string[] {
  const more = [...(packages.length > 0 ? [logPackage] : []), ...(timezone === undefined ? [] : ['tzdata'])];
  return [...packages, ...more.filter((each) => !packages.includes(each))];
}

/** An unknown one fails here: programs would take it for UTC. */
function timezoneSteps({ timezone }: ServiceSpec): string[] {
  if (timezone === undefined) return [];
  const file = `/usr/share/zoneinfo/${timezone}`;
  return [`test -f ${file}`, `ln -sfn ${file} /etc/localtime`, `echo ${timezone} > /etc/timezone`];
}

/** php-fpm hides the environment from PHP unless its pool says otherwise. A pool of the user's own is the user's own matter. */
const phpSteps = [
  "find /etc/php -path '*/fpm/pool.d/www.conf' -exec sed -i 's/^;clear_env = no/clear_env = no/' {} + || true",
];

function enableSteps(service: ServiceSpec): string[] {
  return service.command === undefined ? [] : [`systemctl enable ${unitName(service)}`];
}
