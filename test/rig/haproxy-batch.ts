import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { furtherPorts } from '../../src/domain/further-ports.ts';
import type { Spec } from '../../src/domain/spec.ts';
import { type HaproxyServer, haproxyConfig } from '../../src/render/haproxy.ts';
import { errorCodes } from '../../src/render/haproxy-errors.ts';
import { statsPasswordAsset, withStats } from '../../src/render/haproxy-stats.ts';
import { certificateFileOf } from '../../src/render/haproxy-tls.ts';
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
 * The files that configurations refer to, and one HAProxy for many of them: a process for each would take 20 ms. What stands once
 * in a configuration (global, users, pages) is the first one's; names and ports are made different.
 */
export class HaproxyBatch implements Disposable {
  readonly #directory = mkdtempSync(join(tmpdir(), 'relevo-batch-'));
  readonly #argv: readonly string[];

  constructor(version: HaproxyVersion, pem: string) {
    this.#argv = haproxyArgv(version);
    const files = join(this.#directory, 'files');
    mkdirSync(files);
    writeFileSync(join(this.#directory, 'server-state'), '1\n');
    for (const code of errorCodes) writeFileSync(join(files, `${code}.http`), 'HTTP/1.1 500 a\r\n\r\nb');
    for (let number = 1; number < 10; number++) writeFileSync(this.#here(certificateFileOf(number)), pem);
  }

  [Symbol.dispose](): void {
    rmSync(this.#directory, { recursive: true });
  }

  /** What HAProxy has against one of them; undefined: nothing. */
  complaint(config: string): string | undefined {
    const file = join(this.#directory, 'haproxy.cfg');
    writeFileSync(file, this.#here(config).replace(/^ *(user|group) haproxy\n/gm, ''));
    const [program = '', ...words] = [...this.#argv, '-c', '-f', file];
    const { status, stdout, stderr } = spawnSync(program, words, { encoding: 'utf8' });
    const said = complaintsIn(`${stdout}\n${stderr}`);
    return status === 0 && said === '' ? undefined : `exit code ${status}: ${said}`;
  }

  /** The first of them that HAProxy refuses, or warns of. */
  refused(configs: readonly string[]): { readonly index: number; readonly said: string } | undefined {
    if (this.complaint(configs.map(besideOthers).join('\n')) === undefined) return undefined;
    for (const [index, config] of configs.entries()) {
      const said = this.complaint(config);
      if (said !== undefined) return { index, said };
    }
    return undefined; // only together
  }

  #here(text: string): string {
    return text
      .replaceAll('/etc/haproxy/relevo', join(this.#directory, 'files'))
      .replaceAll('/run/haproxy', this.#directory)
      .replaceAll('/var/lib/haproxy', this.#directory);
  }
}

function besideOthers(config: string, index: number): string {
  const sections = config
    .split(/^(?=\S)/m)
    .filter((section) => index === 0 || !/^(global|http-errors|userlist|#)/.test(section));
  const renamed = `n${index}.`;
  return sections
    .join('')
    .replace(/^(frontend|backend) (\S+)/gm, `$1 ${renamed}$2`)
    .replace(/^( +(?:use_backend|default_backend)) (\S+)/gm, `$1 ${renamed}$2`)
    .replace(/\{ nbsrv\(/g, `{ nbsrv(${renamed}`)
    .replace(/\{ srv_weight\(/g, `{ srv_weight(${renamed}`)
    .replace(/ track (?=\S+\/)/g, ` track ${renamed}`)
    .replace(/^( +bind) :(\d+)/gm, `$1 unix@/tmp/relevo-batch-${index}-$2`);
}
