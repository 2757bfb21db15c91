/**
 * What a machine keeps of the faults on it: a directory for each, with what heals it, and a timer that does so whether or
 * not anybody remembers. All of it is in memory, as the effects are: a machine that restarts has neither.
 */
const home = '/run/relevo-faults';

/** One fault on one machine. */
export interface Kept {
  readonly id: string;
  readonly seconds: number;
  /** One line, which `listArgv` brings back. */
  readonly record: string;
  readonly inject: string;
  readonly heal: string;
  readonly values: Readonly<Record<string, string>>;
}

/**
 * Heals first of all where the injection fails. Prints when it was injected: milliseconds since 1970. Does nothing more when
 * it is run again.
 */
export function injectArgv({ id, seconds, record, inject, heal, values }: Kept): string[] {
  const all = Object.entries({ ...values, id, seconds: String(Math.ceil(seconds)) });
  const words = [id, String(seconds), record, inject, heal, healing];
  return ['sh', '-eu', '-c', keeping, 'sh', ...words, ...all.map(([name, value]) => `${name}=${value}`)];
}

/** Before its time. Nothing where it is healed already. */
export function healArgv(id: string): string[] {
  return ['sh', '-eu', '-c', healNow, 'sh', `${home}/${id}`, `relevo-fault-${id}.timer`];
}

/** Prints the records, a line each. */
export function listArgv(): string[] {
  return ['sh', '-eu', '-c', `for each in ${home}/*/record; do ! cat "$each" 2>/dev/null || echo; done`];
}

/** The timer is there before anything is broken. Source: systemd-run(1). */
const keeping = String.raw`
directory=${home}/$1 timer=relevo-fault-$1 seconds=$2
[ ! -e "$directory/at" ] || { cat "$directory/at"; exit; }
umask 077
mkdir -p "$directory" || mkdir -p "$directory" # another fault's healing may remove what is above it
cd "$directory"
exec 9< .
flock 9 # nobody heals what is still being broken
printf %s "$4" > inject
printf %s "$5" > heal
printf %s "$6" > healing
printf %s "$3" > record
shift 6
printf '%s\0' "$@" > values
systemd-run --quiet --collect --unit="$timer" --on-active="$seconds"s --timer-property=AccuracySec=50ms \
  --property=Restart=on-failure --property=RestartSec=1s --property=StartLimitIntervalSec=0 \
  -- sh -eu "$directory/healing" "$directory"
date +%s%3N > now
xargs -0 -a values sh -c 'exec env "$@" sh -eu inject >&2' sh 9<&- || {
  exec 9<&-
  sh -eu healing "$directory"
  systemctl stop "$timer.timer"
  exit 1
}
mv now at
cat at`;

/** One at a time: the timer and a person may both be at it. */
const healing = `
cd "$1" 2>/dev/null || exit 0
exec 9< .
flock 9
[ -e heal ] || exit 0
xargs -0 -a values sh -c 'exec env "$@" sh -eu heal' sh
cd /
rm -rf "$1"
rmdir ${home} 2>/dev/null || :`;

const healNow = `
[ ! -e "$1/healing" ] || sh -eu "$1/healing" "$1" || [ ! -e "$1" ]
! systemctl -q is-active "$2" || systemctl stop "$2"`;
