import type { Compose, Service } from './compose.ts';
import type { Dockerfile } from './dockerfile.ts';
import { listOf, numberOf, pairsOf, record, textOf } from './read.ts';

export interface Port {
  /** In the container. */
  readonly target: number;
  readonly published: number | undefined;
  readonly protocol: string;
}

/** `ports` in all its forms. Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#ports */
export function portsOf(data: Readonly<Record<string, unknown>>): Port[] {
  return itemsOf(data['ports']).flatMap((item) =>
    textOf(item) === undefined ? longPort(record(item)) : shortPort(textOf(item) ?? ''),
  );
}

function itemsOf(ports: unknown): unknown[] {
  return Array.isArray(ports) ? ports : [];
}

/** A range is as many ports. */
function shortPort(text: string): Port[] {
  const match = /^(?:(?:(?:\[[^\]]*\]|[\d.]+):)?(\d*)(?:-\d+)?:)?(\d+)(?:-(\d+))?(?:\/(\w+))?$/.exec(text);
  if (match === null) return [];
  const [, published = '', first, last = first, protocol = 'tcp'] = match;
  const length = Math.min(Math.max(1, Number(last) - Number(first) + 1), 100);
  return Array.from({ length }, (_, index) => ({
    target: Number(first) + index,
    published: published === '' ? undefined : Number(published) + index,
    protocol,
  }));
}

function longPort({ target, published, protocol }: Readonly<Record<string, unknown>>): Port[] {
  const port = numberOf(target);
  if (port === undefined) return [];
  return [{ target: port, published: numberOf(textOf(published)?.split('-')[0]), protocol: textOf(protocol) ?? 'tcp' }];
}

/** What the port may be known by, the surest first. */
export interface PortHints {
  readonly label: number | undefined;
  readonly health: number | undefined;
  readonly words: readonly string[];
  readonly dockerfile: Dockerfile | undefined;
  readonly image: number | undefined;
}

/** Where the service listens; undefined where nothing says so. */
export function portOf(service: Service, hints: PortHints): number | undefined {
  const { data } = service;
  const tcp = portsOf(data).filter(({ protocol }) => protocol === 'tcp');
  const variables = Object.fromEntries(pairsOf(data['environment']));
  const exposed = shortPort(listOf(data['expose'])[0] ?? '')[0]?.target;
  const found = [
    ...[hints.label, numberOf(variables['VIRTUAL_PORT']), tcp[0]?.target, exposed],
    ...[numberOf(variables['PORT']), portInWords(hints.words), hints.health],
    ...[hints.dockerfile?.port, numberOf(hints.dockerfile?.environment['PORT']), hints.image],
  ];
  return found.find((port) => port !== undefined);
}

/** `--port 8000`, `-b 0.0.0.0:8000`, `runserver 0.0.0.0:8000`. */
function portInWords(words: readonly string[]): number | undefined {
  const line = words.join(' ');
  const [, port] =
    /(?:--port|--http-port|-p)[= ](\d{2,5})\b/.exec(line) ??
    /(?:0\.0\.0\.0|\[::\]|(?:--bind|-b|--listen|--addr)[= ]\S*):(\d{2,5})\b/.exec(line) ??
    [];
  return numberOf(port);
}

/** Over TCP; nothing tells which paths belong to a second port. */
export function notePorts({ name, path, data }: Service, port: number | undefined, { notes }: Compose): void {
  const what = `${name}.ports`;
  for (const item of itemsOf(data['ports']))
    if (portsOf({ ports: [item] }).length === 0) notes.add('open', [...path, 'ports'], what, 'one of them is no port');
  for (const each of portsOf(data)) {
    if (each.protocol === 'udp') notes.add('left-out', [...path, 'ports'], what, 'the balancers pass HTTP on, not UDP');
    else if (each.target === 443 || each.published === 443) {
      const instead = '`balancer.tls: {certificate: site.pem, key: site.key, publish: 443}`';
      notes.add('open', [...path, 'ports'], what, 'HTTPS is the balancers’ affair', instead);
    } else if (each.target !== port) {
      const instead = `a route of its own, such as \`{path: /admin, port: ${each.target}}\``;
      const why = `port ${each.target}: nothing says which requests belong to a second port`;
      notes.add('left-out', [...path, 'ports'], what, why, instead);
    }
  }
}
