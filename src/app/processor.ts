import { refuse } from '../apply/preflight.ts';
import type { Observed } from '../domain/observed.ts';
import type { Obstacle } from '../ports/provider.ts';
import type { Project } from './project.ts';

/** Seconds. */
const patience = 20;

/** What `uname -m` says on Linux, by Node.js's words. */
const processors: Readonly<Record<string, string>> = { x64: 'x86_64', arm64: 'aarch64' };

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
  const machine = machines.find(({ state }) => state === 'running');
  if (machineImage !== undefined || machine === undefined) return;
  const { code, stdout } = await provider.exec(machine.name, ['uname', '-m'], { onlyLooks: true, timeout: patience });
  const [own, its] = [processors[processor] ?? processor, stdout.trim()];
  if (code !== 0 || its === '' || its === own) return;
  refuse(obstacle(`the processor of ${machine.name} is ${its}, and this computer's is ${own}`), at);
}

function obstacle(message: string): Obstacle {
  const hint = `balancers get this computer's Node.js: run Relevo on Linux with the machines' processor, in a virtual machine or on one of them`;
  return { code: 'host-lacks', path: ['machines'], message, hint };
}
