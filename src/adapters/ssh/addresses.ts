import { PassThrough } from 'node:stream';
import { RelevoError } from '../../domain/failure.ts';
import { type Exec, must } from './remote.ts';

/**
 * Whether somebody has the address, asked by ARP: the kernel sends it for a datagram to a port that nobody needs, and its answer
 * is whom it knows then. What has an address must answer ARP, whatever its firewall does. Prints the neighbour's hardware
 * address, nothing where nobody answered within three seconds. Source: ip-neighbour(8), arp(7).
 */
export const askNeighbour = `
ip neigh del "$1" dev "$2" 2>/dev/null
bash -c 'echo > "/dev/udp/$0/9"' "$1" 2>/dev/null
for _ in $(seq 40); do
  known=$(ip neigh show "$1" dev "$2")
  case $known in
    *lladdr*) set -- $known; while [ "$1" != lladdr ]; do shift; done; echo "$2"; exit 0 ;;
    *FAILED*) exit 0 ;;
  esac
  sleep 0.1
done
`;

/**
 * Whether frames get to its hardware address and back: a refusal comes from there. A hypervisor may carry what a stranger says
 * and drop what is for it. Prints `yes` or nothing.
 */
export const reach = `
said=$(timeout 3 bash -c 'exec 3<>"/dev/tcp/$0/9"' "$1" 2>&1)
case $said in *refused*) echo yes ;; esac
`;

/** The hardware address that answers for it, empty where there is none. */
export async function neighbour(exec: Exec, address: string, networkInterface: string): Promise<string> {
  const argv = ['sh', '-c', askNeighbour, 'sh', address, networkInterface];
  return (await must(exec, argv, { timeout: 15, onlyLooks: true, what: `asking for ${address}` })).trim();
}

/**
 * An interface as balancers will have it, in a network namespace of its own, for as long as our end of the line is open: it goes
 * with the process that holds the namespace. Source: unshare(1), ip-link(8).
 */
export const stranger = `
set -e
unshare -n sleep 60 &
holder=$!
trap 'kill $holder' EXIT
while [ "$(readlink /proc/$holder/ns/net)" = "$(readlink /proc/self/ns/net)" ]; do sleep 0.05; done
ip link add rlv-probe link "$1" netns $holder type macvlan mode bridge
nsenter -t $holder -n ip address add "$2" dev rlv-probe
nsenter -t $holder -n ip link set rlv-probe up
echo up
cat >/dev/null
`;

interface Way {
  /** Free ones, as far as nobody of us has them. */
  readonly addresses: readonly string[];
  readonly prefixLength: number;
  readonly interface: string;
}

/** With the first address that nobody has. `open`: where no interface can be added, that is an answer too. */
export async function tryStranger(from: Exec, to: Exec, way: Way, open: boolean): Promise<boolean> {
  for (const each of way.addresses) {
    if ((await neighbour(to, each, way.interface)) !== '') continue;
    const tried = carriesStrangers(from, to, {
      address: `${each}/${way.prefixLength}`,
      networkInterface: way.interface,
    });
    return tried.catch((error) => {
      if (open && error instanceof RelevoError && error.failure.code === 'refused') return false;
      throw error;
    });
  }
  const message = 'whether the network carries frames of balancers can’t be tried: all addresses are in use';
  throw new RelevoError({ code: 'refused', message, hint: 'add a free one to `addresses`' });
}

export function noStrangers(from: string, to: string, vip6?: string): RelevoError {
  const otherWay =
    vip6 === undefined ? '`link: routed` needs none' : 'leave `vip6` out, then `link: routed` needs none';
  return new RelevoError({
    code: 'refused',
    message: `the network between ${from} and ${to} drops frames of hardware addresses that are not the hosts' own`,
    hint: `${otherWay}; or allow them (port security of a switch, MAC filter of a hypervisor: promiscuous mode and forged transmits), see docs/ssh.md`,
  });
}

/**
 * Whether the network between two hosts carries frames of hardware addresses that it has not given out: many clouds, and
 * switches with port security, drop them without a word. `address`: a free one with the prefix length.
 */
export async function carriesStrangers(
  from: Exec,
  to: Exec,
  { address, networkInterface }: { readonly address: string; readonly networkInterface: string },
): Promise<boolean> {
  const line = new PassThrough();
  const up = Promise.withResolvers<void>();
  const said: string[] = [];
  const argv = ['sh', '-c', stranger, 'sh', networkInterface, address];
  const options = {
    ...{ stdin: line, timeout: 30 },
    onLine: (text: string) => (text === 'up' ? up.resolve() : void said.push(text)),
  };
  const held = from(argv, options).then(({ code }) => {
    if (code !== 0) up.reject(noInterface(networkInterface, said));
  });
  held.catch(up.reject);
  try {
    await up.promise;
    const [own = ''] = address.split('/');
    if ((await neighbour(to, own, networkInterface)) === '') return false;
    return (await must(to, ['sh', '-c', reach, 'sh', own], { timeout: 10, what: `reaching ${own}` })).trim() === 'yes';
  } finally {
    line.end();
    await held.catch(() => {}); // told above, where it mattered
  }
}

function noInterface(name: string, lines: readonly string[]): RelevoError {
  const hint =
    'its kernel needs the module macvlan, and the interface must be a cable: wireless ones take no second address';
  const evidence = { title: 'ip', lines };
  return new RelevoError({ code: 'refused', message: `no interface can be added beside ${name}`, hint, evidence });
}

/** `$1 $2`: address and port. A server that speaks HTTP says something; TLS is not spoken here, so that a connection is enough. */
const askAddress = `
exec 3<>"/dev/tcp/$1/$2" || exit 1
[ "$3" = http: ] || exit 0
printf 'HEAD / HTTP/1.0\\r\\n\\r\\n' >&3
IFS= read -r -t 3 line <&3 && case $line in HTTP/*) exit 0 ;; esac
exit 1
`;

/** Whether the host gets an answer. */
export async function hears(exec: Exec, url: string): Promise<boolean> {
  const { protocol, hostname, port } = new URL(url);
  const own = port === '' ? (protocol === 'https:' ? '443' : '80') : port;
  const argv = ['timeout', '5', 'bash', '-c', askAddress, 'bash', hostname, own, protocol];
  return (await exec(argv, { timeout: 8, onlyLooks: true })).code === 0;
}
