import { join } from 'node:path';
import type { Power, PowerCut } from '../../ports/provider.ts';
import type { System } from '../../ports/system.ts';
import type { Vagrant } from './vagrant.ts';

/**
 * Sleeps, and then brings the machine back unless that has been done: the mark is gone or is another cut's then. It tries for ten
 * minutes, for Vagrant refuses what another vagrant has locked; where that was in vain the mark tells it. `$@`: identity, mark,
 * machine, seconds.
 */
export const restorer = `
sleep "$4"
n=0
while [ $n -lt 120 ] && grep -qsF "$1" "$2"; do
  vagrant up --no-provision "$3" </dev/null && { rm -f "$2"; exit; }
  n=$((n + 1)); sleep 5
done
`;

const cutsIn = (home: string) => join(home, 'cuts');

/** While it is there, its restorer brings the machine back. */
export const markOf = (home: string, machine: string): string => join(cutsIn(home), `${machine}.json`);

/** Seconds that Vagrant may take. */
const limit = 300;

/** Power of virtual machines: `vagrant halt -f` is the plug that is pulled. Its restorer waits before it is. */
export function vagrantPower(vagrant: Vagrant, system: System, home: string): Power {
  const { files } = system;
  const directory = cutsIn(home);
  return {
    async cut(machine, { id, seconds, record }) {
      const mark = markOf(home, machine);
      const kept: PowerCut = { machine, id, record };
      await files.write(mark, JSON.stringify(kept), 0o600);
      const argv = ['sh', '-c', restorer, 'sh', id, mark, machine, String(seconds)];
      await system.daemon(argv, { log: join(directory, 'log'), env: vagrant.environment });
      const at = system.now();
      await vagrant.run(['halt', '-f', machine], { limit });
      return at;
    },
    async cuts() {
      const names = (await files.list(directory)).filter((name) => name.endsWith('.json'));
      const texts = await Promise.all(names.map((name) => files.readText(join(directory, name))));
      return texts.flatMap((text) => (text === undefined ? [] : [JSON.parse(text) as PowerCut]));
    },
    async restore(machine) {
      await vagrant.run(['up', '--no-provision', machine], { limit });
      await files.remove(markOf(home, machine));
    },
  };
}
