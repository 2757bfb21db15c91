import type { ObservedInstance } from '../domain/observed.ts';
import type { LimitsSpec } from '../domain/spec.ts';

type Config = Readonly<Record<string, string>>;

/** In LXD's words; empty: no limit. */
export type WrittenLimits = ObservedInstance['limits'];

export function writtenLimits({ cpu, memory, disk, processes }: LimitsSpec): WrittenLimits {
  const written = (value?: number) => String(value ?? '');
  return { cpu: written(cpu), memory: written(memory), disk: written(disk), processes: written(processes) };
}

/** All but the disk's, which is its device's. An empty value takes a key away. */
export function limitsConfig({ cpu, memory, processes }: WrittenLimits): Config {
  return { 'limits.cpu': cpu, 'limits.memory': memory, 'limits.processes': processes };
}

/** What an instance may use, as LXD has it. */
export function limitsIn(config: Config, { root }: Readonly<Record<string, Config>>): WrittenLimits {
  return {
    cpu: config['limits.cpu'] ?? '',
    memory: config['limits.memory'] ?? '',
    processes: config['limits.processes'] ?? '',
    disk: root?.['size'] ?? '',
  };
}

export function sameLimits(a: WrittenLimits, b: WrittenLimits): boolean {
  return a.cpu === b.cpu && a.memory === b.memory && a.disk === b.disk && a.processes === b.processes;
}
