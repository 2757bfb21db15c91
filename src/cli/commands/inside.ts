import { RelevoError } from '../../domain/failure.ts';
import type { Spec } from '../../domain/spec.ts';
import type { Lxd } from '../../ports/lxd.ts';
import type { Io } from '../io.ts';
import { type Doors, openCluster } from '../session.ts';

/** Runs a command in an instance; on a terminal it is interactive. Resolves to the command's own exit code. */
export async function execCommand(doors: Doors, spec: Spec, name: string, argv: readonly string[]): Promise<number> {
  const { root, lxd } = await openCluster(spec, doors);
  await using _ = root;
  await mustExist(lxd, name);
  if (process.stdin.isTTY && process.stdout.isTTY) {
    return lxd.instances.execInteractive(name, argv, {
      input: process.stdin,
      output: process.stdout,
      error: process.stderr,
    });
  }
  const onLine = (line: string, stream: 'stdout' | 'stderr') => void process[stream].write(`${line}\n`);
  const { code } = await lxd.instances.exec(name, argv, { stdin: process.stdin, timeout: 2 ** 31 / 1000 - 10, onLine });
  process.stdin.destroy(); // else an open pipe would keep this process alive
  return code;
}

async function mustExist(lxd: Lxd, name: string): Promise<void> {
  const names = (await lxd.instances.list()).map((instance) => instance.name);
  if (names.includes(name)) return;
  throw new RelevoError({
    code: 'not-found',
    message: `there is no instance ${name}`,
    hint: `there are: ${names.sort().join(', ')}`,
  });
}

/** The journals of the named instances, or of a service's, or of all; with `follow` until interrupted. */
export async function logsCommand(
  io: Io,
  doors: Doors,
  spec: Spec,
  options: { of?: string; follow: boolean; lines: number },
): Promise<number> {
  const { root, lxd } = await openCluster(spec, doors);
  await using _ = root;
  const all = (await lxd.instances.list()).filter((each) => each.status === 'Running');
  const { of: wanted } = options;
  const chosen = all.filter(
    ({ name, config }) => wanted === undefined || name === wanted || config['user.relevo.service'] === wanted,
  );
  if (chosen.length === 0) {
    const hint = `there are: ${all
      .map(({ name }) => name)
      .sort()
      .join(', ')}`;
    throw new RelevoError({ code: 'not-found', message: `no running instance or service is called ${wanted}`, hint });
  }
  const width = Math.max(...chosen.map(({ name }) => name.length));
  const argv = [
    'journalctl',
    '--no-pager',
    '-o',
    'short-iso',
    '-n',
    String(options.lines),
    ...(options.follow ? ['-f'] : []),
  ];
  await Promise.all(
    chosen.map(({ name }) => {
      const onLine = (line: string) =>
        io.print(io.json ? JSON.stringify({ instance: name, line }) : `${io.style.cyan(name.padEnd(width))} ${line}`);
      return lxd.instances.exec(name, argv, { onLine, timeout: options.follow ? 2 ** 31 / 1000 - 10 : 60 });
    }),
  );
  return 0;
}
