import { aptUpdate, dpkgLock } from '../../render/apt.ts';
import { deb } from '../../render/dialect.ts';
import { allowInDocker } from './forwarding.ts';
import type { SeenHost } from './look.ts';
import { ownInterface } from './preflight.ts';
import { type Exec, must } from './remote.ts';

/** Changes nothing. `$1`: the interface on the hosts' network. Each line begins with what it tells. */
export const examine = `
echo "btrfs $(grep -qw btrfs /proc/filesystems && echo yes || { modprobe -qn btrfs 2>/dev/null && echo yes; })"
echo "candidate $(apt-cache policy ${deb.package} 2>/dev/null | sed -n 's/^ *Candidate: //p')"
echo "proxy $(apt-config dump 2>/dev/null | sed -n 's/^Acquire::https\\{0,1\\}::Proxy "\\(.*\\)";/\\1/p' | head -n 1)"
echo "machine $(cat /etc/machine-id 2>/dev/null)"
echo "memory $(sed -n 's/^MemTotal: *\\([0-9]*\\) kB/\\1/p' /proc/meminfo)"
echo "cgroups $(cat /sys/fs/cgroup/cgroup.controllers 2>/dev/null)"
echo "mtu $(cat "/sys/class/net/$1/mtu" 2>/dev/null)"
echo "uplink $(cat "/sys/class/net/$(ip -o -4 route show default | sed -n 's/.* dev \\([^ ]*\\).*/\\1/p' | head -n 1)/mtu" 2>/dev/null)"
echo "ntp $(timedatectl show -p CanNTP -p NTP -p NTPSynchronized 2>/dev/null | tr '\\n' ' ')"
echo "container $(systemd-detect-virt --container 2>/dev/null)"
`;

export interface Examined {
  readonly host: SeenHost;
  /** By the first word of each line. */
  readonly says: ReadonlyMap<string, string>;
}

export async function examineOne(host: SeenHost, exec: Exec): Promise<Examined> {
  const options = { onlyLooks: true, timeout: 60, what: `examining ${host.name}` };
  const text = await must(exec, ['sh', '-c', examine, 'sh', ownInterface(host)?.name ?? ''], options);
  const says = text.split('\n').map((line): [string, string] => {
    const at = line.indexOf(' ');
    return at === -1 ? [line, ''] : [line.slice(0, at), line.slice(at + 1).trim()];
  });
  return { host, says: new Map(says) };
}

/** What people do not have to do: `mendHost` does it, and nothing of it harms what else runs there. */
export type Mend = 'packages' | 'clock' | 'snapd' | 'hold' | 'forward';

const settle = `export DEBIAN_FRONTEND=noninteractive
dpkg --configure -a
apt-get -q -f -y install ${dpkgLock}
${aptUpdate}
apt_update`;

export const mendScripts: Readonly<Record<Mend, string>> = {
  packages: settle,
  snapd: `export DEBIAN_FRONTEND=noninteractive
${aptUpdate}
apt_update
apt-get install -y -q --no-install-recommends ${dpkgLock} snapd && snap wait system seed.loaded`,
  hold: 'snap refresh --hold lxd',
  forward: allowInDocker,
  clock: `export DEBIAN_FRONTEND=noninteractive
${aptUpdate}
timedatectl show -p CanNTP | grep -q yes || { apt_update; apt-get install -y -q --no-install-recommends ${dpkgLock} systemd-timesyncd; } || exit
timedatectl set-ntp true || exit
for _ in $(seq 30); do timedatectl show -p NTPSynchronized | grep -q yes && exit 0; sleep 1; done
echo "it follows time servers from now on, and has not reached one yet"`,
};

/** Resolves to what it said. */
export function mendHost(exec: Exec, name: string, mend: Mend): Promise<string> {
  return must(exec, ['sh', '-c', mendScripts[mend]], { timeout: 900, what: `mending ${name}` });
}
