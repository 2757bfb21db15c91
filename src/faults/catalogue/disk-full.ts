import { containerFunctions, containerValues, fault } from '../fault.ts';

/**
 * Instances share the file system of their machine, and a machine without room could not heal. So what is full is a small
 * file system over each place that services write to, with the directories that were there. systemd gives some services a
 * mount namespace of their own, so it is done in each. It goes with the container.
 */
const functions = `${containerFunctions}
# Once in each mount namespace of the container; a process may be gone meanwhile.
everywhere() {
  seen= all=$(payload) || return 1
  for process in $(find "$all" -name cgroup.procs -exec cat {} +); do
    space=$(readlink "/proc/$process/ns/mnt") || continue
    case $seen in *"$space"*) continue ;; esac
    seen="$seen $space"
    nsenter --target "$process" --user --mount --pid -- sh -eu -c "$1" sh "relevo-fault-$id" || [ ! -e "/proc/$process" ]
  done
}
`;

const fill = String.raw`
for place in /tmp /var/tmp /var/log; do
  ! grep -q "^$1 $place " /proc/self/mounts || continue
  directories=$(find "$place" -xdev -mindepth 1 -type d -printf '%m %U %G %P\n') || : # one may go meanwhile
  mount -t tmpfs -o size=64k,mode="$(stat -c %a "$place")" "$1" "$place"
  [ -z "$directories" ] || echo "$directories" | while read -r mode user group path; do
    mkdir -p "$place/$path"
    chown "$user:$group" "$place/$path"
    chmod "$mode" "$place/$path"
  done
  head -c 65536 /dev/zero > "$place/.$1" 2>/dev/null || : # somebody may have been quicker: it is full
done`;

/** Lazy, since a process may have a file open there. */
const empty = String.raw`
left() { sed -n "s/^$1 \([^ ]*\) .*/\1/p" /proc/self/mounts; }
left "$1" > /dev/null # an error where they can't be read
while [ -n "$(left "$1")" ]; do umount -l "$(left "$1" | tail -n 1)"; done`;

export const diskFull = fault({
  name: 'disk.full',
  does: 'leaves no room in /tmp, /var/tmp and /var/log; what is open there stays',
  takes: ['instance', 'balancer'],
  effects: (target) => [
    {
      ...{ kind: 'script', machine: target.machine },
      values: { ...containerValues(target), fill, empty },
      inject: `${functions}everywhere "$fill"`,
      heal: `${functions}runs || exit 0; everywhere "$empty"`,
    },
  ],
});
