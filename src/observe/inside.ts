import type { InstancePlan } from '../domain/desired.ts';
import type { Lxd } from '../ports/lxd.ts';

/** What an instance says of itself. */
export interface Inside {
  /** It answers its health check when it asks itself. */
  readonly answers: boolean;
  /** Milliseconds since the last of its units was started, by whomever; undefined where its systemd can't tell. */
  readonly age?: number;
}

/** Needs bash and systemd 248, which Debian 12 has; where they lack it answers nothing, and is as old as it may be. */
const script = String.raw`if exec 3<>"/dev/tcp/$1/$2" 2>/dev/null; then
  printf 'GET %s HTTP/1.0\r\nHost: localhost\r\nConnection: close\r\n\r\n' "$3" >&3
  read -r -t 0.3 line <&3 && printf 'answer %s\n' "$line"
fi
printf 'now %s\n' "$(date +%s)"
systemctl show '*.service' --state=active,activating,reloading --property=InactiveExitTimestamp --timestamp=unix`;

/** Throws what LXD's client throws. */
export async function lookInside(lxd: Lxd, { name, address, port, healthPath }: InstancePlan): Promise<Inside> {
  const argv = ['bash', '-c', script, 'bash', address, String(port), healthPath];
  const { stdout } = await lxd.instances.exec(name, argv, { timeout: 2, onlyLooks: true });
  return insideOf(stdout);
}

/** Pure. */
export function insideOf(text: string): Inside {
  const answers = /^answer HTTP\/1\.\d [23]\d\d/m.test(text);
  const now = Number(/^now (\d+)$/m.exec(text)?.[1] ?? Number.NaN);
  const starts = [...text.matchAll(/^InactiveExitTimestamp=@(\d+)$/gm)].map(([, at]) => Number(at));
  if (starts.length === 0 || Number.isNaN(now)) return { answers };
  return { answers, age: Math.max(0, now - Math.max(...starts)) * 1000 };
}
