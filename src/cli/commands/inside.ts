import { runInside as run, runOnTerminal } from '../../app/inside.ts';
import type { Io } from '../io.ts';
import type { Call } from '../project.ts';

/** Runs a command in an instance; resolves to the command's own exit code. */
export async function runInside(call: Call, instance: string, argv: readonly string[]): Promise<number> {
  const { io, project, process } = call;
  const { stdin, stdout, stderr } = process;
  const inside = { instance, argv };
  if (!io.json && stdin.isTTY && stdout.isTTY)
    return runOnTerminal(project, inside, { input: stdin, output: stdout, error: stderr });
  const output = io.json ? {} : { output: { stdout, stderr } };
  // the input is closed with the command: an open pipe would keep this process alive
  const { code, ...said } = await run(project, inside, { stdin, signal: endedWith(io), ...output });
  if (io.json) io.print(JSON.stringify({ instance, code, ...said }));
  return code;
}

/** What runs inside shall not outlive this process. */
export function endedWith(io: Io): AbortSignal {
  const controller = new AbortController();
  io.beforeEnd(() => controller.abort());
  return controller.signal;
}
