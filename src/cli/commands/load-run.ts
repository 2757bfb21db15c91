import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { type LoadRun, load, requireSupported } from '../../app/load.ts';
import { type OpenedPlan, openPlan } from '../../app/load-plan.ts';
import type { Opening } from '../../app/project.ts';
import type { Threshold } from '../../domain/spec.ts';
import { needsTarget } from '../../load/jmx/aim.ts';
import type { LoadEngine, LoadOrder } from '../../load/load-engine.ts';
import type { Process } from '../../ports/process.ts';
import type { CommonOptions } from '../commandline.ts';
import { guarded, type Io, terminal } from '../io.ts';
import { openingOf, planProject, publishedAddress } from '../load-project.ts';
import { LiveLoadView, type LoadTitle, type LoadView, PlainLoadView } from '../print/load-live.ts';
import { progressMode } from '../print/progress.ts';
import { Grace } from '../signals.ts';
import type { World } from '../world.ts';
import { tell } from './load-result.ts';

export interface LoadOptions extends CommonOptions {
  readonly J?: ReadonlyMap<string, string>;
  readonly engine: LoadEngine['name'];
  readonly target?: URL;
  readonly jtl?: string;
  readonly jtlFormat?: 'csv' | 'xml';
  readonly junit?: string;
  readonly expect?: readonly Threshold[];
  readonly workers?: number;
  readonly skipUnsupported?: boolean;
  readonly anyFile?: boolean;
}

/** Ctrl-C ends the run in order, with its results; a second one ends it at once. */
export async function runLoad(world: World, name: string, options: LoadOptions): Promise<void> {
  const { process } = world;
  const io = terminal(process, { json: options.json === true });
  const grace = new Grace();
  const work = async () => {
    const prepared = await prepare(world, io, name, options);
    if (typeof prepared === 'number') return prepared;
    const view = viewOf(process, io, prepared.title);
    io.beforeEnd(() => view.close());
    const result = await load(prepared.run, process, view, grace.begin()).finally(() => view.close());
    return tell(io, process, result, options.junit);
  };
  await guarded(process, io, work, undefined, grace);
}

interface Prepared {
  readonly run: LoadRun;
  readonly title: LoadTitle;
}

/** A number is the exit code of another process, which did it all. */
async function prepare(world: World, io: Io, name: string, options: LoadOptions): Promise<Prepared | number> {
  const { process } = world;
  const opening = await projectFor(io, name, options, process);
  const project = opening && planProject(opening);
  const opened = await openPlan({ name, path: resolve(process.cwd, name), ...(project && { project }) }, process.files);
  const tools = await world.loadTools();
  // What JMeter itself runs is left out nowhere.
  const findings =
    options.engine === 'jmeter' ? [] : (await tools.check(opened.plan, options.anyFile === true)).findings;
  if (!options.skipUnsupported) requireSupported(name, findings);
  const needed = options.target === undefined && needsTarget(opened.plan.root);
  const published = needed
    ? await publishedAddress(world, opening ?? (await openingOf(io, options, process)))
    : undefined;
  if (typeof published === 'number') return published;
  const order = orderOf(opened, options, process, published);
  const title = titleOf(order, opening);
  const expect = [...opened.expect, ...(options.expect ?? [])];
  return { run: { engine: tools.engines[options.engine], order, expect, findings, machines: 1 }, title };
}

/** A `.jmx` needs no project, unless it has to be asked where requests go. */
async function projectFor(io: Io, name: string, options: LoadOptions, process: Process): Promise<Opening | undefined> {
  return /[./]/.test(name) ? undefined : openingOf(io, options, process);
}

function orderOf(
  { plan, properties }: OpenedPlan,
  options: LoadOptions,
  { cwd }: Process,
  published: URL | undefined,
): LoadOrder {
  const target = options.target ?? published;
  const { engine, jtl, jtlFormat = /\.xml$/i.test(jtl ?? '') ? 'xml' : 'csv' } = options;
  return {
    plan,
    ...(target !== undefined && { target }),
    properties: new Map([...properties, ...(options.J ?? [])]),
    workers: engine === 'jmeter' ? 1 : Math.max(1, options.workers ?? availableParallelism()),
    share: { index: 0, of: 1 },
    ...(jtl !== undefined && { jtl: { path: resolve(cwd, jtl), format: jtlFormat } }),
    anyFile: options.anyFile === true,
    askServer: published !== undefined,
  };
}

function titleOf({ plan, target }: LoadOrder, opening: Opening | undefined): LoadTitle {
  const spec = opening?.spec.load.find(({ name }) => name === plan.name);
  return {
    plan: plan.name,
    ...(target !== undefined && { target: target.href }),
    ...(spec !== undefined && spec.model !== 'plan' && { seconds: spec.duration }),
  };
}

function viewOf(process: Process, io: Io, title: LoadTitle): LoadView {
  const { stdout, env } = process;
  const context = { output: stdout, clock: process, style: io.style };
  switch (progressMode(io.json, { isTTY: stdout.isTTY === true, env })) {
    case 'live':
      return new LiveLoadView(context, title);
    case 'plain':
      return new PlainLoadView(context);
    case 'json':
      return { progress: () => {}, note: (text) => io.note(text), close: () => {} };
  }
}
