/**
 * Ends well where a file can be mounted as a file system: the kernel must lend a loop device, and not every root may mount one. Tried,
 * for in containers `losetup -f` names devices that can't be had. Nothing is left of it. Source: losetup(8), user_namespaces(7).
 */
export const loopTest = `
[ "$(awk '{ print $3 }' /proc/self/uid_map)" = 4294967295 ] || exit 1
file=$(mktemp) && truncate -s 1M "$file" || exit 1
device=$(losetup --find --show "$file" 2>/dev/null)
code=$?
[ $code -ne 0 ] || losetup -d "$device"
rm -f "$file"
exit $code
`;
