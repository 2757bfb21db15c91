import { isBranch } from './data.ts';
import { expansionIn } from './rules-program.ts';
import type { Complaint, Finding, Path } from './source.ts';

/** Words that people know from Compose files and that mean nothing here, each with what is written instead. */

const limits = 'write it under `limits`: `{cpu: 1, memory: 256MiB, processes: 500}`';
const noCounterpart = 'delete the line: an instance is a system of its own, and has no such setting';

const ofServices: Readonly<Record<string, string>> = {
  volumes:
    'instances keep nothing of their own: what they read comes by `files` (whole directories too), what they write belongs into a database or a store outside',
  volume: 'what instances read comes by `files`, whole directories too',
  env_file: 'write its lines under `environment`, and secret ones under `secrets`: `API_TOKEN: {env: API_TOKEN}`',
  env: 'write `environment`',
  deploy: '`replicas` and `limits` are keys of the service itself',
  resources: limits,
  scale: 'write `replicas`',
  ports: 'write `port: 80`, where the service listens; what users reach is `balancer.publish`',
  expose: 'write `port: 80`, where the service listens',
  build: 'the image is made of `packages`, `files` and `run`',
  dockerfile: 'the image is made of `packages`, `files` and `run`',
  restart: 'delete the line: what ends is started again in any case',
  networks: 'delete the line: all instances reach each other',
  network_mode: 'delete the line: all instances reach each other',
  links: 'delete the line: all instances reach each other',
  container_name: 'delete the line: instances are called after the service, `web-1`',
  hostname: 'delete the line: instances are called after the service, `web-1`',
  healthcheck: 'write `health: {path: /}`: the balancers ask over HTTP, and no command runs inside',
  labels: 'delete the line; which requests a service gets is told by `route`',
  logging: 'delete the line: the journal keeps what is written, `relevo logs` shows it, and it is bounded',
  entrypoint: '`command` is the whole program with its arguments',
  init: 'delete the line: each instance has systemd',
  configs: 'write `files`, each with `source` and `target`',
  tmpfs: 'delete the line: `/tmp` and `/run` are there',
  workdir: 'write `working_dir`',
  cpus: limits,
  mem_limit: limits,
  memswap_limit: limits,
  pids_limit: limits,
  mem_reservation: limits,
  ...Object.fromEntries(
    'privileged cap_add cap_drop devices ulimits sysctls security_opt shm_size extra_hosts dns tty stdin_open platform pull_policy profiles extends read_only ipc pid userns_mode cgroup_parent group_add'
      .split(' ')
      .map((key) => [key, noCounterpart]),
  ),
};

const ofTheTop: Readonly<Record<string, string>> = {
  volumes: 'delete it: instances keep nothing of their own; what they read comes by `files` of each service',
  networks: 'delete it: all instances reach each other',
  configs: 'write `files` in each service',
  secrets: 'write `secrets` in each service: `API_TOKEN: {file: token.txt}`',
  include: 'delete it: a project is one file',
};

/** The right way for a key that Compose knows; undefined for others. */
export function composeHint(path: Path, key: string): string | undefined {
  const words = path.length === 0 ? ofTheTop : path.length === 2 && path[0] === 'services' ? ofServices : undefined;
  return words !== undefined && Object.hasOwn(words, key) ? words[key] : undefined;
}

/** Where others fill such a thing in themselves, or where it has a rule of its own. */
const theirOwn = new Set(['run', 'command', 'release_command', 'environment', 'haproxy', 'load']);

/** `${VAR}` in a path, a name, a host: Compose would fill it in. */
export function expansionFindings(data: unknown, path: Path = []): Finding[] {
  if (typeof data === 'string') {
    const found = expansionIn(data);
    return found === undefined ? [] : [{ path, ...unfilledHere(found) }];
  }
  if (!isBranch(data)) return [];
  return Object.entries(data)
    .filter(([key]) => !theirOwn.has(key) && !(path.length === 0 && key.startsWith('x-')))
    .flatMap(([key, value]) => expansionFindings(value, [...path, Array.isArray(data) ? Number(key) : key]));
}

function unfilledHere(found: string): Complaint {
  const hint = 'write the value; several files may share theirs by anchors, or be written by a program of yours';
  return { message: `nothing is filled in for \`${found}\``, hint };
}
