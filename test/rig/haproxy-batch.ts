import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { furtherPorts } from '../../src/domain/further-ports.ts';
import type { Spec } from '../../src/domain/spec.ts';
import { type HaproxyServer, haproxyConfig } from '../../src/render/haproxy.ts';
import { errorCodes } from '../../src/render/haproxy-errors.ts';
import { statsPasswordAsset, withStats } from '../../src/render/haproxy-stats.ts';
import { certificateFileOf, certificateList } from '../../src/render/haproxy-tls.ts';
import { assetsFor } from './any-file.ts';
import { complaintsIn } from './haproxy.ts';
import { type HaproxyVersion, haproxyArgv } from './haproxy-versions.ts';

/** haproxy.cfg for a file, with a server for each instance. */
export function configOf(spec: Spec): string {
  const assets = assetsFor(spec, '');
  const services = spec.services.map((service) => {
    const count = service.replicas + service.backups.count;
    const servers = Array.from({ length: count }, (_, index): HaproxyServer => {
      const address = `198.19.0.${11 + index}`;
      const role = index < service.replicas ? 'primary' : 'backup';
      return {
        name: `${service.name}-${index + 1}`,
        address: `${address}:${service.port}`,
        further: Object.fromEntries(furtherPorts(service).map((port) => [port, `${address}:${port}`])),
        role,
        agent: `${address}:9707`,
      };
    });
    return { service, servers, connectOnly: false };
  });
  if (assets.secrets[statsPasswordAsset] === undefined) throw new Error('no password');
  return haproxyConfig(withStats(spec.balancer, assets), services);
}

/**
 * The files that configurations refer to, and one HAProxy for many of them: a process for each would take 20 ms. What may stand
 * once only (global, users, pages) is one of them's; names and ports are made different.
 */
export class HaproxyBatch implements Disposable {
  readonly #directory = mkdtempSync(join(tmpdir(), 'relevo-batch-'));

  constructor(pem: string) {
    const files = join(this.#directory, 'files');
    mkdirSync(files);
    writeFileSync(join(this.#directory, 'server-state'), '1\n');
    for (const code of errorCodes) writeFileSync(join(files, `${code}.http`), 'HTTP/1.1 500 a\r\n\r\nb');
    for (const number of [1, 2]) writeFileSync(this.#here(certificateFileOf(number)), pem);
    writeFileSync(this.#here(certificateList), this.#here(`${certificateFileOf(2)}\n`));
  }

  [Symbol.dispose](): void {
    rmSync(this.#directory, { recursive: true });
  }

  /** What HAProxy has against one of them; undefined: nothing. */
  complaint(version: HaproxyVersion, config: string): string | undefined {
    const file = join(this.#directory, 'haproxy.cfg');
    writeFileSync(file, this.#here(config).replace(/^ *(user|group) haproxy\n/gm, ''));
    const [program = '', ...words] = [...haproxyArgv(version), '-c', '-f', file];
    const { status, stdout, stderr } = spawnSync(program, words, { encoding: 'utf8', maxBuffer: 2 ** 26 });
    const said = complaintsIn(`${stdout}\n${stderr}`);
    return status === 0 && said === '' ? undefined : `exit code ${status}: ${said}`;
  }

  /** The first of them that HAProxy refuses, or warns of. */
  refused(
    version: HaproxyVersion,
    configs: readonly string[],
  ): { readonly index: number; readonly said: string } | undefined {
    const together = this.complaint(version, allOf(configs));
    if (together === undefined) return undefined;
    for (const [index, config] of configs.entries()) {
      const said = this.complaint(version, config);
      if (said !== undefined) return { index, said };
    }
    return { index: -1, said: `only together: ${together}` };
  }

  #here(text: string): string {
    return text
      .replaceAll('/etc/haproxy/relevo', join(this.#directory, 'files'))
      .replaceAll('/run/haproxy', this.#directory)
      .replaceAll('/var/lib/haproxy', this.#directory);
  }
}

/** Of which each process has one; of several the longest. */
const heads = /^(global|http-errors|userlist)$/;

/**
 * One configuration of many. What another one has as well stands once where nothing refers to it: rules of a frontend, whole
 * frontends, Relevo's own backends.
 */
function allOf(configs: readonly string[]): string {
  const head = new Map<string, string>();
  const seen = new Set<string>();
  const isNew = (text: string) => !seen.has(text) && seen.add(text);
  let defaults = '';
  const rest: string[] = [];
  for (const [index, config] of configs.entries()) {
    for (const section of config.split(/^(?=\w)/m)) {
      const [kind = '', name = ''] = section.split(/\s/, 2);
      if (heads.test(kind) && section.length > (head.get(kind)?.length ?? 0)) head.set(kind, section);
      if (heads.test(kind) || (kind === 'defaults' && section === defaults)) continue;
      if (kind === 'defaults') defaults = section;
      const isOften = kind === 'frontend' || name.startsWith('relevo.');
      if (isOften && seen.has(section)) continue;
      seen.add(section);
      const fresh =
        kind === 'frontend' ? section.replace(/^ +http-.*\n/gm, (line) => (isNew(line) ? line : '')) : section;
      rest.push(renamed(fresh, index));
    }
  }
  return [...head.values(), ...rest].join('\n');
}

/** Names that begin with `relevo.` are the same everywhere. */
function renamed(section: string, index: number): string {
  return section
    .replace(/^backend (?!relevo\.)/, `backend n${index}.`)
    .replace(/^frontend /, `frontend n${index}.`)
    .replace(/^( +(?:use_backend|default_backend)) (?!relevo\.)/gm, `$1 n${index}.`)
    .replace(/\{ (nbsrv|srv_weight)\(/g, `{ $1(n${index}.`)
    .replace(/ track (?=\S+\/)/g, ` track n${index}.`)
    .replace(/^( +bind) :::(\d+) v6only/gm, `$1 unix@/tmp/relevo-batch-${index}-6-$2`)
    .replace(/^( +bind) :(\d+)/gm, `$1 unix@/tmp/relevo-batch-${index}-$2`);
}
