import type { Common, Service } from './compose.ts';
import { listOf, numberOf, pairsOf, record } from './read.ts';

/** What proxies that are configured by labels are told of a service. */
export interface Told {
  /** Some proxy passes requests on to it. */
  readonly routed: boolean;
  readonly hosts: readonly string[];
  readonly paths: readonly string[];
  readonly port: number | undefined;
  /** What it speaks on its port, where that is not plain HTTP/1. */
  readonly protocol: 'https' | 'h2c' | undefined;
  readonly sticky: boolean;
  readonly health: string | undefined;
}

type Labels = readonly (readonly [name: string, value: string])[];

/** Traefik's labels, those of caddy-docker-proxy, nginx-proxy's variables, Uncloud's `x-ports`. */
export function toldBy({ data }: Service): Told {
  const labels = labelsOf(data);
  const one = (pattern: RegExp) => labels.find(([name]) => pattern.test(name))?.[1];
  const variables = Object.fromEntries(pairsOf(data['environment']));
  const rules = rulesOf(labels);
  const uncloud = listOf(data['x-ports']).map((text) => /^(?:([\w.*-]+):)?(\d+)\/https?$/.exec(text));
  const hosts = [
    ...rules.flatMap(hostsIn),
    ...(one(/^caddy(_\d+)?$/) ?? '').split(/[ ,]+/).map((each) => each.replace(/^https?:\/\//, '')),
    ...(variables['VIRTUAL_HOST'] ?? '').split(','),
    ...uncloud.map((match) => match?.[1] ?? ''),
  ].filter((host) => /^[\w*]/.test(host) && host.includes('.'));
  const scheme = one(/^traefik\.http\.services\.[^.]+\.loadbalancer\.server\.scheme$/);
  return {
    routed: rules.length > 0 || hosts.length > 0,
    hosts: [...new Set(hosts)],
    paths: rules.flatMap((rule) => argumentsOf(rule, 'PathPrefix')).map((path) => path.replace(/(.)\/$/, '$1')),
    port:
      numberOf(one(/^traefik\.http\.services\.[^.]+\.loadbalancer\.server\.port$/)) ??
      numberOf(/upstreams (?:http )?(\d+)/.exec(one(/^caddy(_\d+)?\.reverse_proxy$/) ?? '')?.[1]) ??
      numberOf(uncloud.find((match) => match !== null)?.[2]),
    protocol: scheme === 'https' || scheme === 'h2c' ? scheme : undefined,
    sticky: one(/^traefik\.http\.services\.[^.]+\.loadbalancer\.sticky(\.cookie)?$/) === 'true',
    health: one(/^traefik\.http\.services\.[^.]+\.loadbalancer\.healthcheck\.path$/),
  };
}

function labelsOf(data: Service['data']): Labels {
  const all = [...pairsOf(data['labels']), ...pairsOf(record(data['deploy'])['labels'])];
  return all.map(([name, value = '']) => [name, value]);
}

function rulesOf(labels: Labels): string[] {
  return labels.filter(([name]) => /^traefik\.http\.routers\.[^.]+\.rule$/.test(name)).map(([, rule]) => rule);
}

function hostsIn(rule: string): string[] {
  return argumentsOf(rule, 'Host');
}

/** Host(`a`, `b`) in Traefik 2, Host(`a`) || Host(`b`) in Traefik 3. Source: https://doc.traefik.io/traefik/reference/routing-configuration/http/routing/rules-and-priority/ */
function argumentsOf(rule: string, matcher: string): string[] {
  const calls = [...rule.matchAll(new RegExp(`\\b${matcher}\\(([^)]*)\\)`, 'g'))];
  return calls.flatMap(([, inside = '']) => [...inside.matchAll(/[`"']([^`"']+)[`"']/g)].map(([, text = '']) => text));
}

const understood =
  /^(traefik\.(enable|docker\.network)|traefik\.http\.routers\.[^.]+\.(rule|entrypoints|service|tls)|traefik\.http\.services\.[^.]+\.loadbalancer\.(server\.(?:port|scheme)|sticky(\.cookie)?|healthcheck\.path)|caddy(_\d+)?(\.reverse_proxy)?)$/;

/** Says which labels are not understood. */
export function noteLabels({ name, path, data }: Service, { notes }: Common): void {
  const labels = labelsOf(data);
  const rules = rulesOf(labels);
  const note = (why: string, instead?: string) =>
    notes.add('left-out', [...path, 'labels'], `${name}.labels`, why, instead);
  if (labels.some(([label]) => /\.tls\.certresolver$/.test(label)))
    note('certificates are not fetched by themselves', '`balancer.tls: {certificate: site.pem, key: site.key}`');
  for (const rule of rules) {
    const rest = rule.replace(/\b(Host|PathPrefix)\([^)]*\)|\|\||&&|[\s()]/g, '');
    if (rest !== '') note(`of the rule \`${rule}\` only Host and PathPrefix are understood`, 'write `route` for it');
  }
  const others = labels.filter(([label]) => !understood.test(label) && !/\.tls\.certresolver$/.test(label));
  const proxied = others.filter(([label]) => /^(traefik|caddy)/.test(label)).map(([label]) => label);
  if (proxied.length > 0)
    note(`${proxied.join(', ')}: the balancers do not know it`, 'raw lines of HAProxy’s: `haproxy`');
  if (others.length > proxied.length) note('labels are for programs that read them from Docker');
}
