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
