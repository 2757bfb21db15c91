import { RelevoError } from '../../domain/failure.ts';
import { seedOf } from '../../observe/seeds.ts';
import type { ExecOptions, Lxd } from '../../ports/lxd.ts';
import type { Call } from '../project.ts';
import { openCluster } from '../session.ts';

/** Longer than anybody waits: timers of Node hold no more than 2^31 ms. */
export const noTimeout = 2 ** 31 / 1000 - 10;

/** Runs a command in an instance; resolves to the command's own exit code. */
export async function runInside(call: Call<object>, instance: string, argv: readonly string[]): Promise<number> {
  const { io, spec, doors } = call;
  const { root, lxd } = await openCluster(spec, doors);
  await using _ = root;
  await mustExist(lxd, instance);
  if (!io.json && process.stdin.isTTY && process.stdout.isTTY) {
    const terminal = { input: process.stdin, output: process.stdout, error: process.stderr };
    return await lxd.instances.execInteractive(instance, argv, terminal); // the connection closes at the end of this block
  }
  const signal = endedWith(call);
  const options = { stdin: process.stdin, timeout: noTimeout, signal, ...(!io.json && { onLine: pass }) };
  const { code, stdout, stderr, whole } = await lxd.instances.exec(instance, argv, options);
  process.stdin.destroy(); // else an open pipe would keep this process alive
  if (io.json) io.print(JSON.stringify({ instance, code, stdout, stderr, whole }));
  else if (!whole) io.note(`${io.style.yellow('!')} LXD lost some of its output on the way`);
  return code;
}

/** What runs inside shall not outlive this process. */
export function endedWith({ io }: Pick<Call<object>, 'io'>): AbortSignal {
  const controller = new AbortController();
  io.beforeEnd(() => controller.abort());
  return controller.signal;
}

const pass: NonNullable<ExecOptions['onLine']> = (line, stream) => void process[stream].write(`${line}\n`);

async function mustExist(lxd: Lxd, name: string): Promise<void> {
  const all = (await lxd.instances.list()).map((instance) => instance.name);
  const names = all.filter((each) => seedOf(each) === undefined);
  if (names.includes(name)) return;
  throw new RelevoError({
    code: 'not-found',
    message: `there is no instance ${name}`,
    hint: `there are: ${names.sort().join(', ')}`,
  });
}
