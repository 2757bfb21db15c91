import { callsPort } from '../domain/network.ts';
import { adminSocket, configLock, leavingVariable, masterSocket } from './haproxy-global.ts';
import { outerInterface } from './keepalived.ts';

/** Seconds that `handOver` takes at most beyond its limit. */
export const handOverGrace = 20;

const table = 'table inet relevo_handover';

/**
 * Gives the address away without losing a request that ends within `limit` seconds. A connection can't move with the
 * address, so each must end first. HTTP/2 clients are told so only by a HAProxy that stops softly (GOAWAY), so it reloads:
 * the old worker finishes what it has, the new one serves on and makes each answer the last one on its connection. Once
 * the old ones are idle, for two seconds at least, which clients commonly take until their next request, there is a blink in
 * which new connections are not accepted (their clients ask again within a second, and the other balancer answers): HAProxy
 * stops softly, and when it is gone so is keepalived with the address. What still runs two seconds later is cut.
 *
 * One that does not hold the address has requests all the same: services' calls, and what comes to its machine's own. Its HAProxy
 * stays stopped at the end, for half a minute should nobody end the balancer: new connections are dropped meanwhile, so that
 * clients go to another balancer or ask again. Every wait has an end; and where the script is killed, what it
 * leaves are connections that end early until the next reload, or new ones that are not accepted for 15 s at most.
 */
export function handOver(vip: string | undefined, limit: number, vip6 = ''): readonly string[] {
  return ['sh', '-ec', script, 'sh', vip ?? '', String(limit), vip6];
}

const script = `holds() { [ -n "$1" ] && ip -4 -o address show dev ${outerInterface} | grep -q " $1/"; }
ask() { echo "$1" | timeout 5 socat -t5 STDIO "UNIX-CONNECT:$2"; }
workers() {
  ask 'show proc' ${masterSocket} | awk -v kind="$1" '/^#/ { wanted = $0 ~ "^# " kind } wanted && $1 ~ /^[0-9]/ { print $1 }'
}
busy() {
  for pid in $(workers "$1"); do ask "@!$pid show sess" ${masterSocket} | grep -q proto=tcp && return 0; done
  return 1
}
reloaded() { now=$(workers workers) && [ -n "$now" ] && [ "$now" != "$before" ]; }
leave() { ask 'experimental-mode on; set var ${leavingVariable} int(1)' ${adminSocket} > /dev/null; }
later() { [ "$(cut -d. -f1 /proc/uptime)" -gt "$1" ]; }

began=$(cut -d. -f1 /proc/uptime)
before=$(workers workers)
[ -n "$before" ] || exit 0
held=
! holds "$1" || held=yes
(
  flock -w 5 9
  timeout 10 systemctl reload haproxy 9>&-
) 9> ${configLock}
until reloaded; do
  ! later $((began + 10)) || { echo 'HAProxy does not reload' >&2; exit 1; }
  sleep 0.05
done
until later $((began + 2)) && { later $((began + $2)) || ! busy 'old workers'; }; do
  leave
  sleep 0.1
done

systemd-run --quiet --collect --on-active=15s --timer-property=AccuracySec=100ms nft "${table}; delete ${table}"
syn='tcp flags & (syn | ack) == syn'
nft "${table} { chain input { type filter hook input priority 0; $syn \${held:+ip daddr $1 }drop; \${3:+$syn \${held:+ip6 daddr $3 }drop;} tcp flags & (syn | ack) == syn tcp dport ${callsPort} drop; }; }"
trap 'nft "${table}; delete ${table}"' EXIT
kill -USR1 $(workers workers)
for _ in $(seq 40); do
  busy workers || break
  sleep 0.05
done
if [ -z "$held" ]; then
  systemd-run --quiet --collect --on-active=30s systemctl start haproxy
  timeout 10 systemctl stop haproxy
  exit
fi
kill $(workers '(old )?workers') 2> /dev/null || : "gone by themselves"
for _ in $(seq 40); do
  holds "$1" || exit 0
  sleep 0.05
done
timeout 5 systemctl restart haproxy`;
