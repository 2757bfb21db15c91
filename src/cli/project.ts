import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { readAssets } from '../apply/assets.ts';
import { refuse } from '../apply/preflight.ts';
import type { Spec } from '../domain/spec.ts';
import type { Host } from '../ports/host.ts';
import type { CommonOptions } from './commandline.ts';
import { guarded, type Io, terminal } from './io.ts';
import { prepareHost, requireHost } from './needs.ts';
import { asRoot } from './root.ts';
import { type Doors, type ReadFile, readSpec } from './session.ts';
import type { World } from './world.ts';

/** What a command on one project works with. */
export interface Call<O> extends ReadFile {
  readonly io: Io;
  readonly host: Host;
  readonly doors: Doors;
  readonly options: O & CommonOptions;
  /** `up`, `scale`, … */
  readonly command: string;
  /** Writes the file's edited text; nothing where it was not edited. */
  save(): Promise<void>;
}

export interface Manners {
  /** No other such command may work on the project meanwhile. */
  readonly exclusive?: boolean;
  /** Installs and starts what the host lacks; else its absence is an error. */
  readonly prepares?: boolean;
  /** Reads the files and secrets that the file names. */
  readonly assets?: boolean;
  /** Another text of the file, from the words of the command line; it is judged as the file is, and written by `save`. */
  readonly edit?: (text: string, words: readonly string[]) => string;
  /** `--json` prints events. */
  readonly stream?: boolean;
  /** What to do after an interruption, for people. */
  readonly whenInterrupted?: string;
}

/** A command's action on one project: reads the file, opens the doors, closes them. */
export function onProject<O>(
  world: World,
  body: (call: Call<O>, ...words: never[]) => Promise<number>,
  manners: Manners = {},
) {
  return async (...given: unknown[]) => {
    const command = given.at(-1) as Command;
    const options = command.opts() as O & CommonOptions;
    const io = terminal({ json: options.json === true, stream: manners.stream === true });
    const work = async () => {
      const { system } = world;
      const words = given.slice(0, -2) as string[];
      const edit = manners.edit && ((text: string) => manners.edit?.(text, words) ?? text);
      const { text, ...read } = await readSpec(options.file, system, edit);
      const save = async () => void (edit && (await system.files.overwrite(options.file, text)));
      const { needsRoot, host, refuses } = world.providers[read.spec.machines.provider];
      refuse(refuses(read.spec), read.at);
      if (needsRoot && system.uid !== 0) {
        // What is wrong with the file is told before anybody is asked for a password.
        if (manners.assets) await readAssets(read.spec, read.at, directoryOf(options.file), system);
        await asRoot(system.uid, secretVariables(read.spec));
      }
      await using _lock = manners.exclusive ? await world.lock(read.spec, holder(command, world)) : undefined;
      if (manners.prepares) await prepareHost(host, io, options.yes === true);
      else await requireHost(host);
      const doors = await world.openDoors(read.spec);
      try {
        return await body({ io, host, doors, options, save, command: command.name(), ...read }, ...(words as never[]));
      } finally {
        await doors.close();
      }
    };
    await guarded(io, work, manners.whenInterrupted);
  };
}

export function directoryOf(file: string): string {
  return dirname(resolve(file));
}

function holder(command: Command, { system }: World): string {
  return `relevo ${command.name()}, pid ${process.pid}, since ${system.now().toISOString()}`;
}

function secretVariables({ services }: Spec): string[] {
  return services.flatMap(({ secrets }) => secrets.flatMap(({ from }) => ('env' in from ? [from.env] : [])));
}
