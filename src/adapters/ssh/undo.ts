import type { Dialect } from '../../domain/dialect.ts';
import { dpkgLock } from '../../render/apt.ts';
import { deb, snap } from '../../render/dialect.ts';
import { linkProtocol, linkTargets, linkUnit } from '../../render/link.ts';
import { addedPackages } from './added.ts';
import { clientDirectory } from './command.ts';
import { dockerDirectory, dockerDropIn, leaveDocker } from './forwarding.ts';
import { memberFiles, ownDirectories, ownFiles, ownUnits } from './own-files.ts';
import { settingsFile } from './prepare.ts';
import { beforeDirectory, homeDirectory } from './record.ts';

/** `purge_added`: what came with our packages goes; it fails where all stay, since something that came later needs one of them. */
const purge = `${addedPackages}
purge_added() {
  added=$(added)
  export DEBIAN_FRONTEND=noninteractive
  going=$(LC_ALL=C apt-get -s purge --no-auto-remove $added | sed -n 's/^Purg \\([^ ]*\\).*/\\1/p' | sort -u)
  [ "$going" = "$added" ] || return
  apt-get purge -y -q --no-auto-remove ${dpkgLock} $added >/dev/null || exit
}
`;

/** What the host stands in for. */
const leaveLink = `systemctl disable -q --now ${linkUnit} 2>/dev/null
ip -4 -o route show proto ${linkProtocol} | while read -r address _; do
  ip -4 neigh show proxy | sed -n "s/^$address dev \\([^ ]*\\) .*/\\1/p" | while read -r on; do ip neigh delete proxy "$address" dev "$on"; done
  ip route delete "$address" proto ${linkProtocol}
done
nft delete table bridge relevo_link 2>/dev/null`;

const directories = [...ownDirectories, dockerDirectory];
const otherFiles = [...linkTargets, dockerDropIn];

interface Ending {
  readonly stop: string;
  readonly putBack: string;
}

const ofPackage: Ending = {
  stop: `systemctl stop lxd.socket 2>/dev/null
systemctl kill -s KILL ${deb.unit} 2>/dev/null
systemctl stop ${deb.unit} 2>/dev/null`,
  putBack: `if [ -s ${beforeDirectory}/daemon ]; then
  systemctl start lxd.socket
elif [ -n "$(added)" ]; then
  if purge_added; then
    rm -rf ${deb.directory} /var/log/lxd
    [ -e /usr/bin/lxcfs ] || { umount -l /var/lib/lxcfs; rmdir /var/lib/lxcfs; } 2>/dev/null
  else
    echo "stays: packages of LXD, which others need by now"
  fi
fi`,
};

/** Asked to stop, it would wait for its containers, and for members that are gone already. One that was there, and empty, comes back so. */
export const ofSnap: Ending = {
  stop: `systemctl stop ${snap.units.at(-1)} 2>/dev/null
kill -KILL "$(${snap.pid})" 2>/dev/null
timeout 30 systemctl stop ${snap.unit} 2>/dev/null`,
  putBack: `if [ -d ${beforeDirectory} ] && [ -e ${snap.client} ]; then snap remove --purge lxd || exit; fi
if [ -s ${beforeDirectory}/daemon ]; then
  read -r channel notes < ${beforeDirectory}/daemon
  snap install lxd --channel="$channel" || exit
  case $notes in *held*) snap refresh --hold lxd ;; esac
fi
[ -z "$(added)" ] || purge_added || echo "stays: packages, which others need by now"`,
};

/** All of it again, so that the host is as it was; a repeated or interrupted run comes to the same end. */
export function undoScript(dialect: Dialect): string {
  const { stop, putBack } = dialect === snap ? ofSnap : ofPackage;
  return `${purge}
exec 2>&1
units="$1"; shift
${stop}
pgrep -f '^\\[lxc monitor\\] ${dialect.directory}/containers ' | while read -r monitor; do pkill -KILL -P "$monitor"; done
${leaveLink}
${leaveDocker}
for pid in ${dialect.directory}/networks/*/dnsmasq.pid; do
  [ ! -e "$pid" ] || kill "$(sed -n 's/^pid: *//p' "$pid")" 2>/dev/null
done
# an LXD that is killed while it starts a container leaves its cables here
{
  ls /sys/class/net/relevo0/brif
  ip -o link show type veth | sed -n 's/^[0-9]*: \\([bi][1-9][0-9]*p[1-9][0-9]*\\(n[1-9]\\)\\{0,1\\}\\|outer[1-9][0-9]*\\)[@:].*/\\1/p'
  ip -o link show type macvlan | sed -n 's/^[0-9]*: \\(mac[0-9a-f]\\{8\\}\\)[@:].*/\\1/p'
  echo relevo0
} 2>/dev/null | while read -r link; do ip link delete "$link" 2>/dev/null; done
systemctl disable -q --now $units 2>/dev/null
for table in 'inet lxd' 'ip relevo_ports' 'ip relevo_peers' 'ip relevo_calls'; do nft delete table $table 2>/dev/null; done
while read -r _ place _; do
  case $place in ${dialect.directory}/*) echo "$place" ;; esac
done < /proc/self/mounts | sort -r | while read -r place; do umount -l "$place"; done
# subvolumes have the inode 256; images are read-only ones
find ${homeDirectory}/pool -depth -type d -inum 256 2>/dev/null | while read -r each; do
  btrfs property set -ts "$each" ro false && btrfs subvolume delete "$each"
done >/dev/null 2>&1
rm -rf ${dialect.directory}/* ${homeDirectory}/pool || exit
rm -f "$@" ${settingsFile}
rmdir ${directories.join(' ')} 2>/dev/null
systemctl daemon-reload
${putBack}
for file in subuid subgid; do
  [ ! -e ${beforeDirectory}/$file ] || {
    { grep -v '^\\(root\\|_lxd\\):' "/etc/$file"; grep '^\\(root\\|_lxd\\):' ${beforeDirectory}/$file; } > ${beforeDirectory}/$file.new
    cat ${beforeDirectory}/$file.new > "/etc/$file"
  }
done
rm -rf ${homeDirectory} ${clientDirectory}
`;
}

export function undoArgv(dialect: Dialect): readonly string[] {
  const files = ownFiles('', dialect).map(({ target }) => target);
  return ['sh', '-c', undoScript(dialect), 'sh', ownUnits.join(' '), ...files, ...otherFiles];
}

/** On a host whose LXD is somebody's: that is not touched. */
export const undoMember = `${purge}
exec 2>&1
units="$1"; shift
${leaveLink}
${leaveDocker}
systemctl disable -q --now $units 2>/dev/null
for table in 'ip relevo_ports' 'ip relevo_peers' 'ip relevo_calls'; do nft delete table $table 2>/dev/null; done
rm -f "$@"
rmdir ${directories.join(' ')} 2>/dev/null
systemctl daemon-reload
[ -z "$(added)" ] || purge_added || echo "stays: packages, which others need by now"
rm -rf ${homeDirectory} ${clientDirectory}
`;

export const undoMemberArgv: readonly string[] = [
  ...['sh', '-c', undoMember, 'sh', ownUnits.join(' ')],
  ...memberFiles('', deb).map(({ target }) => target),
  ...otherFiles,
];
