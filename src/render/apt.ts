/** Hosts run apt of their own, above all right after they booted: seconds for dpkg's lock. Source: apt-get(8), apt.conf(5). */
export const dpkgLock = '-o DPkg::Lock::Timeout=300';

/**
 * A function for shell scripts: `apt_update` refreshes apt's lists. Apt does not wait for their lock (2.6), so that it is
 * asked for again for two minutes.
 */
export const aptUpdate = `apt_update() {
  tries=24
  until said=$(apt-get update -q 2>&1); do
    case $said in */lists/lock*) ;; *) tries=0 ;; esac
    [ "$tries" -gt 0 ] || { printf '%s\\n' "$said" >&2; return 100; }
    tries=$((tries - 1))
    sleep 5
  done
  printf '%s\\n' "$said"
}`;
