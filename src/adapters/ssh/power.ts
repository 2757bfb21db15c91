import { join } from 'node:path';
import { RelevoError } from '../../domain/failure.ts';
import type { PowerSpec } from '../../domain/spec.ts';
import type { Power, PowerCut } from '../../ports/provider.ts';
import type { System } from '../../ports/system.ts';

/** What is kept of a cut on the operator's computer, so that the fault is known, and healed, after the command has ended. */
interface Kept extends PowerCut {
  readonly id: string;
}

/**
 * Sleeps, and then gives the power back unless that has been done: the file is gone or is another cut's then. It tries for ten
 * minutes. `$@`: identity, file, seconds, and the command.
 */
export const watcher = `
id=$1 file=$2; sleep "$3"; shift 3
n=0
while [ $n -lt 120 ] && grep -qsF "$id" "$file"; do
  "$@" && { rm -f "$file"; rmdir "$(dirname "$file")"; exit; }
  n=$((n + 1)); sleep 5
done
`;

/** Seconds that a command of the user's may take. */
const patience = 120;

/**
 * The power of hosts by commands of the user's, run on this computer: IPMI, a cloud's API, a switched socket. `directory`: where
 * cuts that last are kept.
 */
export function sshPower(
  commands: Readonly<Record<string, PowerSpec>>,
  system: Pick<System, 'run' | 'daemon' | 'files' | 'now'>,
  directory: string,
): Power {
  const { files } = system;
  const fileOf = (machine: string) => join(directory, `${machine}.json`);
  const commandsOf = (machine: string): PowerSpec => {
    const own = commands[machine];
    if (own === undefined) throw noPower(machine);
    return own;
  };
  return {
    async cut(machine, { id, record, seconds }) {
      const { off, on } = commandsOf(machine);
      const kept: Kept = { machine, id, record };
      const file = fileOf(machine);
      await files.write(file, `${JSON.stringify(kept)}\n`, 0o600);
      await system.daemon(['sh', '-c', watcher, 'sh', id, file, String(seconds), ...on], { log: '/dev/null' });
      const at = system.now();
      await runPower(system, machine, off);
      return at;
    },
    async cuts() {
      const names = (await files.list(directory)).filter((name) => name.endsWith('.json'));
      const texts = await Promise.all(names.map((name) => files.readText(join(directory, name))));
      return texts.flatMap((text) => (text === undefined ? [] : [JSON.parse(text) as Kept]));
    },
    async restore(machine) {
      await runPower(system, machine, commandsOf(machine).on);
      await files.remove(fileOf(machine));
      if ((await files.list(directory)).length === 0) await files.remove(directory);
    },
  };
}

/** Cuts the power of a host that is to be given up, and leaves it off. Throws where the command does not end well. */
export async function fence(system: Pick<System, 'run'>, machine: string, { off }: PowerSpec): Promise<void> {
  await runPower(system, machine, off);
}

async function runPower(system: Pick<System, 'run'>, machine: string, argv: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await system.run(argv, { timeout: patience });
  if (code === 0) return;
  const lines = `${stdout}${stderr}`.trim().split('\n').slice(-8);
  throw new RelevoError({
    code: 'failed',
    message: `\`${argv[0]}\`, the file's command for the power of ${machine}, ended with ${code}`,
    hint: 'run it by hand: what it says is its own',
    evidence: { title: argv[0] ?? '', lines },
  });
}

function noPower(machine: string): RelevoError {
  return new RelevoError({
    code: 'refused',
    message: `the power of ${machine} can't be cut from here`,
    hint: '`power: { off: […], on: […] }` beside its address names the commands that do it (docs/ssh.md)',
  });
}
