import { join } from 'node:path';
import type { Power, PowerCut } from '../../ports/provider.ts';
import type { System } from '../../ports/system.ts';
import type { Vagrant } from './vagrant.ts';

interface Cut extends PowerCut {
  /** Of the process that ends it; 0 while there is none yet. */
  readonly pid: number;
}

/** Brings the machine back, again and again until Vagrant does, unless the cut was ended meanwhile. `$1`: its mark. */
export const restorer = `
sleep "$3"
for _ in 1 2 3 4 5; do
  [ -e "$1" ] || exit 0
  vagrant up --no-provision "$2" </dev/null && break
  sleep 2
done
rm -f "$1"
`;

/** Seconds that Vagrant may take. */
const limit = 300;

/** Power of virtual machines: `vagrant halt -f` is the plug that is pulled. Its restorer waits before it is. */
export function vagrantPower(vagrant: Vagrant, system: System, home: string): Power {
  const { files } = system;
  const directory = join(home, 'cuts');
  const markOf = (machine: string) => join(directory, `${machine}.json`);
  const read = async (path: string) => {
    const text = await files.readText(path);
    return text === undefined ? undefined : (JSON.parse(text) as Cut);
  };
  return {
    async cut(machine, { id, seconds, record }) {
      const mark = markOf(machine);
      const write = (pid: number) => files.write(mark, JSON.stringify({ machine, id, record, pid }), 0o600);
      await write(0);
      const argv = ['setsid', 'sh', '-c', restorer, `relevo-${id}`, mark, machine, String(seconds)];
      await write(await system.daemon(argv, { log: join(directory, 'log'), env: vagrant.environment }));
      const at = system.now();
      await vagrant.run(['halt', '-f', machine], { limit });
      return at;
    },
    async cuts() {
      const names = (await files.list(directory)).filter((name) => name.endsWith('.json'));
      const all = await Promise.all(names.map((name) => read(join(directory, name))));
      return all.flatMap((cut) =>
        cut === undefined ? [] : [{ machine: cut.machine, id: cut.id, record: cut.record }],
      );
    },
    async restore(machine) {
      const cut = await read(markOf(machine));
      if (cut === undefined) return;
      await endRestorer(system, cut);
      await vagrant.run(['up', '--no-provision', machine], { limit });
      await files.remove(markOf(machine));
    },
  };
}

/** A process of that number may be another one by now: its words tell. It leads its own group. */
async function endRestorer({ files, run }: System, { pid, id }: Cut): Promise<void> {
  const words = (await files.readText(`/proc/${pid}/cmdline`))?.split('\0') ?? [];
  if (words.includes(`relevo-${id}`)) await run(['sh', '-c', 'kill -- "-$1"', 'sh', String(pid)]);
}
