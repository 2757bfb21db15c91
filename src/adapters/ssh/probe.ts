import { PassThrough } from 'node:stream';
import { clusterPort } from '../../domain/network.ts';
import type { Exec } from './remote.ts';
import { must } from './remote.ts';

/** What hosts need of one another: LXD's port, and of the ranges for instances' agents and instances the ends and the middle. */
const neededPorts: readonly number[] = [clusterPort, 10001, 15000, 19999, 20001, 25000, 29999];
/** What only services with further ports need. */
export const samplesOfFurther: readonly number[] = [30001, 45000, 59999];
export const sampledPorts: readonly number[] = [...neededPorts, ...samplesOfFurther];

/** Perl is on every Debian and Ubuntu. `$ARGV`: an address of its own, ports. Until the end of its input. Source: perlipc(1). */
export const listen = String.raw`use strict; use warnings; use IO::Socket::INET; use IO::Select;
my ($address, @ports) = @ARGV;
my @servers = grep { defined } map {
  IO::Socket::INET->new(LocalAddr => $address, LocalPort => $_, Proto => 'tcp', Listen => 64, ReuseAddr => 1)
} @ports; # the others are somebody's, who answers as well
$| = 1;
print "up\n";
my $select = IO::Select->new(\*STDIN, @servers);
while (1) {
  for my $ready ($select->can_read(60)) {
    if ($ready == \*STDIN) { exit unless sysread(STDIN, my $text, 64); next }
    my $one = $ready->accept;
    close $one if $one;
  }
}
`;

/** Asks all at once: every connection that is there within three seconds. `$ARGV`: `address:port` each. */
export const knock = String.raw`use strict; use warnings; use IO::Socket::INET; use IO::Select; use Socket; use Errno qw(ECONNREFUSED);
my %asked;
my $select = IO::Select->new;
for my $to (@ARGV) {
  my $socket = IO::Socket::INET->new(PeerAddr => $to, Proto => 'tcp', Blocking => 0) or do { print "to $to closed\n"; next };
  $asked{fileno $socket} = $to;
  $select->add($socket);
}
my $end = time + 3;
while ($select->count && time <= $end) {
  for my $socket ($select->can_write(1)) {
    my $error = unpack 'i', getsockopt($socket, SOL_SOCKET, SO_ERROR);
    my $to = delete $asked{fileno $socket};
    print "to $to ", $error == 0 ? 'open' : $error == ECONNREFUSED ? 'refused' : 'closed', "\n";
    $select->remove($socket);
  }
}
print "to $_ closed\n" for values %asked;
`;

/**
 * Whether a packet as large as the interface sends gets there whole, by an ICMP echo that must not be split: `path ADDRESS ok`, `lost`
 * where only a small one does, `silent` where none does. `$ARGV`: the interface's MTU, addresses. Source: ip(7), icmp(7).
 */
export const echo = String.raw`use strict; use warnings; use Socket; use IO::Select;
my ($mtu, @to) = @ARGV;
sub sum { my $sum = 0; $sum += $_ for unpack 'n*', $_[0] . ("\0" x (length($_[0]) % 2)); $sum = ($sum >> 16) + ($sum & 0xffff) while $sum >> 16; ~$sum & 0xffff }
sub ask {
  my ($address, $size) = @_;
  socket(my $socket, AF_INET, SOCK_RAW, 1) or die "raw socket: $!\n";
  setsockopt($socket, 0, 10, pack('i', 3)); # IP_MTU_DISCOVER: IP_PMTUDISC_PROBE
  my $rest = pack('nn', $$ & 0xffff, 1) . ('r' x ($size - 28));
  my $packet = pack('CCn', 8, 0, sum(pack('CCn', 8, 0, 0) . $rest)) . $rest;
  my $select = IO::Select->new($socket);
  for (1 .. 2) {
    send($socket, $packet, 0, sockaddr_in(0, inet_aton($address))) or return '';
    my $end = time + 1;
    while (time <= $end && $select->can_read(1)) {
      my $from = recv($socket, my $answer, 65536, 0) or last;
      my ($kind, $id) = unpack 'x20Cx3n', $answer;
      return 1 if $kind == 0 && $id == ($$ & 0xffff) && inet_ntoa((sockaddr_in($from))[1]) eq $address;
    }
  }
  return '';
}
print "path $_ ", ask($_, $mtu) ? 'ok' : ask($_, 100) ? 'lost' : 'silent', "\n" for @to;
`;

export interface ProbedHost {
  readonly name: string;
  readonly address: string;
  /** Of its interface on the hosts' network. */
  readonly mtu: number;
}

/** What the network carries from one host to another. */
export interface Passage {
  readonly from: string;
  readonly to: string;
  readonly ports: readonly { readonly port: number; readonly said: string }[];
  /** Of the largest packets; `silent`: it can't be told, pings are not answered. */
  readonly large: 'ok' | 'lost' | 'silent';
}

/** Each host listens for a moment where nobody does, and is asked by all others. */
export async function probePassages(hosts: readonly ProbedHost[], exec: (name: string) => Exec): Promise<Passage[]> {
  const listeners = await Promise.all(hosts.map((host) => openListener(exec(host.name), host.address)));
  try {
    return (await Promise.all(hosts.map((host) => probeFrom(host, hosts, exec(host.name))))).flat();
  } finally {
    await Promise.all(listeners.map((close) => close()));
  }
}

async function openListener(exec: Exec, address: string): Promise<() => Promise<void>> {
  const line = new PassThrough();
  const up = Promise.withResolvers<void>();
  const argv = ['perl', '-e', listen, address, ...sampledPorts.map(String)];
  const options = { stdin: line, timeout: 60, onLine: () => up.resolve() };
  const held = exec(argv, options).then(
    () => up.resolve(),
    () => up.resolve(), // without it, or where it breaks off, the probes tell less, and nothing wrong
  );
  await up.promise;
  return async () => {
    line.end();
    await held;
  };
}

async function probeFrom(host: ProbedHost, all: readonly ProbedHost[], exec: Exec): Promise<Passage[]> {
  const others = all.filter(({ name }) => name !== host.name);
  if (others.length === 0) return [];
  const asked = others.flatMap(({ address }) => sampledPorts.map((port) => `${address}:${port}`));
  const options = { onlyLooks: true, timeout: 20 + 6 * others.length, what: `asking others from ${host.name}` };
  const [knocked, echoed] = await Promise.all([
    must(exec, ['perl', '-e', knock, ...asked], options),
    must(exec, ['perl', '-e', echo, String(host.mtu), ...others.map(({ address }) => address)], options),
  ]);
  return others.map(({ name, address }) => passageOf({ from: host.name, to: name }, address, `${knocked}${echoed}`));
}

/** Pure. */
export function passageOf(ends: Pick<Passage, 'from' | 'to'>, address: string, text: string): Passage {
  const words = text.split('\n').map((line) => line.split(' '));
  const ports = words.flatMap(([kind, to = '', said = '']) => {
    const [where, port] = to.split(':');
    return kind === 'to' && where === address ? [{ port: Number(port), said }] : [];
  });
  const large = words.find(([kind, to]) => kind === 'path' && to === address)?.[2];
  return { ...ends, ports, large: large === 'ok' || large === 'lost' ? large : 'silent' };
}
