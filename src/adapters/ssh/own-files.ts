import type { ImageFile } from '../../domain/desired.ts';
import type { Dialect } from '../../domain/dialect.ts';
import { deb } from '../../render/dialect.ts';
import { linkFiles, linkUnit, type StandIn } from '../../render/link.ts';
import { hostFiles, hostPackages, hostUnits } from '../../render/machine.ts';
import { membershipFiles, membershipUnit } from '../../render/membership.ts';
import { recordFile } from './record.ts';

const dropIns = '/etc/systemd/system/lxd-containers.service.d';

/**
 * Debian's package restarts `lxd.socket` with every upgrade; `lxd-containers.service` requires it, so it is restarted as well,
 * and stops all containers. They shall be stopped where the host itself goes down, and only there.
 */
const keepContainers: ImageFile = {
  target: `${dropIns}/relevo.conf`,
  mode: 0o644,
  content: `[Service]
ExecStop=
ExecStop=/bin/sh -c '[ "$(systemctl is-system-running)" != stopping ] || exec /usr/libexec/lxd/shutdown'
`,
};

/**
 * Programs and units of ours on a host that was there before. `networkInterface`: by which it is on the hosts' network; `standIn`: where
 * it stands in for its balancers.
 */
export function ownFiles(networkInterface: string, dialect: Dialect, standIn?: StandIn): ImageFile[] {
  const own = memberFiles(networkInterface, dialect, standIn);
  return dialect === deb ? [...own, keepContainers] : own;
}

/** On one whose LXD is somebody's. */
export function memberFiles(networkInterface: string, dialect: Dialect, standIn?: StandIn): ImageFile[] {
  const own = [...hostFiles(networkInterface, dialect), ...membershipFiles(recordFile, dialect)];
  return standIn === undefined ? own : [...own, ...linkFiles(standIn)];
}

/** What stands beside an LXD that is somebody's. */
export function memberPackages({ readsConfiguration }: Dialect): readonly string[] {
  return ['nftables', 'conntrack', 'dnsmasq-base', 'zstd', ...(readsConfiguration ? [] : ['openssl'])];
}

/** Where LXD is ours; the snap brings along all else that it needs. */
export function packagesOf(dialect: Dialect): readonly string[] {
  return dialect === deb ? hostPackages : memberPackages(dialect);
}

/** Empty directories of ours once our files are gone. */
export const ownDirectories: readonly string[] = [dropIns, '/usr/local/lib/relevo'];

export const ownUnits: readonly string[] = [...hostUnits, membershipUnit];

export function unitsFor(standIn: StandIn | undefined): readonly string[] {
  return standIn === undefined ? ownUnits : [...ownUnits, linkUnit];
}
