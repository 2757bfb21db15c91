import { refuse } from '../apply/preflight.ts';
import type { Observed } from '../domain/observed.ts';
import type { Obstacle } from '../ports/provider.ts';
import type { Project } from './project.ts';

/** What `uname -m` says on Linux, by Node.js's words. */
const processors: Readonly<Record<string, string>> = { x64: 'x86_64', arm64: 'aarch64', ppc64: 'ppc64le' };

const looking = { onlyLooks: true, timeout: 20 };

/**
 * Balancers get this computer's Node.js, and images are kept for all hosts alike, so the machines must run what this computer
 * does. Those that are made here do.
 */
export async function checkProcessor(
  { at, doors: { provider, controller } }: Pick<Project, 'at' | 'doors'>,
  { machines, machineImage }: Pick<Observed, 'machines' | 'machineImage'>,
): Promise<void> {
  const { platform, processor } = controller;
  if (platform !== 'linux') refuse(obstacle(`this computer runs ${platform}, and the machines run Linux`), at);
  if (machineImage !== undefined) return;
  const own = processors[processor] ?? processor;
  const running = machines.filter(({ state }) => state === 'running');
  const told = await Promise.allSettled(running.map(({ name }) => provider.exec(name, ['uname', '-m'], looking)));
  for (const [index, each] of told.entries()) {
    const its = each.status === 'fulfilled' && each.value.code === 0 ? each.value.stdout.trim() : ''; // who does not answer tells nothing
    if (its === '' || its === own) continue;
    refuse(obstacle(`the processor of ${running[index]?.name} is ${its}, and this computer's is ${own}`), at);
  }
}

function obstacle(message: string): Obstacle {
  const hint = `balancers get this computer's Node.js: run Relevo on Linux with the machines' processor, in a virtual machine or on one of them`;
  return { code: 'host-lacks', path: ['machines'], message, hint };
}
