import { configFile, configLock } from './haproxy-global.ts';
import { systemdAnswers } from './systemd.ts';

/** What is done in a balancer by one command each, because every call through LXD costs time when others are waiting. */

/**
 * Exits 0 as soon as all of the URLs answer, and after some seconds with the first that does not: the balancer itself may
 * go meanwhile, and LXD would not tell. Connections are given up soon, because the kernel repeats a SYN to an instance that
 * had no network yet only after a second.
 */
export function untilAnswer(urls: readonly string[]): readonly string[] {
  const script = `end=$(($(date +%s) + 3))
for url; do
  until why=$(curl -gsS -f -o /dev/null --connect-timeout 0.25 --max-time 2 "$url" 2>&1); do
    [ "$(date +%s)" -lt "$end" ] || { echo "$url"; echo "$why" >&2; exit 1; }
    sleep 0.1
  done
done`;
  return ['sh', '-c', script, 'sh', ...urls];
}

const next = `${configFile}.next`;

/** The configuration, which comes by standard input, is put beside the running one, and checked. */
export const stage: readonly string[] = ['sh', '-ec', `umask 077; cat > ${next}; exec haproxy -c -q -f ${next}`];

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
