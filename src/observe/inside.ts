import { type Check, isGood } from '../domain/check.ts';
import type { InstancePlan } from '../domain/desired.ts';
import type { Lxd } from '../ports/lxd.ts';

/** What an instance says of itself. */
export interface Inside {
  /** It answers its health check when it asks itself; where that is not plain HTTP, it says anything at all. */
  readonly answers: boolean;
  /** It answered somebody within the last second: it has too much to do, but hangs not. */
  readonly works: boolean;
  /** Milliseconds since the last of its units was started, by whomever; undefined where its systemd can't tell. */
  readonly age?: number;
}

/** Needs bash, iproute2 and systemd 248, which Debian 12 has; where they lack it answers nothing, and is as old as it may be. */
const script = String.raw`if exec 3<>"/dev/tcp/$1/$2" 2>/dev/null; then
  printf "$3" >&3
  if [ "$4" = http ]; then read -r -t "$6" line <&3 && printf 'answer %s\n' "$line"
  else read -r -N 1 -t "$6" line <&3 && echo 'answer something'; fi
  exec 3>&- # answers to us are no work
fi
ss -Htin state established "$5" 2>/dev/null | awk '/ bytes_sent:/ {
  quiet = match($0, / lastsnd:[0-9]+/) ? substr($0, RSTART + 9, RLENGTH - 9) : 0
  if (quiet + 0 < 1000) { print "works"; exit }
}'
printf 'now %s\n' "$(date +%s)"
systemctl show '*.service' --state=active,activating,reloading --property=InactiveExitTimestamp --timestamp=unix`;

/** Seconds; who hangs is not restarted before the look at it has ended. */
const longestLook = 2;

/** Seconds that a look waits for an answer: as long as a balancer does, as far as may be. */
export function lookPatience({ timeout }: Pick<Check, 'timeout'>): number {
  return Math.min(timeout, longestLook);
}

/** Throws what LXD's client throws. */
export async function lookInside(lxd: Lxd, plan: Looked): Promise<Inside> {
  const { name, address, port, further, check } = plan;
  const ports = [port, ...further].map((each) => `sport = :${each}`).join(' or ');
  const patience = lookPatience(check);
  const given = [address, String(port), octal(greeting(check)), check.protocol, ports, String(patience)];
  const argv = ['bash', '-c', script, 'bash', ...given];
  const { stdout } = await lxd.instances.exec(name, argv, { timeout: patience + 2, onlyLooks: true });
  return insideOf(stdout, check);
}

type Looked = Pick<InstancePlan, 'name' | 'address' | 'port' | 'further' | 'check'>;

/** Bytes, one character each, that a live server answers. */
function greeting({ protocol, path, host, headers }: Check): string {
  if (protocol === 'https') return clientHello;
  if (protocol === 'h2c') return http2Preface;
  const lines = Object.entries({ Host: host, ...headers, Connection: 'close' });
  return [`GET ${path} HTTP/1.0`, ...lines.map(([name, value]) => `${name}: ${value}`), '', ''].join('\r\n');
}

/** With no settings of ours. The server's own are its answer. Source: RFC 9113, 3.4. */
const http2Preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0';

/** Of TLS 1.2, with one cipher and no extensions: who speaks TLS answers, if only with an alert. Source: RFC 5246, 7.4.1.2. */
const clientHello = `\x16\x03\x01\0\x2d\x01\0\0\x29\x03\x03${'relevo'.repeat(6).slice(0, 32)}\0\0\x02\xc0\x2f\x01\0`;

/** As `printf` of any shell reads it; nothing in it has another meaning. */
function octal(text: string): string {
  return [...new TextEncoder().encode(text)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
}

/** Pure. */
export function insideOf(text: string, { protocol, status }: Pick<Check, 'protocol' | 'status'>): Inside {
  const code = /^answer HTTP\/1\.\d (\d\d\d)/m.exec(text)?.[1];
  const answers = protocol === 'http' ? code !== undefined && isGood(code, status) : /^answer /m.test(text);
  const works = /^works$/m.test(text);
  const now = Number(/^now (\d+)$/m.exec(text)?.[1] ?? Number.NaN);
  const starts = [...text.matchAll(/^InactiveExitTimestamp=@(\d+)$/gm)].map(([, at]) => Number(at));
  if (starts.length === 0 || Number.isNaN(now)) return { answers, works };
  return { answers, works, age: Math.max(0, now - Math.max(...starts)) * 1000 };
}
