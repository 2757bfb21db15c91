import { RelevoError } from '../../domain/failure.ts';
import type { ExecOptions, ExecResult } from '../../ports/lxd.ts';

/** `what`: what is done by it, and where, for people. */
export type RunOptions = ExecOptions & { readonly what?: string };

/** Runs a command as root on one host. */
export type Exec = (argv: readonly string[], options?: RunOptions) => Promise<ExecResult>;

const put =
  'mkdir -p -m 755 "$(dirname "$1")" && umask 077 && cat > "$1.relevo" && chmod "$2" "$1.relevo" && mv "$1.relevo" "$1" && sync "$1"';

export async function putFile(exec: Exec, path: string, content: string | Uint8Array, mode: number): Promise<void> {
  await must(exec, ['sh', '-c', put, 'sh', path, mode.toString(8)], { stdin: content });
}

/** Resolves to what it printed. */
export async function must(exec: Exec, argv: readonly string[], options: RunOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await exec(argv, options);
  if (code === 0) return stdout;
  const { what } = options;
  const evidence = {
    title: what ?? argv.slice(0, 3).join(' '),
    lines: `${stdout}${stderr}`.trim().split('\n').slice(-12),
  };
  throw new RelevoError({ code: 'failed', message: `${what ?? `\`${argv[0]}\``} failed`, evidence });
}
