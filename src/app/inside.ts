import { RelevoError } from '../domain/failure.ts';
import { seedOf } from '../observe/seeds.ts';
import type { ExecOptions, ExecResult, Lxd, Terminal } from '../ports/lxd.ts';
import { mustBeKnown, openCluster, type Project } from './project.ts';

export interface Inside {
  readonly instance: string;
  readonly argv: readonly string[];
}

/** Without `output` what the command says is collected; it does not outlive the signal. */
export type Streams = Required<Pick<ExecOptions, 'stdin' | 'signal'>> & Pick<ExecOptions, 'output'>;

/** Runs a command in an instance. Throws where a part of the output that is handed on was lost. */
export async function runInside(project: Project, { instance, argv }: Inside, streams: Streams): Promise<ExecResult> {
  await using lxd = await openCluster(project);
  await mustExist(lxd, instance);
  const result = await lxd.instances.exec(instance, argv, { ...streams, timeout: Infinity });
  if (streams.output !== undefined && !result.whole) throw brokenOff(instance, result.code);
  return result;
}

/** The same on a terminal; resolves to the command's own exit code. */
export async function runOnTerminal(project: Project, { instance, argv }: Inside, terminal: Terminal): Promise<number> {
  await using lxd = await openCluster(project);
  await mustExist(lxd, instance);
  return await lxd.instances.execInteractive(instance, argv, terminal); // the connection closes at the end of this block
}

/** Whoever keeps the output must not take a part for the whole. */
function brokenOff(instance: string, code: number): RelevoError {
  const message = `the output of the command in ${instance} broke off on its way; the command's own exit code is ${code}`;
  return new RelevoError({ code: 'unreachable', message });
}

async function mustExist(lxd: Lxd, name: string): Promise<void> {
  const all = (await lxd.instances.list()).map((instance) => instance.name);
  const names = all.filter((each) => seedOf(each) === undefined);
  mustBeKnown(name, names.sort(), `there is no instance ${name}`);
}
