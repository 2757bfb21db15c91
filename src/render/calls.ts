import type { ImageFile } from '../domain/desired.ts';
import type { Dialect } from '../domain/dialect.ts';
import { callsPort, clusterPort } from '../domain/network.ts';
import { instanceNetwork } from '../domain/slots.ts';
import { deb } from './dialect.ts';
import { clusterNetwork, machineDirectory } from './preseed.ts';

const program = '/usr/local/lib/relevo/calls';
export const callsUnit = 'relevo-calls.service';

/** Every name under `.internal` leads here: to the bridge of the machine that the caller is on. */
const [callsAddress = ''] = instanceNetwork.split('/');

/**
 * Instances call services as `http://NAME.internal`. The kernel of their machine leads these calls to a balancer that answers:
 * the machine's own where there is one, else another machine's, whose `relevo-ports` leads on. Which one is found out here,
 * by a connection to it four times a second; nothing of ours is in the way of a call. Only members of the cluster get in.
 * `machineInterface`: by which requests of other machines come.
 */
export function callsFiles(machineInterface: string, dialect: Dialect = deb): ImageFile[] {
  return [
    { target: program, mode: 0o755, content: script(machineInterface, dialect) },
    { target: `/etc/systemd/system/${callsUnit}`, mode: 0o644, content: unit },
  ];
}

/** For the bridge's dnsmasq; it answers for the names, so that they are asked of nobody else. Source: dnsmasq(8). */
export const callsNames = `local=/internal/\naddress=/internal/${callsAddress}`;

const unit = `[Unit]
Description=Relevo: lead calls of services to a balancer that answers
After=network.target
StartLimitIntervalSec=0

[Service]
ExecStart=${program}
CapabilityBoundingSet=CAP_NET_ADMIN
Restart=always
RestartSec=1s

[Install]
WantedBy=multi-user.target
`;

/**
 * The rules stay where it ends. A SYN that is repeated would follow the first one to a balancer that is gone, and so would
 * connections that are kept: the kernel forgets them. Source: nft(8), conntrack(8), LXD's doc/rest-api.yaml.
 */
const script = (machineInterface: string, { directory }: Dialect) => String.raw`#!/usr/bin/perl
# Leads calls of this machine's instances (http://NAME.internal) to a balancer that answers. With a directory and addresses:
# prints the rules for the cables in it, the first address as the balancer, all of them as members.
use strict;
use warnings;
use Socket;
use Errno qw(EINPROGRESS);
use Fcntl;
use POSIX ':sys_wait_h';

my ($bridge, $name, $port) = ('${clusterNetwork}', '${callsAddress}', ${callsPort});
my ($links, $file, $lxd) = ('/sys/class/net', '${machineDirectory}/members', '${directory}/unix.socket');
# seconds; one silence may be chance
my ($every, $patience, $most, $linger) = (0.25, 0.25, 2, 3);
my $table = 'table ip relevo_calls';

# Where no balancer is known, nothing is answered: what else may listen on the machine is not meant.
sub rules {
    my ($own, $balancer, @members) = @_;
    my $leads = $balancer ? "iifname \"$bridge\" ip daddr $name tcp dport 80 dnat to $balancer:$port" : '';
    my $strangers = $own && @members ? 'ip saddr != { ' . join(', ', @members) . ' }' : '';
    return <<"END";
$table
delete $table
$table {
    chain arriving {
        type nat hook prerouting priority dstnat;
        $leads
    }
    chain members {
        type filter hook prerouting priority raw;
        iifname "${machineInterface}" tcp dport $port $strangers drop
    }
    chain nowhere {
        type filter hook input priority 0;
        iifname "$bridge" ip daddr $name tcp dport 80 drop
    }
    chain back {
        type nat hook postrouting priority srcnat;
        iifname "$bridge" oifname "$bridge" ct original ip daddr $name masquerade
    }
}
END
}

# The address of this machine's own balancer. Slots' addresses: src/domain/slots.ts.
sub own {
    my ($directory) = @_;
    my ($slot) = map { m{/b([1-9]\d{0,3})p$port\z} } glob("$directory/b*") or return;
    return sprintf '198.19.%d.%d', ($slot + 10) / 256, ($slot + 10) % 256;
}

# LXD is asked only while it runs: its socket would start it.
sub runs {
    local @ARGV = grep { -r } ('/proc/net/tcp', '/proc/net/tcp6');
    my $listens = sprintf ':%04X \S+ 0A ', ${clusterPort};
    return scalar grep { /$listens/ } <>;
}

sub members {
    my $answer = eval {
        local $SIG{ALRM} = sub { die "LXD is silent\n" };
        alarm 10;
        socket(my $socket, PF_UNIX, SOCK_STREAM, 0) or die "socket: $!\n";
        connect($socket, pack_sockaddr_un($lxd)) or die "$lxd: $!\n";
        syswrite($socket, "GET /1.0/cluster/members?recursion=1 HTTP/1.0\r\nHost: lxd\r\n\r\n");
        my $text = '';
        1 while sysread($socket, $text, 65536, length $text);
        alarm 0;
        $text;
    };
    alarm 0;
    return sort(($answer // '') =~ m{"url":\s*"https://([\d.]+):${clusterPort}"}g);
}

# Beside what must not wait: writes down who belongs to the cluster, for as long as LXD does not say it.
sub keep_members {
    my $written = join "\n", known();
    while (getppid() == $_[0]) {
        my $now = join "\n", runs() ? members() : ();
        if ($now ne '' && $now ne $written) {
            open(my $next, '>', "$file.next") or die "$file: $!";
            print $next "$now\n";
            close($next) && rename("$file.next", $file) or die "$file: $!";
            $written = $now;
        }
        select(undef, undef, undef, 5);
    }
    exit;
}

sub known {
    open(my $handle, '<', $file) or return;
    return grep { /^[\d.]+\z/ } map { s/\s//gr } <$handle>;
}

# Those of them at which a balancer takes a connection, all asked at once.
sub answering {
    my %asked;
    for my $address (@_) {
        socket(my $socket, PF_INET, SOCK_STREAM, 0) or next;
        next if $address !~ /^198\.19\./ && bind($socket, pack_sockaddr_in(0, inet_aton($address))); # this machine itself
        fcntl($socket, F_SETFL, O_NONBLOCK);
        $asked{$address} = $socket if connect($socket, pack_sockaddr_in($port, inet_aton($address))) || $! == EINPROGRESS;
    }
    my ($left, %good) = ($patience);
    while (%asked && $left > 0) {
        my $ready = '';
        vec($ready, fileno($_), 1) = 1 for values %asked;
        (my $found, $left) = select(undef, $ready, undef, $left);
        last if $found <= 0;
        for my $address (grep { vec($ready, fileno($asked{$_}), 1) } keys %asked) {
            $good{$address} = 1 if unpack('i', getsockopt($asked{$address}, SOL_SOCKET, SO_ERROR)) == 0;
            delete $asked{$address};
        }
    }
    return grep { $good{$_} } @_;
}

sub forget {
    my ($balancer, @state) = @_;
    open(my $said, '-|', "conntrack -D -p tcp --orig-dst $name --orig-port-dst 80 --reply-src $balancer @state 2>&1") or return;
    my @lines = <$said>;
    close($said); # it fails where there was none
    die "conntrack: @lines" if $? >> 8 == 127;
}

sub load_rules {
    my ($text) = @_;
    open(my $nft, '|-', 'nft', '-f', '-') or die "nft: $!";
    print $nft $text;
    return close($nft);
}

if (@ARGV) {
    my ($directory, @members) = @ARGV;
    my $own = own($directory);
    print rules($own, $own // $members[0], @members);
    exit;
}

my $self = $$;
my $keeper = fork // die "fork: $!";
keep_members($self) unless $keeper;

my ($target, $done, $misses, $seen_own, %gone) = ('', '', 0, 0);
while (1) {
    die "who keeps the members has ended\n" if waitpid($keeper, WNOHANG);
    my ($own, @members) = (own($links) // '', known());
    if (() = glob("$links/i*")) { # somebody who may call
        my @first = grep { $_ ne '' } $own eq $target ? $own : ($target, $own);
        my %good = map { $_ => 1 } answering(@first);
        $misses = $good{$target} ? 0 : $misses + 1;
        $misses = $most if $target =~ /^198\.19\./ && $target ne $own; # its container is gone
        $seen_own = $good{$own} ? $seen_own + 1 : 0;
        my $next = $target;
        # its own one again only when it has answered for some seconds
        $next = $own if $own ne $target && $seen_own > ($good{$target} ? 12 : 0);
        ($next) = (grep({ $good{$_} } @first), answering(grep { $_ ne $target } @members), $target) if $next eq $target && $misses >= $most;
        if ($next ne $target) {
            $gone{$target} = time + $linger if $target ne '' && !$good{$target};
            delete $gone{$next};
            ($target, $misses) = ($next, 0);
        }
    }
    my $rules = rules($own, $target, @members);
    if ($rules ne $done) {
        $done = load_rules($rules) ? $rules : '';
        forget($_, '--state', 'SYN_SENT') for keys %gone;
    }
    # what is in flight on one that hands over gets its time
    for (grep { time > $gone{$_} } keys %gone) {
        forget($_) unless answering($_);
        delete $gone{$_};
    }
    select(undef, undef, undef, $every);
}
`;
