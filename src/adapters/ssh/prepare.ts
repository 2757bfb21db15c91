import type { Dialect } from '../../domain/dialect.ts';
import { RelevoError } from '../../domain/failure.ts';
import { revealed } from '../../domain/secret.ts';
import { aptUpdate, dpkgLock } from '../../render/apt.ts';
import { deb, snap } from '../../render/dialect.ts';
import { kernelSettings } from '../../render/kernel-settings.ts';
import type { StandIn } from '../../render/link.ts';
import { giveIds, instanceIds } from '../../render/user-ids.ts';
import { logged } from './added.ts';
import { memberFiles, memberPackages, ownFiles, packagesOf, unitsFor } from './own-files.ts';
import { agreedFile, beforeDirectory, homeDirectory } from './record.ts';
import { type Exec, must, putFile } from './remote.ts';

/** A snapd that has not begun yet knows of no snap. A branch of the channel is printed as three dots. Source: snapd's cmd_list.go, fmtChannel(). */
const rememberSnap = `snap wait system seed.loaded || exit
snap list lxd 2>/dev/null | awk 'NR == 2 { split($4, channel, "/"); print channel[1] "/" channel[2], $NF }' > daemon
[ -s daemon ] || [ ! -e ${snap.client} ] || exit 1`;

/** What was there before anything of ours: it is put back when the project is destroyed. */
export const remember = ({ packaging }: Pick<Dialect, 'packaging'>) => `
umask 022
install -d -m 711 ${homeDirectory}
rm -f ${agreedFile} # a destroy that was not gone through with is over
[ ! -d ${beforeDirectory} ] || exit 0
rm -rf ${beforeDirectory}.new && mkdir ${beforeDirectory}.new && cd ${beforeDirectory}.new
for file in /etc/subuid /etc/subgid; do [ -e "$file" ] || : > "$file"; cp -p "$file" .; done
${packaging === 'snap' ? rememberSnap : 'command -v lxd > daemon || :'}
echo ${packaging} > packaging
sync . && mv ${beforeDirectory}.new ${beforeDirectory}
`;

/** Those that are missing. */
export const install = `
missing=
for name in "$@"; do
  [ "$(dpkg-query -W -f '\${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || missing="$missing $name"
done
[ -n "$missing" ] || exit 0
export DEBIAN_FRONTEND=noninteractive
# sudo lets none of them through
for name in http_proxy https_proxy no_proxy; do
  value=$(sed -n "s/^$name=[\\"']\\{0,1\\}\\([^\\"']*\\).*/\\1/p" /etc/environment 2>/dev/null | tail -n 1)
  [ -z "$value" ] || export "$name=$value"
done
dpkg --configure -a
${aptUpdate}
apt_update &&
apt-get install -y -q --no-install-recommends ${dpkgLock} ${logged} -o Dpkg::Options::=--force-confold $missing
`;

/** All members the same one, which none of them leaves by itself. `$1`: the channel. Members are refreshed by `relevo upgrade` alone. */
export const installSnap = `
snap wait system seed.loaded || exit
if [ ! -e ${snap.client} ]; then
  snap install lxd --channel="$1" --cohort=+
elif [ ! -e ${snap.certificate} ]; then
  snap refresh lxd --channel="$1" --cohort=+
fi && snap refresh --hold lxd
`;

export const settingsFile = '/etc/sysctl.d/60-relevo-host.conf';

export const raiseSettings = `
for pair in "$@"; do
  key=\${pair%=*} least=\${pair#*=}
  [ "$(sysctl -n "$key")" -lt "$least" ] || continue
  sysctl -q -w "$key=$least" && echo "$key = $least" >> ${settingsFile} || exit
done
`;

const startAll = (dialect: Dialect) =>
  `systemctl daemon-reload && systemctl enable -q --now "$@" && systemctl restart "$@" && systemctl start ${dialect.units.at(-1)}`;

/** One that waits for members that are gone already is killed. */
export function stopLxd({ unit, units, pid }: Dialect): string {
  return `timeout 20 systemctl stop ${units.join(' ')} && exit
pid=$(${pid})
[ "\${pid:-0}" -le 1 ] || kill -KILL "$pid"
systemctl kill -s KILL ${unit}
systemctl stop ${units.join(' ')}`;
}

/** Runs scripts of this room one by one on a host, and says which of them failed there. */
function scripts(exec: Exec, name: string) {
  return (what: string, text: string, argv: readonly string[] = [], timeout = 120) =>
    must(exec, ['sh', '-c', text, 'sh', ...argv], { timeout, what: `${what} on ${name}` });
}

export interface Preparation {
  readonly name: string;
  readonly dialect: Dialect;
  /** Of the snap. */
  readonly channel: string;
  /** By which it is on the hosts' network. */
  readonly networkInterface: string;
  /** Where it stands in for its balancers. */
  readonly standIn: StandIn | undefined;
}

/** All that the image of machines that are made has, on a host that is there already. May be repeated. */
export async function prepareHost(exec: Exec, preparation: Preparation): Promise<void> {
  const { name, dialect, networkInterface, standIn } = preparation;
  const script = scripts(exec, name);
  await script('preparing', remember(dialect));
  await script('installing packages', install, packagesOf(dialect), 1500);
  if (dialect === deb) await script('giving ids to containers', giveIds, [String(instanceIds)]);
  else await script('installing LXD', installSnap, [preparation.channel], 1500);
  await script(
    'raising kernel settings',
    raiseSettings,
    kernelSettings.map(([key, least]) => `${key}=${least}`),
  );
  for (const { target, content, mode } of ownFiles(networkInterface, dialect, standIn))
    await putFile(exec, target, revealed(content), mode);
  await script('starting services', startAll(dialect), unitsFor(standIn));
  const { code, stderr } = await exec(dialect.waitReady(60), { timeout: 70 });
  if (code !== 0) throw await doesNotStart(exec, name, dialect, stderr);
}

/** LXD there is somebody's and stays as it is: only what stands beside it is made. */
export async function prepareMember(exec: Exec, preparation: Preparation): Promise<void> {
  const { name, dialect, networkInterface, standIn } = preparation;
  const script = scripts(exec, name);
  await script('preparing', remember(dialect));
  await script('installing packages', install, memberPackages(dialect), 900);
  for (const { target, content, mode } of memberFiles(networkInterface, dialect, standIn))
    await putFile(exec, target, revealed(content), mode);
  await script(
    'starting services',
    'systemctl daemon-reload && systemctl enable -q --now "$@" && systemctl restart "$@"',
    unitsFor(standIn),
  );
}

async function doesNotStart(exec: Exec, name: string, { unit }: Dialect, why: string): Promise<RelevoError> {
  const { stdout } = await exec(['journalctl', '-n', '12', '--no-pager', '-o', 'cat', '-u', unit]);
  const evidence = { title: `the journal of ${unit} on ${name}`, lines: `${why}${stdout}`.trim().split('\n') };
  return new RelevoError({ code: 'failed', message: `LXD does not start on ${name}`, evidence });
}
