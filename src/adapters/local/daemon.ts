import { RelevoError } from '../../domain/failure.ts';
import type { System } from '../../ports/system.ts';

/** Where the LXD of this host listens: `$LXD_DIR`, else the snap's, else the distribution's. */
export async function lxdSocket(system: System): Promise<string> {
  if (system.env['LXD_DIR']) return `${system.env['LXD_DIR']}/unix.socket`;
  const snap = '/var/snap/lxd/common/lxd/unix.socket';
  return (await system.files.exists(snap)) ? snap : '/var/lib/lxd/unix.socket';
}

/** systemd answers for services only where it is PID 1. */
export async function bootedWithSystemd(system: System): Promise<boolean> {
  return system.files.exists('/run/systemd/system');
}

/**
 * LXD in a mount namespace of its own that shows a pure cgroup2: nested containers start only so where the host
 * has cgroup v1 or a mix. The script is fixed text; nothing of the user's enters it.
 */
const pureCgroup2 = 'umount -R -l /sys/fs/cgroup; mount -t cgroup2 cgroup2 /sys/fs/cgroup; exec lxd --group lxd';

/** Starts the daemon that is installed but does not run; resolves once its socket is there. */
export async function startLxd(system: System): Promise<void> {
  const socket = await lxdSocket(system);
  if (system.env['LXD_DIR'] === undefined && (await bootedWithSystemd(system))) {
    await system.run(['systemctl', 'start', 'lxd.socket', 'lxd.service']);
  } else {
    const directory = socket.slice(0, socket.lastIndexOf('/'));
    await system.files.makeDirectory(directory, 0o711);
    await system.daemon(['unshare', '-m', '--propagation', 'private', 'sh', '-c', pureCgroup2], {
      log: `${directory}/relevo-daemon.log`,
      env: { LXD_DIR: directory },
    });
  }
  await waitReady(system);
}

async function waitReady(system: System): Promise<void> {
  const { code, stderr } = await system.run(['lxd', 'waitready', '--timeout=60']);
  if (code === 0) return;
  throw new RelevoError({
    code: 'host-lacks',
    message: 'LXD does not start',
    hint: 'see its log: $LXD_DIR/relevo-daemon.log, or `journalctl -u lxd`',
    evidence: { title: 'lxd waitready', lines: stderr.trim().split('\n') },
  });
}
