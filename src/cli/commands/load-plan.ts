import { exportPlan } from '../../app/load-plan.ts';
import { exitCodes } from '../../domain/failure.ts';
import type { PlanFinding } from '../../domain/load.ts';
import type { CommonOptions } from '../commandline.ts';
import { guarded, terminal } from '../io.ts';
import { openNamed } from '../load-named.ts';
import { renderCheck } from '../print/load-check.ts';
import type { World } from '../world.ts';

export interface CheckOptions extends CommonOptions {
  readonly J?: ReadonlyMap<string, string>;
  readonly anyFile?: boolean;
}

export async function checkCommand(world: World, name: string, options: CheckOptions): Promise<void> {
  const { process } = world;
  const io = terminal(process, { json: options.json === true });
  await guarded(process, io, async () => {
    const { plan, properties } = await openNamed(io, name, options, process);
    const given = new Map([...properties, ...(options.J ?? [])]);
    const found = { plan: name, ...(await world.loadTools.check(plan, given, options.anyFile === true)) };
    io.print(io.json ? JSON.stringify(found) : renderCheck(found, io.style, io.width));
    return exitOf(found.findings);
  });
}

/** That of a run, which would be refused for the same reasons. */
function exitOf(findings: readonly PlanFinding[]): number {
  const has = (kind: PlanFinding['kind']) => findings.some((each) => each.kind === kind);
  if (has('forbidden')) return exitCodes.refused;
  if (has('missing')) return exitCodes['not-found'];
  return has('unsupported') ? exitCodes.unsupported : 0;
}

export interface ExportOptions extends CommonOptions {
  readonly target?: URL;
}

export async function exportCommand(world: World, name: string, options: ExportOptions): Promise<void> {
  const { process } = world;
  const io = terminal(process, { json: options.json === true });
  await guarded(process, io, async () => {
    const { openingOf, planProject, publishedAddress } = await import('../load-project.ts');
    const opening = await openingOf(io, options, process);
    const target = options.target ?? (await publishedAddress(world, opening));
    if (typeof target === 'number') return target;
    const jmx = exportPlan(name, planProject(opening), target);
    io.print(io.json ? JSON.stringify({ plan: name, jmx }) : jmx.trimEnd());
    return 0;
  });
}
