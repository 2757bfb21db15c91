import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { stopLxd } from '../../../src/adapters/ssh/prepare.ts';
import { deb } from '../../../src/render/dialect.ts';

/** A systemd that has no process of LXD's any more, and fails to stop it at first. */
const systemctl = `#!/bin/sh
echo "$*" >> "$0.told"
case $1 in
  show) echo 0 ;;
  stop) [ -e "$0.killed" ] ;;
  kill) : > "$0.killed" ;;
esac
`;

it('an LXD that does not stop is killed, and nothing else: whose process is 0 has ended', () => {
  const directory = mkdtempSync(join(tmpdir(), 'rlv-stop-'));
  try {
    const program = join(directory, 'systemctl');
    writeFileSync(program, systemctl, { mode: 0o755 });
    const env = { ...process.env, PATH: `${directory}:${process.env['PATH']}` };
    const { status } = spawnSync('timeout', ['20', 'sh', '-c', stopLxd(deb)], { env });
    const told = readFileSync(`${program}.told`, 'utf8').trim().split('\n');
    expect([status, told.at(-1), told.filter((each) => each.startsWith('kill')).length]).toEqual([
      0,
      'stop lxd lxd.socket',
      1,
    ]);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
