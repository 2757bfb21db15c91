import type { ImageFile } from '../domain/desired.ts';
import type { Dialect } from '../domain/dialect.ts';
import { agentPort, clusterPort } from '../domain/network.ts';
import { deb } from './dialect.ts';
import { clusterNetwork } from './preseed.ts';

const program = '/usr/local/lib/relevo/ports';
export const portsUnit = 'relevo-ports.service';

/**
 * A machine leads the ports 20000 + slot and 10000 + slot of its address to the instance of that slot, and the published ones to
 * its balancer. The machine's ends of their cables say which: LXD names them so (`host_name`), and they are there exactly
 * while the container runs. LXD's own proxy
 * devices could do the same, but who may make them may have LXD's socket forwarded: controllers shall not be able to.
 * `machineInterface`: by which requests come to the machine.
 */
export function portsFiles(machineInterface: string, dialect: Dialect = deb): ImageFile[] {
  return [
    { target: program, mode: 0o755, content: script(machineInterface) },
    { target: `/etc/systemd/system/${portsUnit}`, mode: 0o644, content: unit(dialect) },
  ];
}

/** On the machine; `port`: on which the service listens. At most 15 characters. */
export function cableName(slot: number, port: number): string {
  return `i${slot}p${port}`;
}

/** Leads this port of the machine to the same port of the balancer. */
export function balancerCableName(slot: number, port: number): string {
  return `b${slot}p${port}`;
}

const unit = (dialect: Dialect) => `[Unit]
Description=Relevo: lead this machine's ports to its instances
Before=${dialect.unit}
StartLimitIntervalSec=0

[Service]
ExecStart=${program}
CapabilityBoundingSet=CAP_NET_ADMIN
Restart=always
RestartSec=1s

[Install]
WantedBy=multi-user.target
`;

/** The rules stay where it ends: they are right until an instance starts or stops. Source: nft(8), ip-monitor(8). */
const script = (machineInterface: string) => String.raw`#!/usr/bin/perl
# Leads ports of this machine to its instances. With a directory: prints the rules for the cables in it.
use strict;
use warnings;

my $links = '/sys/class/net';
my $table = 'table ip relevo_ports';

my %own = (22 => 1, ${clusterPort} => 1); # what the machine itself listens on

# Slots' addresses: src/domain/slots.ts. Ports of instances come before those of balancers.
sub rules {
    my ($directory) = @_;
    opendir(my $all, $directory) or die "$directory: $!\n";
    my %leads;
    for (sort readdir($all)) {
        my ($kind, $slot, $port) = /^([bi])([1-9]\d{0,3})p([1-9]\d{0,4})$/ or next;
        my $address = sprintf '198.19.%d.%d', ($slot + 10) / 256, ($slot + 10) % 256;
        $leads{$port} = "$address . $port" if $kind eq 'b' && !$own{$port};
        ($leads{20000 + $slot}, $leads{10000 + $slot}) = ("$address . $port", "$address . ${agentPort}") if $kind eq 'i';
    }
    my $leading = '';
    my $elements = join ', ', map { "$_ : $leads{$_}" } sort { $a <=> $b } keys %leads;
    $leading = <<"END" if %leads;
    map instances { type inet_service : ipv4_addr . inet_service; elements = { $elements }; }
    chain arriving {
        type nat hook prerouting priority dstnat;
        iifname "${machineInterface}" fib daddr type local dnat ip to tcp dport map \@instances;
    }
    chain leaving {
        type nat hook output priority -100;
        ip daddr != 127.0.0.0/8 fib daddr type local dnat ip to tcp dport map \@instances;
    }
END
    # Where the way out carries less than the instances' bridge, nobody may tell those who send to them: their segments fit it.
    return <<"END";
$table
delete $table
$table {
$leading    chain passing {
        type filter hook forward priority mangle;
        iifname "${clusterNetwork}" tcp flags syn tcp option maxseg size set rt mtu;
    }
}
END
}

# An LXD that is killed while it starts a container leaves the cable with both of its ends here. Under that name no other
# could be made, so that the container would never start again. A start that goes well takes a second or two.
my $patience = 5;
my %loose; # since when

sub number {
    my ($file) = @_;
    open(my $handle, '<', $file) or return 0; # it has just gone
    return (<$handle> // 0) + 0;
}

# Numbers of interfaces mean something in their own namespace only: ip tells whether the other end is in another one.
sub is_loose {
    my ($cable, $peers) = @_;
    my ($own, $peer) = map { number("$links/$cable/$_") } ('ifindex', 'iflink');
    return '' unless ($peers->{$peer} // 0) == $own;
    open(my $seen, '-|', 'ip', '-o', 'link', 'show', 'dev', $cable) or die "ip: $!";
    my $line = <$seen> // '';
    return close($seen) && $line !~ /link-netnsid/;
}

sub unplug_loose {
    my %peers = map { number("$_/ifindex") => number("$_/iflink") } glob("$links/*");
    my @cables = map { m{([bi]\d+p\d+|outer\d+)\z} } glob("$links/*");
    my %since = map { $_ => $loose{$_} // time } grep { is_loose($_, \%peers) } @cables;
    for (keys %since) { system('ip', 'link', 'delete', $_) if time - $since{$_} >= $patience; }
    %loose = %since;
}

if (@ARGV) {
    print rules($ARGV[0]);
    exit;
}

open(my $events, '-|', 'ip', '-o', 'monitor', 'link') or die "ip monitor: $!";
my $done = '';
while (1) {
    my $rules = rules($links);
    if ($rules ne $done) {
        open(my $nft, '|-', 'nft', '-f', '-') or die "nft: $!";
        print $nft $rules;
        $done = close($nft) ? $rules : '';
    }
    my $ready = '';
    vec($ready, fileno($events), 1) = 1;
    my $changed = select($ready, undef, undef, 1); # what came before it listened
    unplug_loose();
    next unless $changed;
    sysread($events, my $lines, 65536) or die "ip monitor ended";
}
`;
