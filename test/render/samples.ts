import { Secret } from '../../src/domain/secret.ts';
import type { Assets, BalancerSpec, ServiceSpec } from '../../src/domain/spec.ts';
import { type HaproxyServer, type HaproxyService, haproxyConfig } from '../../src/render/haproxy.ts';
import { balancerFiles } from '../../src/render/haproxy-files.ts';
import { statsPasswordAsset, withStats } from '../../src/render/haproxy-stats.ts';
import { load } from '../spec/helpers.ts';

const file = 'version: 1\nname: demo\nmachines: {hosts: [m1]}\nservices: {web: {port: 80, health: {path: /healthz}}}\n';

/** What the file's defaults make of one service and its balancer. */
export const plain = load(file);
const controller = { node: '24', program: '' };
export const noAssets: Assets = { files: {}, secrets: { [statsPasswordAsset]: new Secret('open sesame') }, controller };

export interface Given {
  readonly balancer?: Partial<BalancerSpec>;
  /** Changes to the one service `web`; or several services, each with its servers. */
  readonly service?: Partial<ServiceSpec>;
  readonly servers?: readonly HaproxyServer[];
  readonly more?: readonly { service: Partial<ServiceSpec>; servers: readonly HaproxyServer[] }[];
  readonly assets?: Partial<Assets>;
}

/** haproxy.cfg and its files for the sample with changes. */
export function setupOf({ balancer = {}, service = {}, servers = twoServers, more = [], assets = {} }: Given = {}) {
  const spec: BalancerSpec = { ...plain.balancer, ...balancer };
  const all = {
    ...{ files: { ...noAssets.files, ...assets.files }, controller },
    secrets: { ...noAssets.secrets, ...assets.secrets },
  };
  const services = [{ service, servers }, ...more].map(
    (each): HaproxyService => ({
      service: { ...(plain.services[0] as ServiceSpec), ...each.service },
      servers: each.servers,
      connectOnly: false,
    }),
  );
  return { text: haproxyConfig(withStats(spec, all), services), files: balancerFiles(spec, all) };
}

export const twoServers: readonly HaproxyServer[] = [
  { name: 'web-1', address: '198.19.0.11:80' },
  { name: 'web-2', address: '198.18.0.12:20002' },
];

/** Every part of the configuration at once. */
export const everything: Given = {
  balancer: {
    tls: { certificates: 'self-signed', publish: 443, redirect: true, hsts: true },
    stats: 8404,
    haproxy: {
      global: ['maxconn 100'],
      defaults: ['timeout client 10s'],
      frontend: ['http-request deny if { path /x }'],
    },
  },
  service: {
    routes: [
      { host: 'example.org', path: '/shop', header: { 'x-version': 'beta 2' } },
      { host: '*.example.org', header: {} },
    ],
    algorithm: 'resource',
    sticky: true,
    timeouts: { connect: 0.1, server: 60, queue: 1.5, tunnel: 7200, drain: 60 },
    maxconn: 50,
    haproxy: ['option http-buffer-request'],
  },
  servers: [
    ...twoServers.map((server) => ({ ...server, agent: server.address.replace(/:.*/, ':9707') })),
    { name: 'web-3', address: '198.19.0.13:80', role: 'backup', agent: '198.19.0.13:9707' },
  ],
};
