import { masterSocket } from './haproxy-global.ts';

/** Before what a worker answers, its process id. */
export const workerMark = '== worker';

/**
 * Commands of the Runtime API for every worker of HAProxy: those before a reload live as long as their connections do. Prints
 * nothing where HAProxy does not run, and fails where it runs and does not say who its workers are. Changes nothing when it is
 * run again. Source: HAProxy's management guide, 9.4, "Master CLI".
 */
export function askWorkers(commands: readonly string[]): readonly string[] {
  const script = `ask() { printf '%s\\n' "$1" | socat -t5 STDIO UNIX-CONNECT:${masterSocket}; }
processes=$(ask 'show proc')
if [ -z "$processes" ]; then
  if systemctl is-active -q haproxy; then echo 'HAProxy runs and does not answer' >&2; exit 1; fi
  exit 0
fi
for pid in $(printf '%s\\n' "$processes" | awk '$2 == "worker" { print $1 }'); do
  all=
  for each; do all="\${all:+$all; }@!$pid $each"; done
  echo "${workerMark} $pid"
  ask "$all"
done`;
  return ['sh', '-c', script, 'sh', ...commands];
}
