import { readSpec } from '../app/file.ts';
import type { PlanProject } from '../app/load-plan.ts';
import { directoryOf, kindOf, type Opening, withProject } from '../app/project.ts';
import { status } from '../app/status.ts';
import { RelevoError } from '../domain/failure.ts';
import type { Process } from '../ports/process.ts';
import type { CommonOptions } from './commandline.ts';
import type { Io } from './io.ts';
import { namedFile } from './project.ts';
import { asRoot } from './root.ts';
import type { World } from './world.ts';

/** The project whose file `-f` names. */
export async function openingOf(io: Io, { file }: CommonOptions, process: Process): Promise<Opening> {
  const named = namedFile(file, process);
  const holder = `relevo load, pid ${process.pid}, since ${process.now().toISOString()}`;
  return { ...(await readSpec(named, process.files)), file: named, holder, emit: io.emit };
}

export function planProject(opening: Opening): PlanProject {
  return { spec: opening.spec, file: opening.file.name, directory: directoryOf(opening) };
}

/** Where users come in; or, where another process had to be root's and did it all, its exit code. */
export async function publishedAddress(world: World, opening: Opening): Promise<URL | number> {
  if ((await kindOf(world, opening)).needsRoot) {
    const code = await asRoot(world.process);
    if (code !== undefined) return code;
  }
  const { url } = await withProject(world, opening, {}, status);
  if (url !== null) return new URL(url);
  const message = `${opening.spec.name} is not published, so there is nothing to send requests to`;
  throw new RelevoError({
    code: 'not-found',
    message,
    hint: 'bring it up with `relevo up`, or name a site by --target URL',
  });
}
