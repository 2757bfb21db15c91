import { resolve } from 'node:path';
import type { Command } from 'commander';
import { type NamedFile, readSpec } from '../app/file.ts';
import { checkNamed, kindOf, type Opening, type Project, withProject } from '../app/project.ts';
import type { Spec } from '../domain/spec.ts';
import type { Process } from '../ports/process.ts';
import type { CommonOptions } from './commandline.ts';
import { guarded, type Io, mendConsent, terminal } from './io.ts';
import { asRoot } from './root.ts';
import type { World } from './world.ts';

/** What a command on one project works with. */
export interface Call<O = object> {
  readonly io: Io;
  readonly project: Project;
  readonly options: O & CommonOptions;
  readonly process: Process;
}

export interface Manners {
  /** No other such command may work on the project meanwhile. */
  readonly exclusive?: boolean;
  /** Installs and starts what the host lacks; else its absence is an error. */
  readonly prepares?: boolean;
  /** Reads the files and secrets that the file names. */
  readonly assets?: boolean;
  /** Another text of the file, from the words of the command line; it is judged as the file is. */
  readonly edit?: (text: string, words: readonly string[]) => string;
  /** `--json` prints events. */
  readonly stream?: boolean;
  /** What to do after an interruption, for people. */
  readonly whenInterrupted?: string;
}

/** A command's action on one project: reads the file, opens the project, closes it. */
export function onProject<O>(
  world: World,
  body: (call: Call<O>, ...words: never[]) => Promise<number>,
  manners: Manners = {},
) {
  const { process } = world;
  return async (...given: unknown[]) => {
    const command = given.at(-1) as Command;
    const options = command.opts() as O & CommonOptions;
    const io = terminal(process, { json: options.json === true, stream: manners.stream === true });
    const work = async () => {
      const words = given.slice(0, -2) as string[];
      const file = namedFile(options.file, process);
      const edit = manners.edit && ((text: string) => manners.edit?.(text, words) ?? text);
      const read = await readSpec(file, process.files, edit);
      const holder = `relevo ${command.name()}, pid ${process.pid}, since ${process.now().toISOString()}`;
      const opening: Opening = { ...read, file, holder, emit: io.emit };
      if ((await kindOf(world, read)).needsRoot) {
        // What is wrong with the file is told before anybody is asked for a password.
        if (manners.assets && process.uid !== 0) await checkNamed(opening, process);
        const code = await asRoot(process, secretVariables(read.spec));
        if (code !== undefined) return code;
      }
      const mend = manners.prepares ? mendConsent(io, options.yes === true) : undefined;
      return withProject(world, opening, { exclusive: manners.exclusive === true, mend }, (project) =>
        body({ io, project, options, process }, ...(words as never[])),
      );
    };
    await guarded(process, io, work, manners.whenInterrupted);
  };
}

export function namedFile(name: string, { cwd }: Process): NamedFile {
  return { name, path: resolve(cwd, name) };
}

function secretVariables({ services }: Spec): string[] {
  return services.flatMap(({ secrets }) => secrets.flatMap(({ from }) => ('env' in from ? [from.env] : [])));
}
