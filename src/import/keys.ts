import type { Compose, Service } from './compose.ts';
import { textOf } from './read.ts';

type Why = readonly [why: string, instead?: string];

/** Keys of a service that are read elsewhere in this room, or mean nothing here and do no harm. */
const quiet = new Set(
  `image build command entrypoint environment env_file expose extends ports volumes tmpfs configs secrets healthcheck labels
  deploy depends_on working_dir user stop_signal stop_grace_period scale cpus mem_limit pids_limit profiles restart init tty
  stdin_open pull_policy platform attach develop annotations`.split(/\s+/),
);

const oneNetwork: Why = ['all instances share one network, and a service is called by `http://NAME.internal`'];
const ownSystem = 'an instance is a whole, unprivileged Linux system of its own';
const noHost: Why = [`${ownSystem}, and no process of its host`];

/** The others. Source: https://github.com/compose-spec/compose-spec/blob/main/schema/compose-spec.json */
const reasons: Readonly<Record<string, Why>> = {
  networks: oneNetwork,
  links: oneNetwork,
  external_links: oneNetwork,
  network_mode: noHost,
  pid: noHost,
  ipc: noHost,
  container_name: ['instances are called after their service: `web-1`, `web-2`'],
  hostname: ['instances are called after their service: `web-1`, `web-2`'],
  domainname: ['instances are called after their service: `web-1`, `web-2`'],
  logging: ['what a service prints goes to its journal', '`relevo logs`'],
  privileged: [ownSystem],
  cap_add: [ownSystem, 'a `port` below 1024 needs no capability'],
  cap_drop: [ownSystem],
  security_opt: [ownSystem],
  read_only: [ownSystem],
  userns_mode: [ownSystem],
  devices: ['a service may come back on another machine, which has other devices'],
  gpus: ['a service may come back on another machine, which has other devices'],
  extra_hosts: ['an instance asks the name servers of its machine', 'write the address where the name stands'],
  dns: ['an instance asks the name servers of its machine'],
  sysctls: ['kernel settings are the machines’'],
  ulimits: ['systemd’s limits hold', 'a drop-in by `files`: /etc/systemd/system/relevo-NAME.service.d/limits.conf'],
  shm_size: ['/dev/shm may grow to half of the machine’s memory'],
  mem_reservation: ['nothing is reserved; `limits` is the most that an instance may use'],
  memswap_limit: ['`limits.memory` is the only limit of memory'],
  group_add: ['a user’s groups are made by `run`', '`run: [usermod -aG GROUP relevo]`'],
  volumes_from: ['an instance keeps nothing that another one could see'],
  post_start: ['a unit of your own does this', '`files` and `run`: systemctl enable'],
  pre_stop: ['an instance is drained before it is stopped, then gets `stop_signal`'],
};

/** Says of each key that nobody reads why it has no counterpart. */
export function noteKeys({ name, path, data }: Service, { notes }: Compose): void {
  for (const key of Object.keys(data)) {
    if (quiet.has(key) || key === 'x-ports') continue;
    const [why, instead] = key.startsWith('x-')
      ? ['it is another program’s']
      : (reasons[key] ?? ['there is nothing like it here']);
    const shared = ['networks', 'links', 'external_links', 'container_name', 'hostname', 'logging'].includes(key);
    notes.add('left-out', [...path, key], shared ? key : `${name}.${key}`, why, instead);
  }
}

export function noteRestart({ name, path, data }: Service, { notes }: Compose): void {
  if (textOf(data['restart']) === 'no')
    notes.add('changed', [...path, 'restart'], `${name}.restart`, 'a service that ends is always started again');
}

/** Variables without a value, those of `environment` apart. */
export function noteMissing({ name, path, missing }: Service, { notes }: Compose): void {
  for (const { variable, at } of missing.filter(({ at }) => at[0] !== 'build')) {
    const why = `\`${variable}\` has no value, and nothing stands in its place`;
    notes.add(
      'open',
      [...path, ...at],
      `${name}.${at[0]}`,
      why,
      'set it in .env or in your environment and import again',
    );
  }
}
