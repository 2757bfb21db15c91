import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ImageRecipe } from '../../src/domain/desired.ts';
import { imagesOf } from '../../src/plan/images.ts';
import { noAssets, plain } from '../render/samples.ts';

const home = '/var/cache/relevo-test/balancer';
const system = ['systemd', 'systemd-sysv', 'dbus', 'iproute2'];

export function balancerRecipe(): ImageRecipe {
  return (imagesOf(plain, noAssets).find(({ name }) => name === 'balancer') as { recipe: ImageRecipe }).recipe;
}

/** The file system of Debian 12 with these packages, made from the mirror the first time (about 40 s). */
export function balancerRoot(packages: readonly string[]): string {
  const all = [...system, ...packages].join();
  const root = join(home, createHash('sha256').update(all).digest('hex').slice(0, 12));
  if (existsSync(root)) return root;
  mkdirSync(home, { recursive: true });
  const work = `${root}.${process.pid}`;
  const idle = '--customize-hook=chroot "$1" systemctl disable haproxy keepalived';
  const argv = ['--variant=minbase', idle, `--include=${all}`, '--skip=output/dev', 'bookworm', work];
  const { status, stderr } = spawnSync('mmdebstrap', argv, { encoding: 'utf8' });
  if (status !== 0) {
    rmSync(work, { recursive: true, force: true });
    throw new Error(`mmdebstrap: ${stderr}`);
  }
  if (existsSync(root)) rmSync(work, { recursive: true });
  else renameSync(work, root);
  return root;
}
