import { stringify } from 'yaml';
import type { Spec } from '../../src/domain/spec.ts';
import { serviceUnit } from '../../src/render/systemd.ts';
import { loadSpec } from '../../src/spec/load.ts';
import type { AnyFile } from './any-file.ts';
import { selfSigned } from './certificate.ts';
import { configOf, HaproxyBatch } from './haproxy-batch.ts';
import { haproxyVersions } from './haproxy-versions.ts';
import { keepalivedComplaint, keepalivedConfigs } from './keepalived-batch.ts';
import { refusedUnit } from './units-batch.ts';

export interface LateRefusal {
  readonly program: string;
  readonly said: string;
  readonly file: object;
}

/** What reads what we write, and how much of it it has read. */
export class Programs implements Disposable {
  readonly #haproxy = new HaproxyBatch(String(selfSigned().content));
  readonly read = { files: 0, haproxy: 0, units: 0, keepalived: 0 };

  [Symbol.dispose](): void {
    this.#haproxy[Symbol.dispose]();
  }

  /** What any of the programs refuses, though the schema accepted it; the first one of each program. */
  refusals(files: readonly AnyFile[]): LateRefusal[] {
    const specs = files.map(specOf);
    this.read.files += files.length;
    return [...this.#byHaproxy(files, specs), ...this.#bySystemd(files, specs), ...this.#byKeepalived(files, specs)];
  }

  #byHaproxy(files: readonly AnyFile[], specs: readonly Spec[]): LateRefusal[] {
    const configs = specs.map((spec, index) => configOf(index % seldom === 0 ? spec : withoutStats(spec)));
    return haproxyVersions.flatMap((version) => {
      this.read.haproxy += configs.length;
      const refused = this.#haproxy.refused(version, configs);
      if (refused === undefined) return [];
      return [{ program: `HAProxy ${version}`, said: refused.said, file: files[refused.index]?.file ?? {} }];
    });
  }

  #bySystemd(files: readonly AnyFile[], specs: readonly Spec[]): LateRefusal[] {
    const units = specs.flatMap(({ services }, file) =>
      services.flatMap((service) => (service.command === undefined ? [] : [{ file, text: serviceUnit(service) }])),
    );
    this.read.units += units.length;
    const refused = refusedUnit(units.map(({ text }) => text));
    if (refused === undefined) return [];
    return [{ program: 'systemd', said: refused.said, file: files[units[refused.index]?.file ?? -1]?.file ?? {} }];
  }

  #byKeepalived(files: readonly AnyFile[], specs: readonly Spec[]): LateRefusal[] {
    const configs = specs.flatMap((spec, index) => keepalivedConfigs(spec, index % 33));
    this.read.keepalived += configs.length;
    const said = keepalivedComplaint(configs);
    const shared = files.filter((_, index) => specs[index]?.balancer.vip !== undefined);
    return said === undefined ? [] : [{ program: 'keepalived', said, file: shared.map(({ file }) => file) }];
  }
}

/** What is slow, and always the same: YAML, and the hash of the statistics' password. */
const seldom = 50;

function specOf({ file, spec }: AnyFile, index: number): Spec {
  if (index % seldom !== 0) return spec;
  const loaded = loadSpec('relevo.yaml', new TextEncoder().encode(stringify(file)));
  if (loaded.ok) return loaded.spec;
  throw new Error(`refused: ${JSON.stringify(loaded.diagnostics.map(({ message, path }) => [path, message]))}`);
}

function withoutStats({ balancer: { stats: _, ...balancer }, ...spec }: Spec): Spec {
  return { ...spec, balancer };
}
