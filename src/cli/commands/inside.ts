import { RelevoError } from '../../domain/failure.ts';
import { seedOf } from '../../observe/seeds.ts';
import type { Lxd } from '../../ports/lxd.ts';
import type { Call } from '../project.ts';
import { openCluster } from '../session.ts';

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
  const { stdin } = process; // it is closed with the command: an open pipe would keep this process alive
  const output = { stdout: process.stdout, stderr: process.stderr };
  const options = { stdin, timeout: Infinity, signal: endedWith(call), ...(!io.json && { output }) };
  const { code, stdout, stderr, whole } = await lxd.instances.exec(instance, argv, options);
  if (io.json) io.print(JSON.stringify({ instance, code, stdout, stderr, whole }));
  else if (!whole) throw brokenOff(instance, code);
  return code;
}

/** What runs inside shall not outlive this process. */
export function endedWith({ io }: Pick<Call<object>, 'io'>): AbortSignal {
  const controller = new AbortController();
  io.beforeEnd(() => controller.abort());
  return controller.signal;
}

/** Whoever keeps the output must not take a part for the whole. */
function brokenOff(instance: string, code: number): RelevoError {
  const message = `the output of the command in ${instance} broke off on its way; the command's own exit code is ${code}`;
  return new RelevoError({ code: 'unreachable', message });
}

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
