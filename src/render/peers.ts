import type { ImageFile } from '../domain/desired.ts';
import { clusterPort } from '../domain/network.ts';

const program = '/usr/local/lib/relevo/peers';
export const peersUnit = 'relevo-peers.service';

/**
 * A machine that is powered off says nothing, and the other members' LXD waits for it: up to 30 s without a leader of
 * its database (LXD 5.0.2). So each machine looks whether those with which its LXD has connections still answer, and
 * cuts the connections to one that is silent; as long as it is, new ones are refused at once.
 */
export function peersFiles(): ImageFile[] {
  return [
    { target: program, mode: 0o755, content: script },
    { target: `/etc/systemd/system/${peersUnit}`, mode: 0o644, content: unit },
  ];
}

const unit = `[Unit]
Description=Relevo: cut the connections to members that are silent
After=network.target
StartLimitIntervalSec=0

[Service]
ExecStart=${program}
ExecStopPost=-nft delete table ip relevo_peers
CapabilityBoundingSet=CAP_NET_ADMIN
Restart=always
RestartSec=1s

[Install]
WantedBy=multi-user.target
`;

/**
 * A connection that is refused is an answer: the machine lives. In Perl, because Debian and Ubuntu have `perl-base` on
 * every system. Source: ss(8), nft(8).
 */
const script = String.raw`#!/usr/bin/perl
# Cuts the TCP connections to other members of the LXD cluster that do not answer any more.
use strict;
use warnings;
use Socket;
use Errno qw(EINPROGRESS);
use Fcntl;

# Nobody listens on port 1: the kernel refuses, and LXD need not begin TLS with us each time.
my $closed = 1;
my ($port, $every, $again, $patience, $most) = (${clusterPort}, 0.25, 0.05, 0.25, 3);
my ($turn, @known, %misses, %cut) = (0);
system('nft delete table ip relevo_peers 2>/dev/null');

# Whom LXD speaks to, or tries to.
sub peers {
    my %found;
    open(my $ss, '-|', 'ss', '-Htn', 'state', 'connected') or return ();
    while (<$ss>) {
        my (undef, undef, undef, $own, $peer) = split;
        my ($from, $from_port) = $own =~ /^\[?(?:::ffff:)?([\d.]+)\]?:(\d+)$/ or next;
        my ($to, $to_port) = $peer =~ /^\[?(?:::ffff:)?([\d.]+)\]?:(\d+)$/ or next;
        $found{$to} = 1 if $to_port == $port && $to ne $from;
    }
    return keys %found;
}

# True unless nothing at all comes back in time.
sub alive {
    my ($address) = @_;
    # a firewall may swallow what goes to the first
    return answers($address, $closed, 0.4 * $patience) || answers($address, $port, 0.6 * $patience);
}

sub answers {
    my ($address, $port, $patience) = @_;
    socket(my $socket, PF_INET, SOCK_STREAM, getprotobyname('tcp') || 6) or return 1;
    setsockopt($socket, SOL_SOCKET, 36, pack('i', 51)); # SO_MARK: not subject to our own rule
    fcntl($socket, F_SETFL, O_NONBLOCK);
    return 1 if connect($socket, pack_sockaddr_in($port, inet_aton($address)));
    return $!{ECONNREFUSED} || 0 unless $! == EINPROGRESS;
    my $ready = '';
    vec($ready, fileno($socket), 1) = 1;
    return 0 unless select(undef, $ready, undef, $patience);
    my $error = unpack('i', getsockopt($socket, SOL_SOCKET, SO_ERROR));
    local $! = $error;
    return $error == 0 || $!{ECONNREFUSED} ? 1 : 0;
}

sub rules {
    return system('nft delete table ip relevo_peers 2>/dev/null') unless %cut;
    my $rules = join '; ', map { "ip daddr $_ tcp dport $port mark != 51 reject with tcp reset" } sort keys %cut;
    open(my $nft, '|-', 'nft', '-f', '-') or return;
    print $nft "table ip relevo_peers\ndelete table ip relevo_peers\n";
    print $nft "table ip relevo_peers { chain out { type filter hook output priority 0; $rules; }; }\n";
    close($nft);
}

while (1) {
    @known = peers() if $turn++ % 4 == 0; # that costs a process
    my %seen = map { $_ => 1 } (@known, keys %cut);
    delete $misses{$_} for grep { !$seen{$_} } keys %misses;
    for my $peer (keys %seen) {
        if (alive($peer)) {
            $misses{$peer} = 0;
            rules() if delete $cut{$peer};
        } elsif (++$misses{$peer} == $most) {
            print STDERR "$peer is silent\n";
            $cut{$peer} = 1;
            rules();
            system("ss -K dst $peer '( dport = :$port or sport = :$port )' > /dev/null 2>&1"); # digits and dots only
        }
    }
    select(undef, undef, undef, (grep { $_ > 0 && $_ < $most } values %misses) ? $again : $every);
}
`;
