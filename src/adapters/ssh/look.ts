import type { Packaging } from '../../domain/dialect.ts';
import { addressOf, networkOf } from '../../domain/ipv4.ts';
import { deb, snap } from '../../render/dialect.ts';
import { kernelSettings } from '../../render/kernel-settings.ts';
import { loopTest } from '../../render/loop-device.ts';
import { clientDirectory } from './command.ts';
import { type Drop, dropOf, whoDrops } from './forwarding.ts';
import { type Listener, listenerIn } from './listeners.ts';
import { agreedFile, beforeDirectory, type HostRecord, recordFile, recordOf } from './record.ts';
import { askStore, listSnap, type SnapSight, type StoreSnap, snapsIn } from './snap.ts';

/** What somebody may have in an LXD without a cluster. Projects have all else of their own, so that the default one is enough. */
const kinds = [
  { path: 'instances?all-projects=true', title: 'instance' },
  { path: 'projects', title: 'project' },
  { path: 'images', title: 'image' },
  { path: 'profiles', title: 'profile' },
  { path: 'storage-pools', title: 'storage pool' },
  { path: 'networks?recursion=1', title: 'network' },
  { path: 'certificates', title: 'trusted certificate' },
] as const;

/** What one host says of itself. */
export interface HostSight {
  /** `debian 12`: os-release's ID and VERSION_ID. */
  readonly system: string;
  /** `6.1.0-35-amd64`. */
  readonly kernel: string;
  /** User ids that exist there: hosts that are containers themselves have fewer. */
  readonly ids: number;
  /** Packages that are half installed. */
  readonly broken: readonly string[];
  /** Seconds since 1970, by its own clock when it was looked at. */
  readonly clock: number;
  /** Seconds by which its clock is ahead of this computer's; a second or two are ours. */
  readonly ahead: number;
  /** Seconds since its boot, by its own clock; absent where it does not tell. */
  readonly upFor?: number;
  readonly interfaces: readonly HostInterface[];
  /** Of which project of ours it is part. */
  readonly record?: HostRecord;
  /** It was to be destroyed, and is not yet. */
  readonly leaving?: true;
  /** How LXD came there, or would. */
  readonly packaging: Packaging;
  readonly snap?: SnapSight;
  readonly snapd: boolean;
  /** What the snap store has for a host that is no member, if it answers. */
  readonly store: readonly StoreSnap[];
  readonly daemon: 'absent' | 'running' | 'stopped';
  /** Its LXD belongs to a cluster. */
  readonly clustered: boolean;
  /** What an LXD that is not ours has in it, for people. */
  readonly contents: readonly string[];
  /** Why that is not known. */
  readonly unread?: string;
  /** Who drops what it would forward for instances. */
  readonly drops?: Drop;
  /** Who drops what instances would ask of it: addresses and names. */
  readonly deaf?: Drop;
  /** Kernel settings that are too low and can't be raised from there, for people. */
  readonly fixed: readonly string[];
  /** Whoever takes TCP connections, but on loopback alone. */
  readonly listeners: readonly Listener[];
  /** Of the file system that holds /var/lib; `loops`: a file there can be mounted, which hosts that are containers can't. */
  readonly storage: { readonly kind: string; readonly free: number; readonly loops: boolean };
}

/** One that answers. */
export interface SeenHost {
  readonly name: string;
  readonly address: string;
  readonly sight: HostSight;
}

export interface HostInterface {
  readonly name: string;
  readonly address: string;
  readonly prefixLength: number;
  /** Of its default route, where it has one. */
  readonly gateway?: string;
}

/** Seconds that LXD has to tell what it has; where only its socket listens, it starts meanwhile. */
const lxdLimit = 60;
/** Seconds: longer than all that has a limit of its own in `lookScript`. */
export const lookLimit = 120;

/** `$0`: LXD's client. What it can't tell ends it: what it did not say is not empty. */
const askContents = `for what in ${kinds.map(({ path }) => path).join(' ')}; do
  said=$($0 query "/1.0/$what" 2>/dev/null) && [ -n "$said" ] || { echo "unread it says: $($0 query "/1.0/$what" 2>&1 | tail -n 1)"; exit 0; }
  printf "contents %s %s\\n" "$what" "$(printf %s "$said" | tr -d "\\n")"
done`;

/** Changes nothing. Each line begins with what it tells. */
export const lookScript = `
echo "system $(. /etc/os-release; echo "$ID $VERSION_ID")"
echo "clock $(date +%s)"
booted=$(TZ=UTC systemctl show -p UserspaceTimestamp --value 2>/dev/null)
echo "booted $(date -d "\${booted:-?}" +%s 2>/dev/null)"
echo "kernel $(uname -r)"
room=0
while read -r inside _ count; do [ $((inside + count)) -le $room ] || room=$((inside + count)); done < /proc/self/uid_map
echo "ids $room"
echo "broken $(dpkg --audit 2>/dev/null | sed -n 's/^ \\([a-z0-9][^ ]*\\) .*/\\1/p' | tr '\\n' ' ')"
echo "addresses $(ip -j -4 address)"
echo "routes $(ip -j -4 route show default)"
echo "record $(base64 -w0 ${recordFile} 2>/dev/null)"
[ ! -e ${agreedFile} ] || echo agreed
ss -Hltnp | sed 's/^/listens /'
for pair in ${kernelSettings.map(([key, least]) => `${key}=${least}`).join(' ')}; do
  file=/proc/sys/$(echo "\${pair%=*}" | tr . /)
  [ ! -e "$file" ] || [ -w "$file" ] || [ "$(cat "$file")" -ge "\${pair#*=}" ] || echo "fixed \${pair%=*} is $(cat "$file"), and must be \${pair#*=}"
done
${whoDrops}
echo "storage $(stat -f -c %T /var/lib) $(df --output=avail -B1 /var/lib | tail -n 1) $( (${loopTest}) && echo loops)"
lxd=lxd client=${deb.client} unit=${deb.unit} certificate=${deb.certificate}
packaging=$(cat ${beforeDirectory}/packaging 2>/dev/null) # as it was found at first, whatever came later
if [ -z "$packaging" ] && { [ "$(. /etc/os-release; echo "$ID")" = ubuntu ] || [ -e ${snap.client} ]; }; then packaging=snap; fi
if [ "$packaging" = snap ]; then
  lxd=${snap.init[0]} client=${snap.client} unit=${snap.unit} certificate=${snap.certificate}
  echo "snapd $(command -v snap)"
  ${listSnap}
  [ -e $certificate ] || ${askStore}
fi
if ! command -v $lxd >/dev/null; then
  [ -e ${recordFile} ] || [ ! -d "\${certificate%/*}/database" ] || echo "unread it is not installed any more, and has left its database in \${certificate%/*}"
  exit 0
fi
state=$(systemctl is-active $unit)
echo "daemon $state"
echo "clustered $([ ! -e $certificate ] || echo yes)"
[ -e ${recordFile} ] || [ -e $certificate ] || timeout ${lxdLimit} sh -c '${askContents}' $client || echo "unread it does not answer within ${lxdLimit} s"
[ -e ${recordFile} ] || rm -rf ${clientDirectory}
`;

/** `asked`, `answered`: when, in seconds since 1970. Pure. */
export function sightOf(text: string, asked: number, answered = asked): HostSight {
  const lines = text.split('\n').map((line): [string, string] => {
    const at = line.indexOf(' ');
    return at === -1 ? [line, ''] : [line.slice(0, at), line.slice(at + 1).trim()];
  });
  const all = new Map(lines);
  const say = (key: string) => all.get(key) ?? '';
  const record = recordOf(say('record'));
  const [clock, booted] = [Number(say('clock')), Number(say('booted'))];
  const [drops, deaf] = [dropOf(say('forward')), dropOf(say('input'))];
  const [kind = '', free = '', loops = ''] = say('storage').split(/\s+/);
  const daemon = all.has('daemon') ? (say('daemon') === 'active' ? 'running' : 'stopped') : 'absent';
  return {
    ...{ system: say('system'), kernel: say('kernel'), ids: Number(say('ids')), broken: words(say('broken')) },
    ...{ clock, ahead: Math.round(clock - Math.min(Math.max(clock, asked), answered)) },
    ...(booted > 0 && { upFor: clock - booted }),
    interfaces: interfacesOf(say('addresses'), say('routes')),
    ...(record && { record }),
    ...(all.has('agreed') && { leaving: true }),
    ...(drops && { drops }),
    ...(deaf && { deaf }),
    packaging: all.has('snapd') ? 'snap' : 'deb',
    snapd: say('snapd') !== '',
    ...snapsIn(lines),
    daemon,
    clustered: say('clustered') === 'yes',
    contents: lines.filter(([key]) => key === 'contents').flatMap(([, value]) => contentsOf(value)),
    ...(all.has('unread') && { unread: say('unread') }),
    fixed: lines.flatMap(([key, value]) => (key === 'fixed' ? [value] : [])),
    listeners: lines.flatMap(([key, value]) => (key === 'listens' ? listenerIn(value) : [])),
    storage: { kind, free: Number(free), loops: loops === 'loops' },
  };
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

interface Link {
  readonly ifname: string;
  readonly addr_info?: readonly { readonly family: string; readonly local?: string; readonly prefixlen?: number }[];
}

interface Route {
  readonly dev?: string;
  readonly gateway?: string;
}

/** Source: ip(8), `-json`. */
function interfacesOf(addresses: string, routes: string): HostInterface[] {
  const ways = JSON.parse(routes || '[]') as Route[];
  return (JSON.parse(addresses || '[]') as Link[]).flatMap(({ ifname: name, addr_info = [] }) => {
    const gateway = ways.find(({ dev, gateway }) => dev === name && gateway !== undefined)?.gateway;
    return addr_info.flatMap(({ local, prefixlen }) =>
      local === undefined || prefixlen === undefined
        ? []
        : [{ name, address: local, prefixLength: prefixlen, ...(gateway !== undefined && { gateway }) }],
    );
  });
}

/** `/1.0/instances/web?project=shop` and the like; every LXD has a default project and profile, and lists the host's own networks. */
function contentsOf(text: string): string[] {
  const [what = '', ...rest] = text.split(' ');
  const title = kinds.find(({ path }) => path === what)?.title ?? what;
  const all = JSON.parse(rest.join(' ')) as readonly (string | { readonly name: string; readonly managed: boolean })[];
  const names = all.flatMap((each) => (typeof each === 'string' ? nameOf(each) : each.managed ? each.name : []));
  const everywhere = title === 'project' || title === 'profile' ? 'default' : undefined;
  return names.filter((name) => name !== everywhere).map((name) => `${title} ${name}`);
}

function nameOf(url: string): string {
  return url.split('?')[0]?.split('/').at(-1) ?? '';
}

/** The part of the network that the interface is on, `192.0.2.0/24`. */
export function prefixOf({ address, prefixLength }: HostInterface): string {
  return networkOf(`${address}/${prefixLength}`).prefix;
}

/** An address that hosts there may have: neither the network's own nor its broadcast address. */
export function isWithin(address: number, at: HostInterface): boolean {
  const { first, size } = networkOf(`${at.address}/${at.prefixLength}`);
  return address > first && address < first + size - 1 && addressOf(address) !== at.gateway;
}
