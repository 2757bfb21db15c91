import type { System } from '../../ports/system.ts';
import { kernelSettings } from '../../render/kernel-settings.ts';

export interface LowSetting {
  readonly key: string;
  readonly value: number;
  readonly least: number;
}

export async function lowSettings(system: System): Promise<LowSetting[]> {
  const low: LowSetting[] = [];
  for (const [key, least] of kernelSettings) {
    const text = await system.files.readText(`/proc/sys/${key.replaceAll('.', '/')}`);
    if (text !== undefined && Number(text) < least) low.push({ key, value: Number(text), least });
  }
  return low;
}

const file = '/etc/sysctl.d/60-relevo.conf';

/** Now, and at each boot; values that are high enough stay as they are. */
export async function raiseSettings(low: readonly LowSetting[], system: System): Promise<void> {
  const known = (await system.files.readText(file)) ?? '# Written by relevo: what containers in containers need.\n';
  const fresh = low.filter(({ key }) => !known.includes(`${key} =`));
  await system.files.write(file, known + fresh.map(({ key, least }) => `${key} = ${least}\n`).join(''), 0o644);
  for (const { key, least } of low) await system.run(['sysctl', '-q', '-w', `${key}=${least}`]);
}
