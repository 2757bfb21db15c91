import { faults } from '../../src/faults/catalogue.ts';
import type { TargetKind } from '../../src/faults/target.ts';
import type { Arena } from './arena.ts';
import { random } from './random.ts';

/** So many faults, some on top of others, each for some seconds: the same for the same seed. Those that are refused count too. */
export async function storm(arena: Arena, count: number, seed: number): Promise<string[]> {
  const chance = random(seed);
  const one = <T>(all: readonly T[]) => all[Math.floor(chance() * all.length)] as T;
  const container = () => one(['web/1', 'web/2', 'web/3', 'balancer/1', 'balancer/2']);
  const targets: Readonly<Record<TargetKind, () => string>> = {
    instance: () => one(['web/1', 'web/2', 'web/3']),
    balancer: () => one(['balancer/1', 'balancer/2']),
    machine: () => one(['virtualMachine1', 'virtualMachine2', 'virtualMachine3']),
    cut: () => `${container()}:${one(['virtualMachine1', 'virtualMachine2', 'virtualMachine3'])}`,
  };
  const told: string[] = [];
  for (let fault = 0; fault < count; fault += 1) {
    const { name, takes } = one(faults);
    const target = targets[one(takes)]();
    const seconds = 2 + Math.floor(chance() * 8);
    const { code } = await arena.told('fault', 'inject', name, target, '--for', `${seconds}s`);
    told.push(`${name} ${target} ${seconds}s: ${code}`);
    await new Promise((resolve) => setTimeout(resolve, chance() * 4000));
  }
  return told;
}
