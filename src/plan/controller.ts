import type { ControllerPlan, ImagePlan } from '../domain/desired.ts';
import { hashOf } from '../domain/hash.ts';
import type { MachineAddress, Network } from '../domain/network.ts';
import { Secret } from '../domain/secret.ts';
import type { Assets, Spec } from '../domain/spec.ts';
import type { View } from '../domain/view.ts';
import { bytesOf } from './files.ts';

/** All that a controller gets from the host: with it, `desire` gives there the same answers as here. */
export interface ControllerConfig {
  /** Without what people try the services with: a change of that is none of the cluster. */
  readonly spec: Omit<Spec, 'load'>;
  /** Files as base64: only what goes into instances and balancers one by one. Images are there already. */
  readonly files: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  /** The alias of each image by its name. */
  readonly images: Readonly<Record<string, string>>;
  /** With the machines of the file, and no others. */
  readonly network: Network;
}

/** What a project's parts are planned from, beside its Spec. */
export interface PlanInput {
  readonly assets: Assets;
  readonly images: readonly ImagePlan[];
  readonly machines: readonly MachineAddress[];
  readonly view: View;
}

export function controllerPlan(spec: Spec, { assets, images, machines, view }: PlanInput): ControllerPlan {
  const { load: _, ...ours } = spec;
  const { power: __, ...machinesOfSpec } = spec.machines; // what gives hosts their power is nothing for balancers
  const needed = filesNeeded(spec);
  const files = Object.entries(assets.files).filter(([source]) => needed.has(source));
  const config: ControllerConfig = {
    spec: { ...ours, machines: machinesOfSpec },
    files: Object.fromEntries(files.map(([source, asset]) => [source, base64(bytesOf(asset))])),
    secrets: Object.fromEntries(Object.entries(assets.secrets).map(([name, secret]) => [name, secret.reveal()])),
    images: Object.fromEntries(images.map(({ name, alias }) => [name, alias])),
    network: { ...view.network, machines: machines.map(({ name, address }) => ({ name, address })) },
  };
  const text = new Secret(JSON.stringify(config));
  return { text, hash: hashOf({ text, program: assets.controller }) };
}

/** The inverse: what `desire` takes. */
export function fromConfig(config: ControllerConfig, controller: Assets['controller']) {
  const files = Object.entries(config.files).map(([source, text]) => [source, { bytes: fromBase64(text) }] as const);
  const secrets = Object.entries(config.secrets).map(([name, text]) => [name, new Secret(text)] as const);
  const assets: Assets = { files: Object.fromEntries(files), secrets: Object.fromEntries(secrets), controller };
  const recipe = { base: '', packages: [], files: [], run: [] };
  const images: ImagePlan[] = Object.entries(config.images).map(([name, alias]) => ({ name, alias, recipe }));
  return { spec: { ...config.spec, load: [] }, assets, images };
}

function filesNeeded({ services, balancer }: Spec): ReadonlySet<string> {
  const templates = services.flatMap(({ files }) => files.filter(({ template }) => template));
  return new Set([...templates.map(({ source }) => source), ...Object.values(balancer.errors)]);
}

function base64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
