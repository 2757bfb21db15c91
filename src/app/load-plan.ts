import { dirname, resolve } from 'node:path';
import { whyUnreadable } from '../apply/unreadable.ts';
import { RelevoError } from '../domain/failure.ts';
import type { LoadSpec, Spec, Threshold } from '../domain/spec.ts';
import type { Element } from '../load/jmx/element.ts';
import { readPlan } from '../load/jmx/read.ts';
import { writePlan } from '../load/jmx/write.ts';
import type { TestPlan } from '../load/load-engine.ts';
import { planOf } from '../load/short.ts';
import type { Files } from '../ports/system.ts';
import { didYouMean } from '../spec/nearest.ts';

/** A load plan as somebody named it: one of the file's `load:`, or a `.jmx`. */
export interface PlanNamed {
  /** As it was typed. */
  readonly name: string;
  /** Where it is if it is a file; absolute. */
  readonly path: string;
  /** The project, where there is one. */
  readonly project?: PlanProject;
}

export interface PlanProject {
  readonly spec: Pick<Spec, 'load'>;
  /** How people call its file. */
  readonly file: string;
  /** What the file names lies below it. */
  readonly directory: string;
}

/** A plan, and what the file says beside it. */
export interface OpenedPlan {
  readonly plan: TestPlan;
  /** JMeter's properties that the file sets; `-J` comes above them. */
  readonly properties: ReadonlyMap<string, string>;
  /** What a good result is; empty where nobody said. */
  readonly expect: readonly Threshold[];
}

/** Throws RelevoError where there is no such plan, or it can't be read. */
export async function openPlan(named: PlanNamed, files: Pick<Files, 'read'>): Promise<OpenedPlan> {
  const { name, path, project } = named;
  if (isFile(name)) {
    const plan = { name, root: await readRoot(path, name, files), directory: dirname(path) };
    return { plan, properties: new Map(), expect: [] };
  }
  const { load, directory } = chosen(name, project);
  if (load.model !== 'plan') {
    return { plan: { name, root: planOf(load), directory }, properties: new Map(), expect: load.expect };
  }
  const file = resolve(directory, load.plan);
  const plan = { name, root: await readRoot(file, load.plan, files), directory: dirname(file) };
  return { plan, properties: new Map(Object.entries(load.properties)), expect: load.expect };
}

/** The `.jmx` of a plan that the file says in short. `target`: where its requests go, unless JMeter is told otherwise. */
export function exportPlan(name: string, project: PlanProject | undefined, target: URL): string {
  const { load } = chosen(name, project);
  if (load.model === 'plan') {
    throw new RelevoError({
      code: 'usage',
      message: `${name} is a plan of JMeter’s already: ${load.plan}`,
      hint: `open that with JMeter`,
    });
  }
  return writePlan(planOf(load, target));
}

/** A name has neither dot nor slash. */
export function isFile(name: string): boolean {
  return /[./]/.test(name);
}

function chosen(name: string, project: PlanProject | undefined): { load: LoadSpec; directory: string } {
  const load = project?.spec.load.find((each) => each.name === name);
  if (project !== undefined && load !== undefined) return { load, directory: project.directory };
  throw noPlan(name, project);
}

function noPlan(name: string, project: PlanProject | undefined): RelevoError {
  if (project === undefined) {
    const hint = 'name a .jmx, or the file with its `load:` by -f FILE';
    return new RelevoError({ code: 'not-found', message: `there is no file that has a load plan ${name}`, hint });
  }
  const known = project.spec.load.map((each) => each.name);
  const hint = known.length === 0 ? 'say one under `load:` there, or name a .jmx' : `there are: ${known.join(', ')}`;
  const message = `${project.file} has no load plan ${name}`;
  return new RelevoError({ code: 'not-found', message, hint: didYouMean(name, known) ?? hint });
}

async function readRoot(path: string, name: string, files: Pick<Files, 'read'>): Promise<Element> {
  const bytes = await files.read(path).catch((error: NodeJS.ErrnoException) => {
    throw new RelevoError({ code: 'not-found', message: `${name} can't be read: ${whyUnreadable(error)}` });
  });
  if (bytes === undefined) throw new RelevoError({ code: 'not-found', message: `there is no file ${name}` });
  return readPlan(Buffer.from(bytes), name);
}
