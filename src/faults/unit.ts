import type { InstanceTarget } from './target.ts';

/** Which systemd unit of an instance serves: the service's own, or the one whose process listens on its port. */
export const unitFunctions = String.raw`
serving() {
  [ -z "$unit" ] || { echo "$unit"; return; }
  pid=$(online ss -Hltnp "sport = :$port" | grep -o 'pid=[0-9]*' | head -n 1 | cut -d = -f 2)
  [ -n "$pid" ] || { echo "nothing listens on port $port of $name" >&2; return 1; }
  unit=$(sed -n 's/^0::.*\///p' "/proc/$pid/cgroup")
  case $unit in
    *.service) echo "$unit" ;;
    *) echo "what listens on port $port of $name is no systemd service" >&2; return 1 ;;
  esac
}
`;

export function unitValues({ unit, port }: InstanceTarget) {
  return { unit, port: String(port) };
}
