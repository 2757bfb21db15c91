import { RelevoError } from '../../domain/failure.ts';
import { clusterNetwork, clusterPool } from '../../render/preseed.ts';
import { beforeDirectory } from './record.ts';
import { type Exec, must } from './remote.ts';
import { undoArgv } from './undo.ts';

/** What of the cluster belongs to nobody but us. */
export interface Ours {
  readonly projects: readonly string[];
}

interface Listed {
  readonly name: string;
  readonly project?: string;
  readonly managed?: boolean;
}

/** From here on the host may be put back without asking, since others may be so already: no majority could answer. */
const mark = `${beforeDirectory}/agreed`;

/**
 * Throws where the cluster that a host belongs to has something in it that Relevo did not make, or can't tell: it is never
 * destroyed with the rest.
 */
export async function refuseStrangers(exec: Exec, name: string, { projects }: Ours): Promise<void> {
  const { code } = await exec(['test', '-e', mark], { onlyLooks: true });
  if (code === 0) return;
  const ask = async (path: string) => {
    const text = await must(exec, ['timeout', '20', 'lxc', 'query', path], { onlyLooks: true }).catch((error) => {
      throw untold(name, error);
    });
    return JSON.parse(text) as readonly Listed[];
  };
  const own = ['default', ...projects];
  const [all, instances, networks, pools] = await Promise.all([
    ask('/1.0/projects?recursion=1'),
    ask('/1.0/instances?recursion=1&all-projects=true'),
    ask('/1.0/networks?recursion=1'),
    ask('/1.0/storage-pools?recursion=1'),
  ]);
  const strangers = [
    ...all.filter((each) => !own.includes(each.name)).map((each) => `project ${each.name}`),
    ...instances.filter(({ project = '' }) => !projects.includes(project)).map((each) => `instance ${each.name}`),
    ...networks.filter((each) => each.managed && each.name !== clusterNetwork).map((each) => `network ${each.name}`),
    ...pools.filter((each) => each.name !== clusterPool).map((each) => `storage pool ${each.name}`),
  ];
  if (strangers.length === 0) return;
  throw new RelevoError({
    code: 'refused',
    message: `the cluster has things in it that Relevo did not make: ${strangers.slice(0, 6).join(', ')}`,
    hint: 'move or delete them, and destroy again: nothing was removed',
  });
}

function untold(name: string, error: unknown): unknown {
  if (!(error instanceof RelevoError)) return error;
  return new RelevoError(
    {
      ...error.failure,
      code: 'unreachable',
      message: `LXD on ${name} does not tell what is in the cluster, so nothing was removed`,
      hint: 'a majority of its members must run: bring them back, and destroy again',
    },
    { cause: error },
  );
}

export async function agree(exec: Exec): Promise<void> {
  await must(exec, ['sh', '-c', '[ ! -d "$(dirname "$1")" ] || : > "$1"', 'sh', mark]);
}

/** The host as it was before. */
export async function putBack(exec: Exec, name: string, onLine: (line: string) => void): Promise<void> {
  const lines = await must(exec, undoArgv, { timeout: 600, what: `putting ${name} back` });
  onLine(`host ${name}`);
  for (const line of lines.split('\n').filter((each) => each.startsWith('stays: '))) onLine(`${name}: ${line}`);
}
