import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { type LoadRun, type LoadTools, load, requireRunnable } from '../../app/load.ts';
import type { OpenedPlan } from '../../app/load-plan.ts';
import type { Opening } from '../../app/project.ts';
import { RelevoError } from '../../domain/failure.ts';
import type { PlanFinding } from '../../domain/load.ts';
import type { Threshold } from '../../domain/spec.ts';
import { expandedPlan } from '../../load/engine/expand.ts';
import { needsTarget, takesTarget, targetProperties } from '../../load/jmx/aim.ts';
import type { Element } from '../../load/jmx/element.ts';
import type { LoadEngine, LoadOrder, TestPlan } from '../../load/load-engine.ts';
import type { Process } from '../../ports/process.ts';
import type { CommonOptions } from '../commandline.ts';
import { guarded, type Io, terminal } from '../io.ts';
import { type Opened, openNamed } from '../load-named.ts';
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
  readonly share?: LoadOrder['share'];
  readonly skipUnsupported?: boolean;
  readonly anyFile?: boolean;
}

const ending = 'It ends when what is under way has ended; Ctrl-C once more ends it at once.';

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
    const signal = grace.begin();
    signal.addEventListener('abort', () => view.note(ending));
    const result = await load(prepared.run, process, view, signal).finally(() => view.close());
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
  refuseInVain(options);
  const opened = await openNamed(io, name, options, world.process);
  const tools = world.loadTools;
  const findings = await findingsOf(tools, opened, options);
  requireRunnable(name, findings, options.skipUnsupported === true);
  if (options.target !== undefined && !takesTarget(asItRuns(opened.plan, options))) throw targetUnused(name);
  if (options.jtl !== undefined) keepPlan(name, options.jtl, world.process);
  const published = await projectAddress(world, io, opened, options);
  if (typeof published === 'number') return published;
  const order = orderOf(opened, options, world.process, published);
  const expect = [...opened.expect, ...(options.expect ?? [])];
  const run = { engine: await tools.engine(options.engine), order, expect, findings, machines: 1 };
  return { run, title: titleOf(order, opened.opening) };
}

/** JMeter has its own ways; an option that did nothing would look as if it did. */
function refuseInVain({ engine, workers, skipUnsupported }: LoadOptions): void {
  if (engine === 'embedded') return;
  const vain = [...(workers === undefined ? [] : ['--workers']), ...(skipUnsupported ? ['--skip-unsupported'] : [])];
  if (vain.length === 0) return;
  const message = `${vain.join(' and ')} ${vain.length === 1 ? 'is' : 'are'} for the embedded engine`;
  throw new RelevoError({ code: 'usage', message, hint: `leave ${vain.length === 1 ? 'it' : 'them'} out` });
}

/** The log is made anew, whatever is there. */
function keepPlan(name: string, jtl: string, { cwd }: Process): void {
  if (resolve(cwd, jtl) !== resolve(cwd, name)) return;
  throw new RelevoError({ code: 'usage', message: `--jtl would overwrite ${name}`, hint: 'name another file' });
}

/** JMeter itself leaves nothing out. */
async function findingsOf(
  tools: LoadTools,
  { plan, properties }: OpenedPlan,
  options: LoadOptions,
): Promise<readonly PlanFinding[]> {
  if (options.engine === 'jmeter') return [];
  const given = new Map([...properties, ...(options.J ?? [])]);
  return (await tools.check(plan, given, options.anyFile === true)).findings;
}

/** Undefined where nobody needs it. */
async function projectAddress(
  world: World,
  io: Io,
  { plan, opening }: Opened,
  options: LoadOptions,
): Promise<URL | number | undefined> {
  if (options.target !== undefined || !needsTarget(asItRuns(plan, options))) return undefined;
  const { openingOf, publishedAddress } = await import('../load-project.ts');
  return publishedAddress(world, opening ?? (await openingOf(io, options, world.process).catch(noTarget(plan.name))));
}

/** Requests of modules and of included plans take part. */
function asItRuns(plan: TestPlan, { anyFile }: LoadOptions): Element {
  return expandedPlan(plan, anyFile === true);
}

function targetUnused(plan: string): RelevoError {
  const message = `no request of ${plan} would go to --target: each names a host of its own or takes no part`;
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a text of JMeter's
  const hint = 'write ${__P(target.host)} for the host in the plan, or leave --target out';
  return new RelevoError({ code: 'usage', message, hint });
}

function noTarget(plan: string): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof RelevoError) || error.failure.code !== 'not-found') throw error;
    const message = `${plan} does not say where its requests go, and ${error.failure.message}`;
    throw new RelevoError({ code: 'not-found', message, hint: 'name a site by --target URL' }, { cause: error });
  };
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
    properties: new Map([
      ...(target === undefined ? [] : targetProperties(target)),
      ...properties,
      ...(options.J ?? []),
    ]),
    workers: engine === 'jmeter' ? 1 : Math.max(1, options.workers ?? availableParallelism()),
    share: options.share ?? { index: 0, of: 1 },
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
