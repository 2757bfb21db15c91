import type { ImageFile } from '../domain/desired.ts';
import type { Link } from '../domain/network.ts';
import { instanceNetwork } from '../domain/slots.ts';
import { clusterNetwork } from './preseed.ts';

const program = '/usr/local/lib/relevo/link';
export const linkUnit = 'relevo-link.service';

/** By which the kernel's routing table tells ours from others. Nobody has it in rt_protos. */
export const linkProtocol = 198;

/** Of the host that stands in, and for what. */
export interface StandIn {
  /** The host's interface on the hosts' network, … */
  readonly interface: string;
  /** … and its own address there. */
  readonly address: string;
  /** What balancers may have there, and nothing else: the address that they share, … */
  readonly shared: string;
  /** … and their own ones. */
  readonly own: readonly string[];
}

/** The host's end of the cable by which a balancer says what addresses it has, where its link is routed. */
export function outerCableName(slot: number): string {
  return `${outerCables}${slot}`;
}

const outerCables = 'outer';

/**
 * Where the hosts' network carries no frames of strangers, balancers (`link: routed`) have their addresses on their host's
 * own bridge, and the host stands in for them: it leads each address there (a route), answers ARP for it with its own
 * hardware address (a proxy entry of the kernel's), and announces it when a balancer takes it. Which balancer has an
 * address, keepalived alone decides; the host only hears of it.
 */
export function linkFiles(standIn: StandIn): ImageFile[] {
  return [
    { target: program, mode: 0o755, content: script },
    { target: `/etc/systemd/system/${linkUnit}`, mode: 0o644, content: unit(standIn) },
  ];
}

/** For who puts a host back. */
export const linkTargets: readonly string[] = [program, `/etc/systemd/system/${linkUnit}`];

/** Length of a balancer's prefix on its outer interface: behind a host that stands in, nobody is its neighbour. */
export function outerPrefixLength({ link, prefixLength }: { readonly link: Link; readonly prefixLength: number }) {
  return link === 'routed' ? 32 : prefixLength;
}

const unit = ({ interface: outer, address, shared, own }: StandIn) => `[Unit]
Description=Relevo: stand in for this host's balancers on the hosts' network
After=network.target
StartLimitIntervalSec=0

[Service]
ExecStart=${[program, clusterNetwork, outer, address, shared, ...own].join(' ')}
CapabilityBoundingSet=CAP_NET_ADMIN CAP_NET_RAW
Restart=always
RestartSec=500ms

[Install]
WantedBy=multi-user.target
`;

/**
 * What it did stays where it ends, and it takes that up again: users shall not notice. Instances may not speak for an
 * address (the table `relevo_link`): only balancers have cables of that name. Nor for the bridge, by which answers leave.
 * Source: packet(7), RFC 826, RFC 5227, arp_process() in Linux' net/ipv4/arp.c, ip-neighbour(8).
 */
const script = String.raw`#!/usr/bin/perl
# Stands in for this host's balancers on the hosts' network, with the host's own hardware address.
use strict;
use warnings;
use Socket;
use Fcntl;

my ($bridge, $outer, $host, $shared, @own) = @ARGV;
my @all = ($shared, @own);
my %known = map { $_ => 1 } @all;
my $gateway = '${instanceNetwork.split('/')[0]}';
my ($every, $most, $doubt, $later) = (0.3, 3, 2, 4); # seconds; all others are turns
my $links = '/sys/class/net';
$| = 1;

my %mine; # the addresses that the host stands in for; turns until they are announced again
my (%answered, %taken, %misses, %free); # by address: who was heard in this turn; turns without an answer

sub text {
    my ($file) = @_;
    open(my $handle, '<', $file) or die "$file: $!\n";
    chomp(my $line = <$handle> // '');
    return $line;
}

sub set {
    my ($file, $value) = @_;
    open(my $handle, '>', $file) or die "$file: $!\n";
    print $handle "$value\n";
    close($handle) or die "$file: $!\n";
}

sub run {
    my ($program, @lines) = @_;
    open(my $handle, '|-', @$program) or die "$program->[0]: $!\n";
    print $handle map { "$_\n" } @lines;
    return close($handle);
}

sub mac {
    my ($interface) = @_;
    return pack('H12', text("$links/$interface/address") =~ tr/://dr);
}

# All ARP that comes and goes by one interface.
sub listen_to {
    my ($interface) = @_;
    socket(my $socket, 17, SOCK_RAW, 0) or die "socket: $!\n"; # AF_PACKET
    fcntl($socket, F_SETFL, O_NONBLOCK) or die "fcntl: $!\n";
    my $index = text("$links/$interface/ifindex");
    bind($socket, pack('SnlSCCa8', 17, 0x0806, $index, 0, 0, 0, '')) or die "bind $interface: $!\n";
    return { name => $interface, socket => $socket, index => $index };
}

sub ask {
    my ($at, $from, $for) = @_;
    my $own = mac($at->{name});
    my $frame = "\xff" x 6 . $own . pack('nnnCCn', 0x0806, 1, 0x0800, 6, 4, 1);
    $frame .= $own . inet_aton($from) . "\0" x 6 . inet_aton($for);
    defined(send($at->{socket}, $frame, 0)) or die "send on $at->{name}: $!\n";
}

# What others said since the last time: sender's hardware address, its address, and the one that it is about.
sub said {
    my ($at) = @_;
    my $own = mac($at->{name});
    my @said;
    while (defined(recv($at->{socket}, my $frame, 64, 0))) {
        next if length($frame) < 42;
        my ($type, undef, undef, undef, undef, undef, $mac, $ip, undef, $for) = unpack('x12nnnCCna6a4a6a4', $frame);
        push @said, [inet_ntoa($ip), inet_ntoa($for)] if $type == 0x0806 && $mac ne $own;
    }
    die "recv on $at->{name}: $!\n" unless $!{EAGAIN};
    return @said;
}

sub way { my ($address) = @_; return "$address/32 dev $bridge proto ${linkProtocol}" }
sub proxy { my ($address) = @_; return "proxy $address dev $outer" }

sub announce {
    my ($on, $address) = @_;
    ask($on, $address, $address);
}

sub claim {
    my ($on, $address) = @_;
    if (!defined $mine{$address}) {
        my @lines = ('route replace ' . way($address) . " src $host", 'neigh replace ' . proxy($address));
        run(['ip', '-batch', '-'], @lines) or die "ip can't lead $address\n";
        print "stands in for $address\n";
    }
    $misses{$address} = $free{$address} = 0;
    $mine{$address} = $later;
    announce($on, $address);
}

sub release {
    my ($address, $why) = @_;
    delete $mine{$address};
    delete $free{$address};
    forget($address);
    print "leaves $address: $why\n";
}

# Where one of the two is not there any more, the other one goes all the same.
sub forget {
    my ($address) = @_;
    run(['ip', '-force', '-batch', '-'], 'route delete ' . way($address), 'neigh delete ' . proxy($address));
}

# A balancer's own address is nobody else's; the shared one belongs to whom keepalived gives it, and it says so unasked.
sub hear_bridge {
    my ($at, $on) = @_;
    for (said($at)) {
        my ($address, $for) = @$_;
        next unless $known{$address};
        $answered{$address} = 1;
        claim($on, $address) if $for eq $address || ($address ne $shared && !defined $mine{$address} && !$taken{$address});
    }
}

sub hear_outer {
    my ($on) = @_;
    for (said($on)) {
        my ($address) = @$_;
        next unless $known{$address};
        $taken{$address} = 1;
        release($address, 'another host has it') if defined $mine{$address};
    }
}

# One that a balancer here has, while nobody on the hosts' network does, was announced when nobody listened.
sub judge {
    my ($on, $address) = @_;
    $misses{$address} = $answered{$address} ? 0 : ($misses{$address} // 0) + 1;
    if (defined $mine{$address}) {
        announce($on, $address) if $mine{$address} > 0 && --$mine{$address} == 0;
        release($address, 'no balancer here has it') if $misses{$address} >= $most;
    } else {
        $free{$address} = $answered{$address} && !$taken{$address} ? ($free{$address} // 0) + 1 : 0;
        claim($on, $address) if $free{$address} > $doubt;
    }
}

# Instances have cables of these names, and a balancer's other one too. Nobody there is the bridge.
sub guard {
    my $set = join ', ', @all;
    my @others = ('veth', map { "i$_" } 1 .. 9);
    my @rules = map { ("iifname \"$_*\" arp saddr ip { $set } drop", "iifname \"$_*\" ip saddr { $set } drop") } @others;
    push @rules, "iifname \"$_*\" arp saddr ip $gateway drop" for (@others, '${outerCables}');
    my $table = 'table bridge relevo_link';
    my $chain = "chain guard { type filter hook prerouting priority -300; " . join('; ', @rules) . '; }';
    run(['nft', '-f', '-'], $table, "delete $table", "$table { $chain; }") or die "nft does not take the guard\n";
}

sub take_up {
    my ($on) = @_;
    open(my $ip, '-|', 'ip', '-4', '-o', 'route', 'show', 'dev', $bridge, 'proto', '${linkProtocol}') or die "ip: $!\n";
    my @before = map { /^([\d.]+)/ ? $1 : () } <$ip>;
    close($ip) or die "ip can't show routes\n";
    for my $address (@before) {
        if ($known{$address}) { claim($on, $address) } else { forget($address) }
    }
}

select(undef, undef, undef, 1) until -e "$links/$bridge"; # LXD brings it
my ($at, $on) = map { listen_to($_) } ($bridge, $outer);
set("/proc/sys/net/ipv4/conf/$_/forwarding", 1) for ($bridge, $outer);
set("/proc/sys/net/ipv4/neigh/$outer/proxy_delay", 0);
guard();
take_up($on);
while (1) {
    (%answered, %taken) = ();
    ask($at, '0.0.0.0', $_) for @all;
    ask($on, $host, $_) for grep { $free{$_} } @all;
    my $left = $every;
    while ($left > 0) {
        my $ready = '';
        vec($ready, fileno($_->{socket}), 1) = 1 for ($at, $on);
        (undef, $left) = select($ready, undef, undef, $left);
        hear_outer($on);
        hear_bridge($at, $on);
    }
    judge($on, $_) for @all;
    die "$bridge is another one now\n" if text("$links/$bridge/ifindex") != $at->{index};
}
`;
