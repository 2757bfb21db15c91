import type { Compose, Service } from './compose.ts';
import { type Entry, given } from './entry.ts';
import { numberOf, record, textOf } from './read.ts';

/** `deploy`, and its older spellings beside it. `machines`: how many there will be. */
export function deployEntries(service: Service, compose: Compose, machines: number): Entry[] {
  const { name, path, data } = service;
  const deploy = record(data['deploy']);
  const limits = record(record(deploy['resources'])['limits']);
  const note = (kind: 'changed' | 'left-out', keys: readonly string[], why: string, instead?: string) =>
    compose.notes.add(kind, [...path, ...keys], `${name}.${keys.join('.')}`, why, instead);
  noteDeploy(deploy, note);
  const global = deploy['mode'] === 'global';
  if (global) note('changed', ['deploy', 'mode'], `one on each machine is \`replicas: ${machines}\` here`);
  const cpu = numberOf(limits['cpus'] ?? data['cpus']);
  const place = (here: string, older: string) => (limits[here] === undefined ? [older] : ['deploy', 'resources']);
  if (cpu !== undefined && !Number.isInteger(cpu))
    note('changed', place('cpus', 'cpus'), `${cpu} CPUs are ${Math.ceil(cpu)} here: whole ones only`);
  const pids = numberOf(limits['pids'] ?? data['pids_limit']) ?? 0;
  if (pids > 0 && pids < leastProcesses)
    note('changed', place('pids', 'pids_limit'), `${pids} processes are too few for a whole system: ${leastProcesses}`);
  const amounts = {
    ...(cpu !== undefined && cpu > 0 && { cpu: Math.ceil(cpu) }),
    ...memoryOf(limits['memory'] ?? data['mem_limit'], (why) => note('changed', place('memory', 'mem_limit'), why)),
    ...(pids > 0 && { processes: Math.max(pids, leastProcesses) }),
  };
  return [
    ...given('limits', amounts),
    ...given('replicas', global ? machines : (numberOf(deploy['replicas']) ?? numberOf(data['scale']))),
  ];
}

function noteDeploy(
  deploy: Readonly<Record<string, unknown>>,
  note: (kind: 'changed' | 'left-out', keys: readonly string[], why: string, instead?: string) => void,
): void {
  const has = (key: string) => deploy[key] !== undefined;
  if (has('placement') && Object.keys(record(deploy['placement'])).length > 0)
    note('left-out', ['deploy', 'placement'], 'machines have no labels', 'name them: `place: [machine1]`');
  if (record(deploy['resources'])['reservations'] !== undefined)
    note('left-out', ['deploy', 'resources'], 'nothing is reserved; `limits` is the most that an instance may use');
  if (has('restart_policy'))
    note('changed', ['deploy', 'restart_policy'], 'a service that ends is always started again');
  if (has('endpoint_mode')) note('left-out', ['deploy', 'endpoint_mode'], 'its balancers answer for it');
  if (has('update_config') || has('rollback_config')) {
    const why = 'a change goes over one instance at a time, each drained first';
    note('changed', ['deploy', has('update_config') ? 'update_config' : 'rollback_config'], why);
  }
}

const leastProcesses = 32;
const powers = { b: 0, k: 1, m: 2, g: 3, t: 4 } as const;
const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;
const least = 16 * 1024 ** 2;

/** `512m`, `1.5gb`, bytes. Docker's units are binary. */
function memoryOf(value: unknown, changed: (why: string) => void): { memory?: string } {
  const [, amount, unit = 'b'] = /^\s*([\d.]+)\s*([bkmgt])?(?:i?b)?\s*$/i.exec(textOf(value) ?? '') ?? [];
  if (amount === undefined) return {};
  const bytes = Math.round(Number(amount) * 1024 ** powers[unit.toLowerCase() as keyof typeof powers]);
  if (bytes === 0) return {};
  if (bytes < least)
    changed(`${textOf(value)} of memory is too little for an instance, which is a whole system: 16MiB`);
  const most = Math.max(bytes, least);
  const power = [3, 2, 1].find((each) => most % 1024 ** each === 0) ?? 0;
  return { memory: `${most / 1024 ** power}${units[power]}` };
}
