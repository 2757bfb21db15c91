import { delimiter, join } from 'node:path';
import type { Spec } from '../../domain/spec.ts';
import type { Check, Host } from '../../ports/host.ts';
import type { Process } from '../../ports/process.ts';
import type { Obstacle, ProviderKind } from '../../ports/provider.ts';
import { VagrantFiles } from './files.ts';
import { networkObstacle } from './networks.ts';
import { vagrantProvider } from './provider.ts';

/**
 * `provider: vagrant`: virtual machines by the user's own Vagrant, and in them all is as with hosts over SSH. `hosts` makes that
 * kind of machines for an ssh_config; without one it takes what the environment says.
 */
export function vagrantMachines(process: Process, hosts: (config?: string) => ProviderKind): ProviderKind {
  const { directories, ...kind } = hosts();
  // in an exported directory's first machine, Vagrant is on the other side: the machines are hosts over SSH for it
  if (process.env['RELEVO_INSIDE'] === 'yes') return { ...kind, directories };
  const stateOf = ({ name }: Spec) => join(process.env['RELEVO_HOME'] ?? directories.state, name);
  return {
    ...{ needsRoot: false, directories, host: vagrantsHost(kind.host, process) },
    refuses: (spec): Obstacle | undefined => kind.refuses(spec),
    lockKey: async (project) => `machines of Vagrant of ${project}`,
    async examine(spec) {
      const obstacle = await networkObstacle(spec, process.files);
      if (obstacle === undefined) return [];
      return [{ what: obstacle.path.join('.'), state: 'missing', detail: `${obstacle.message}; ${obstacle.hint}` }];
    },
    async open(given, access, from) {
      const spec = routed(given);
      const files = new VagrantFiles(spec, process.files, stateOf(spec), from);
      const opened = await hosts(files.sshConfig).open(spec, access, from);
      return { ...opened, provider: vagrantProvider({ spec, system: process, files, hosts: opened.provider }) };
    },
  };
}

/** Hypervisors drop frames of strangers by default, and there is nothing to try before there are machines. */
function routed(spec: Spec): Spec {
  return { ...spec, balancer: { ...spec.balancer, link: spec.balancer.link ?? 'routed' } };
}

/** What hosts over SSH need, and Vagrant. */
function vagrantsHost(hosts: Host, { run, env, files }: Pick<Process, 'run' | 'env' | 'files'>): Host {
  const vagrant = async (): Promise<Check> => {
    const { code, stdout } = await run(['vagrant', '--version'], { timeout: 60 }).catch(() => ({
      code: 127,
      stdout: '',
    }));
    if (code === 0) return { what: 'program vagrant', state: 'ok', detail: stdout.trim() };
    const detail = 'makes the machines: install it, https://developer.hashicorp.com/vagrant/install';
    return { what: 'program vagrant', state: 'missing', detail };
  };
  return {
    ...hosts,
    check: async () => [...(await hosts.check()), await vagrant()],
    isThere: async () => {
      const inPath = (env['PATH'] ?? '').split(delimiter).map((each) => files.exists(join(each, 'vagrant')));
      return (await hosts.isThere()) && (await Promise.all(inPath)).includes(true);
    },
  };
}
