import type { ImageFile } from '../domain/desired.ts';
import { adminSocket, masterSocket } from './haproxy-global.ts';
import { keepalivedConfigFile, outerInterface, watchUnit } from './keepalived.ts';

const program = '/usr/local/lib/relevo/watch';
const fence = '/usr/local/lib/relevo/fence';

/**
 * Two failures that leave a balancer's kernel answering for what no longer works. A HAProxy that hangs keeps its listening
 * sockets and keepalived its address: the watch kills HAProxy, and systemd goes on as after any death of it. A container
 * whose processes are frozen keeps the address in its kernel, which answers ARP and takes connections beside the new
 * holder: the fence lets it do so only while the watch runs.
 */
export function watchFiles(): ImageFile[] {
  return [
    { target: program, mode: 0o755, content: script },
    { target: fence, mode: 0o755, content: fenceScript },
    { target: `/etc/systemd/system/${watchUnit}`, mode: 0o644, content: unit },
  ];
}

/** Without the watch there is no fence. */
const unit = `[Unit]
Description=Relevo: kill a HAProxy that hangs, and answer for the shared address only while processes run
BindsTo=haproxy.service
After=haproxy.service
StartLimitIntervalSec=0

[Service]
ExecStartPre=-${fence}
ExecStart=${program}
ExecStopPost=-/usr/sbin/nft "table netdev relevo_fence; delete table netdev relevo_fence"
Restart=always
RestartSec=100ms
`;

/**
 * A datagram of the watch to the discard port of loopback renews the elements of the set: IPv4, ARP, IPv6. nft 1.0 has no name for the
 * address that an IPv6 neighbour asks for. Source: nft(8), "SET STATEMENT"; RFC 4861, 4.3.
 */
const fenceScript = `#!/bin/sh
set -e
[ -e ${keepalivedConfigFile} ] || exit 0
vip=$(sed -n '/virtual_ipaddress {/,/}/s|^ *\\([0-9.]*\\)/.*|\\1|p' ${keepalivedConfigFile})
vip6=$(sed -n '/virtual_ipaddress_excluded {/,/}/s|^ *\\([0-9A-Fa-f:]*\\)/.*|\\1|p' ${keepalivedConfigFile})
[ -z "$vip6" ] || wanted=$(perl -MSocket=AF_INET6,inet_pton -e 'print unpack "H*", inet_pton(AF_INET6, $ARGV[0])' "$vip6")
nft -f - <<END
table netdev relevo_fence
delete table netdev relevo_fence
table netdev relevo_fence {
  set alive { type ether_type; flags dynamic, timeout; timeout 3s; elements = { 0x0800, 0x0806, 0x86dd }; }
  chain beat {
    type filter hook ingress device lo priority 0
    ip daddr 127.0.0.1 udp dport 9 update @alive { 0x0800 } update @alive { 0x0806 } update @alive { 0x86dd } drop
  }
  chain guard {
    type filter hook ingress device ${outerInterface} priority 0
    arp daddr ip $vip meta protocol != @alive drop
    ip daddr $vip meta protocol != @alive drop
    \${vip6:+icmpv6 type nd-neighbor-solicit @th,64,128 0x$wanted meta protocol != @alive drop}
    \${vip6:+ip6 daddr $vip6 meta protocol != @alive drop}
  }
}
END
`;

/**
 * One late answer is none: after a freeze, the watch sees its own lateness first. The master answers late while it reads a
 * big configuration, and users need it only for reloads. In Perl, since a shell would start processes for every question.
 */
const script = String.raw`#!/usr/bin/perl
# Kills a HAProxy that does not answer, so that systemd starts it again; renews the fence while it answers.
use strict;
use warnings;
use Socket;
use Fcntl;

my ($every, $patience, $most, $most_of_master) = (0.5, 1, 2, 20);
$SIG{PIPE} = 'IGNORE';
socket(my $loopback, PF_INET, SOCK_DGRAM, 0) or die "socket: $!";
my $discard = pack_sockaddr_in(9, INADDR_LOOPBACK);

# True as soon as anything comes back.
sub answers {
    my ($path, $question) = @_;
    socket(my $socket, PF_UNIX, SOCK_STREAM, 0) or return 0;
    fcntl($socket, F_SETFL, O_NONBLOCK);
    if (!connect($socket, pack_sockaddr_un($path)) || !syswrite($socket, $question)) {
        select(undef, undef, undef, $patience);
        return 0;
    }
    my $ready = '';
    vec($ready, fileno($socket), 1) = 1;
    select($ready, undef, undef, $patience) or return 0;
    return 1 if sysread($socket, my $answer, 4096);
    select(undef, undef, undef, $patience); # closed without a word
    return 0;
}

sub kill_it {
    my ($socket) = @_;
    print STDERR "HAProxy does not answer on $socket: it is killed\n";
    system('timeout', '5', 'systemctl', 'kill', '--signal=KILL', 'haproxy.service');
}

my ($misses, $misses_of_master) = (0, 0);
while (1) {
    if (!answers('${adminSocket}', "show version\n")) {
        next if ++$misses < $most;
        kill_it('${adminSocket}');
    }
    $misses = 0;
    send($loopback, '', 0, $discard);
    $misses_of_master = answers('${masterSocket}', "show proc\n") ? 0 : $misses_of_master + 1;
    if ($misses_of_master == $most_of_master) {
        kill_it('${masterSocket}');
        $misses_of_master = 0;
    }
    select(undef, undef, undef, $every);
}
`;
