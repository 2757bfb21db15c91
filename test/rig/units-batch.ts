import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;

/** What systemd says of these units, but for programs that this computer does not have. */
export function unitComplaints(units: Readonly<Record<string, string>>): string[] {
  const directory = mkdtempSync(join(tmpdir(), 'relevo-units-'));
  try {
    const paths = Object.entries(units).map(([name, text]) => {
      writeFileSync(join(directory, name), text);
      return join(directory, name);
    });
    const { stdout, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', ...paths], {
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
    });
    const lines = `${stdout}${stderr}`.split('\n').filter((line) => line.includes(directory) || /relevo-/.test(line));
    return lines.filter((line) => !/is not executable: No such file or directory/.test(line));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** systemd takes longer for each unit the more there are. */
const inOneUnit = 100;

/**
 * The first of many units of services that systemd has something against: what they say for the service stands in a few units
 * for it, where each line is read as it would be alone.
 */
export function refusedUnit(units: readonly string[]): { readonly index: number; readonly said: string } | undefined {
  const groups = Array.from({ length: Math.ceil(units.length / inOneUnit) }, (_, index) =>
    together(units.slice(index * inOneUnit, (index + 1) * inOneUnit)),
  );
  const said = groups.length === 0 ? [] : unitComplaints(named([...groups, ...units.slice(0, 10)]));
  if (said.length === 0) return undefined;
  const alone = unitComplaints(named(units));
  const index = Number(/relevo-n(\d+)\.service/.exec(alone[0] ?? '')?.[1] ?? -1);
  return { index, said: (alone.length > 0 ? alone : ['only together:', ...said]).slice(0, 3).join('\n') };
}

function named(units: readonly string[]): Record<string, string> {
  return Object.fromEntries(units.map((text, index) => [`relevo-n${index}.service`, text]));
}

/** Only `oneshot` may have several commands. */
function together(units: readonly string[]): string {
  const services = units.map((unit) => unit.split(/^\[(?:Service|Install)\]$/m)[1]?.replace('Restart=always', ''));
  return ['[Service]', 'Type=oneshot', ...services].join('\n');
}
