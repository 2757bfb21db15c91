import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';

/** The tests' own daemon: nothing of an LXD that the machine already has is touched. */
const home = process.env['RELEVO_REAL_HOME'] ?? '/var/lib/relevo-test';

/** What an earlier run left behind (killed, or its processes gone with its machine) is removed first. */
export function setup(): () => void {
  removeDaemon();
  mkdirSync(home, { mode: 0o711 });
  process.env['LXD_DIR'] = `${home}/lxd`;
  process.env['RELEVO_HOME'] = `${home}/state`;
  const { status, stderr } = spawnSync('./relevo', ['doctor', '--fix', '--yes'], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the tests' LXD does not start: ${stderr}`);
  return removeDaemon;
}

function removeDaemon(): void {
  spawnSync('lxd', ['shutdown', '--timeout=30'], { env: { ...process.env, LXD_DIR: `${home}/lxd` }, timeout: 60_000 });
  rmSync(home, { recursive: true, force: true });
}

export default setup;
