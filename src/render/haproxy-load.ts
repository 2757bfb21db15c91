import { configFile, configLock } from './haproxy-global.ts';
import { trialSocket } from './haproxy-trial.ts';
import { systemdAnswers } from './systemd.ts';

/** HAProxy’s words for a check that ended well, `* ` before it while the next one is on its way. */
const well = /^(\* )?L[467]OKC?$/;

/** What is done in a balancer by one command each, because every call through LXD costs time when others are waiting. */

/** The exit code where HAProxy does not start with the configuration of the trial. */
export const trialRefused = 3;

/**
 * Runs the HAProxy of a trial, whose configuration comes by standard input, until the checks of all these servers have ended well,
 * for so many seconds at most. Prints what it then says of its servers, CSV; exits 0 where all are well. It never outlives
 * its time, whatever becomes of who asked.
 */
export function tryChecks(servers: readonly string[], seconds: number): readonly string[] {
  const script = `umask 077
dir=$(mktemp -d /run/relevo-trial.XXXXXX)
pid= ended=
trap 'kill $pid 2>/dev/null; wait; rm -rf "$dir"' EXIT
sed "s|${trialSocket}|$dir/admin.sock|" > "$dir/haproxy.cfg"
end=$(($(date +%s) + $1)); life=$(($1 + 2)); shift
timeout -k 1 $life haproxy -db -f "$dir/haproxy.cfg" > "$dir/said" 2>&1 &
pid=$!
while :; do
  said=$(echo 'show stat -1 4 -1' | socat -t5 STDIO "UNIX-CONNECT:$dir/admin.sock" 2>/dev/null) || said=
  if printf '%s\\n' "$said" | awk -F, -v servers="$*" '${wellFilter}'; then printf '%s\\n' "$said"; exit 0; fi
  case $said in *,'* L7STS'*) ;; *) ended=$said ;; esac # of one under way the code is not there
  kill -0 $pid 2>/dev/null || { cat "$dir/said" >&2; exit ${trialRefused}; }
  [ "$(date +%s)" -lt "$end" ] || { printf '%s\\n' "\${ended:-$said}"; exit 1; }
  sleep 0.05
done`;
  return ['sh', '-c', script, 'sh', String(seconds), ...servers];
}

/** awk; succeeds where the last check of each of `servers` ended well. What could hold a comma comes later in a line. */
const wellFilter = `NR == 1 { for (at = 1; at <= NF; at++) if ($at == "check_status") column = at; next }
column && $column ~ /${well.source}/ { good[$2] = 1 }
END { count = split(servers, names, " "); for (at = 1; at <= count; at++) if (!(names[at] in good)) exit 1 }`;

/** Its last check ended well. */
export function isWell(stat: { readonly check: string } | undefined): boolean {
  return stat !== undefined && well.test(stat.check);
}

const next = `${configFile}.next`;

/** The configuration, which comes by standard input, is put beside the running one, and checked. */
export const stage: readonly string[] = ['sh', '-ec', `umask 077; cat > ${next}; exec haproxy -c -f ${next}`];

/**
 * What is staged replaces the running configuration; a reload keeps connections, and `stateProgram` what HAProxy knows. Under
 * the lock, because who works from outside and a controller may do so at once.
 */
export const load: readonly string[] = [
  'sh',
  '-ec',
  `exec 9> ${configLock}; flock 9
mv ${next} ${configFile}
${systemdAnswers}
systemctl is-enabled -q haproxy || systemctl enable -q haproxy
systemctl reload-or-restart haproxy 9>&-`,
];
