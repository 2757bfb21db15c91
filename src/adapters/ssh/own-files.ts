import type { ImageFile } from '../../domain/desired.ts';
import { linkFiles, linkUnit, type StandIn } from '../../render/link.ts';
import { hostFiles, hostUnits } from '../../render/machine.ts';
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
export function ownFiles(networkInterface: string, standIn?: StandIn): ImageFile[] {
  return [...memberFiles(networkInterface, standIn), keepContainers];
}

/** On one whose LXD is somebody's. */
export function memberFiles(networkInterface: string, standIn?: StandIn): ImageFile[] {
  const own = [...hostFiles(networkInterface), ...membershipFiles(recordFile)];
  return standIn === undefined ? own : [...own, ...linkFiles(standIn)];
}

export const memberPackages = ['nftables', 'conntrack', 'dnsmasq-base', 'zstd'] as const;

/** Empty directories of ours once our files are gone. */
export const ownDirectories: readonly string[] = [dropIns, '/usr/local/lib/relevo'];

export const ownUnits: readonly string[] = [...hostUnits, membershipUnit];

export function unitsFor(standIn: StandIn | undefined): readonly string[] {
  return standIn === undefined ? ownUnits : [...ownUnits, linkUnit];
}
