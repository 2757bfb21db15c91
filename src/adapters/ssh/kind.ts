import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { RelevoError } from '../../domain/failure.ts';
import { Secret } from '../../domain/secret.ts';
import type { Spec } from '../../domain/spec.ts';
import type { Check, Host } from '../../ports/host.ts';
import type { Process } from '../../ports/process.ts';
import type { Obstacle, ProviderKind } from '../../ports/provider.ts';
import type { AskPassword } from './connection.ts';
import { examineHosts, mendHosts } from './doctor.ts';
import { Hosts, socketParent } from './hosts.ts';
import { fence, sshPower } from './power.ts';
import { type PowerDoors, sshProvider } from './provider.ts';

/**
 * `provider: ssh`: hosts that are there already. Whoever may log in there needs no root here, and no LXD. `config`: an ssh_config in
 * place of the user's.
 */
export function sshMachines(process: Process, config = process.env['RELEVO_SSH_CONFIG']): ProviderKind {
  const { env } = process;
  const home = env['HOME'] ?? '/';
  const state = join(env['XDG_STATE_HOME'] || join(home, '.local', 'state'), 'relevo');
  const connections = () => new Hosts(socketParent(env['XDG_RUNTIME_DIR']), config, passwords(process));
  return {
    needsRoot: false,
    host: operatorsHost(env['PATH'] ?? ''),
    directories: {
      state,
      cache: join(env['XDG_CACHE_HOME'] || join(home, '.cache'), 'relevo'),
      locks: join(state, '.locks'), // no project is called so; the same whether somebody logged in or cron started it
    },
    refuses,
    lockKey: async (project) => `hosts of ${project}`,
    examine: (spec) => using(connections(), (hosts) => examineHosts(spec, hosts)),
    mend: (spec, onLine) => using(connections(), (hosts) => mendHosts(spec, hosts, onLine)),
    async open(spec, access) {
      const hosts = connections();
      const provider = sshProvider(spec, hosts, access, powerDoors(process, spec, env['RELEVO_HOME'] ?? state));
      return { provider, access: provider.access, close: async () => provider[Symbol.asyncDispose]() };
    },
  };
}

async function using<T>(hosts: Hosts, use: (hosts: Hosts) => Promise<T>): Promise<T> {
  try {
    return await use(hosts);
  } finally {
    hosts.close();
  }
}

/** Cuts that last are kept beside the project's keys, which `destroy` removes. */
function powerDoors(process: Process, { name, machines }: Spec, state: string): PowerDoors {
  const commands = machines.power ?? {};
  return {
    power: sshPower(commands, process, join(state, `${name}.cuts`)),
    fence: async (machine) => {
      const own = commands[machine];
      if (own !== undefined) await fence(process, machine, own);
    },
  };
}

const programs: readonly (readonly [program: string, package_: string, purpose: string])[] = [
  ['ssh', 'openssh-client', 'the way to the hosts'],
  ['openssl', 'openssl', 'the certificate that speaks to the cluster'],
  ['flock', 'util-linux', 'one command at a time on a project'],
];

/** What the operator's computer needs is programs that most have; people install them as they like. */
function operatorsHost(path: string): Host {
  const check = async (): Promise<Check[]> =>
    programs.map(([program, name, purpose]) => {
      const what = `program ${program}`;
      if (path.split(delimiter).some((each) => isThere(join(each, program))))
        return { what, state: 'ok', detail: purpose };
      return { what, state: 'missing', detail: `${purpose}: install ${name}` };
    });
  return {
    check,
    mend: async () => {},
    isThere: async () => (await check()).every(({ state }) => state === 'ok'),
    missingControllers: async () => [], // the hosts' affair: `relevo doctor` looks there
  };
}

function isThere(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false; // the reason does not matter: it can't be run
  }
}

/** One password for all hosts that want one, until one of them does not take it. */
function passwords({ stdin, ask }: Process): AskPassword {
  let asking: Promise<Secret> | undefined;
  return async (host, again) => {
    if (!stdin.isTTY) throw new RelevoError({ code: 'refused', message: `sudo on ${host} wants a password` });
    if (again) asking = undefined;
    asking ??= ask(`Password for sudo on ${host}: `, { hidden: true }).then((text) => new Secret(text));
    return await asking;
  };
}

/** The hosts' network is somebody else's: what is taken there must be said. */
function refuses({ machines, balancer }: Spec): Obstacle | undefined {
  const { vip, addresses, link, replicas } = balancer;
  if (machines.ways === undefined) {
    const message = 'hosts over SSH need their addresses';
    const hint = 'write a map: `hosts: { alfa: 192.0.2.11, beta: { address: 192.0.2.12, user: admin } }`';
    return { code: 'invalid-file', path: ['machines', 'hosts'], message, hint };
  }
  if (vip === undefined) {
    const key = addresses !== undefined ? 'addresses' : link !== undefined ? 'link' : undefined;
    if (key === undefined) return undefined;
    const message = `\`${key}\` is for balancers that share an address, and there is no \`vip\``;
    const hint =
      'add for example `vip: 192.0.2.10`, or delete the line: each balancer answers at its host’s own address';
    return { code: 'invalid-file', path: ['balancer', key], message, hint };
  }
  // one balancer alone would have nobody to tell by unicast that it has the address
  if (addresses === undefined || addresses.length < Math.max(2, replicas)) {
    const message = `over SSH each balancer needs an address of its own, and so does the one that takes its place: at least 2 in \`addresses\`, and better ${replicas * 2}`;
    const hint =
      'free ones of the hosts’ network, for example `addresses: [192.0.2.20, 192.0.2.21]`; spare ones let a balancer be replaced while its host is away';
    return { code: 'invalid-file', path: ['balancer', 'addresses'], message, hint };
  }
  return undefined;
}
