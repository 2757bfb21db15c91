import { deb } from './dialect.ts';

/**
 * LXD gives containers ids of a range of root's that must exist here: hosts that are containers themselves have fewer, and LXD's
 * package writes down more. `$1`: how many are needed; `$2`: `look` only. Ends with 3 where the range does not fit, and with 2 where
 * too few exist. Source: subuid(5), user_namespaces(7).
 */
export const giveIds = `
room=0
while read -r inside _ count; do [ $((inside + count)) -le $room ] || room=$((inside + count)); done < /proc/self/uid_map
size=$((room - 1000000))
[ $size -le 1000000000 ] || size=1000000000
[ $size -ge "$1" ] || { echo "only $room user ids exist here: LXD needs $1 from 1000000 on" >&2; exit 2; }
changed=
for file in /etc/subuid /etc/subgid; do
  fits=
  [ ! -e "$file" ] || while IFS=: read -r user first count; do
    [ "$user" != root ] || [ "$count" -lt "$1" ] || [ $((first + count)) -gt $room ] || fits=yes
  done < "$file"
  [ -z "$fits" ] || continue
  [ "$2" != look ] || exit 3
  touch "$file" && sed -i '/^root:/d' "$file" && echo "root:1000000:$size" >> "$file" || exit
  changed=yes
done
[ -z "$changed" ] || [ ! -d /run/systemd/system ] || systemctl try-restart ${deb.unit}
`;

/** Of an instance. */
export const instanceIds = 65_536;
/** That a machine which is a container gives to its instances, from the millionth on. */
export const machineIds = 1_000_000;
/** Of such a machine. */
export const nestedIds = 2 * machineIds;

/** What people can do where too few exist. */
export const moreIds =
  'a host that is a container itself needs more: a larger range of `root:` in /etc/subuid and /etc/subgid of its own host (LXD), or `lxc.idmap` (Proxmox); 10000000 are plenty';
