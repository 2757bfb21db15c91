import type { ImageFile } from '../domain/desired.ts';
import { agentPort } from '../domain/network.ts';

const program = '/usr/local/lib/relevo/agent';

/** The files of the load agent, for the image of a service with the algorithm `resource`. */
export function agentFiles(): ImageFile[] {
  return [
    { target: program, mode: 0o755, content: agentScript },
    { target: '/etc/systemd/system/relevo-agent.socket', mode: 0o644, content: socketUnit },
    { target: '/etc/systemd/system/relevo-agent.service', mode: 0o644, content: serviceUnit },
  ];
}

/** Enables the agent while the image is built; a line for `sh -e`. */
export const agentStep = 'systemctl enable relevo-agent.socket';

const socketUnit = `[Unit]
Description=Relevo load agent, asked by the balancers

[Socket]
ListenStream=${agentPort}

[Install]
WantedBy=sockets.target
`;

/** It gets one open socket and reads world-readable files, so it may do nothing else. Source: systemd.exec(5). */
const serviceUnit = `[Unit]
Description=Relevo load agent

[Service]
ExecStart=${program}
User=daemon
NoNewPrivileges=yes
CapabilityBoundingSet=
RestrictAddressFamilies=AF_UNIX
TasksMax=2
Restart=always
RestartSec=1s
`;

/**
 * The share of the instance's own CPU that is free, smoothed over about two seconds: what its control group used of
 * the CPUs that it may use, or, if that is worse, the share of time that some process waited for a CPU (others' load on the same
 * machine). /proc/loadavg would tell of the whole host. Never below a tenth: a busy server keeps some of the traffic, or
 * all of it would swing from one server to the other. It reads nothing from who asks, and answers nothing but a number,
 * so it can't force a server up or down. In Perl, because Debian and Ubuntu have `perl-base` on every system.
 */
const agentScript = `#!/usr/bin/perl
# How much of this instance's CPU is free, as a percentage, to whoever connects: an agent for HAProxy's agent-check.
use strict;
use warnings;

my $cgroup = $ENV{RELEVO_CGROUP} // '/sys/fs/cgroup';
my $least = 10;
$SIG{PIPE} = 'IGNORE';
$| = 1;
open(my $door, '+<&=', 3) or die "systemd gave no socket: $!\\n";

sub content {
    my ($path) = @_;
    open(my $file, '<', $path) or return '';
    local $/;
    return <$file> // '';
}

# Seconds since the boot.
sub now { return (split ' ', content('/proc/uptime'))[0] }

# CPU seconds that all processes of this instance have used; undefined where the kernel does not tell, or not now.
sub used {
    return $1 / 1e6 if content("$cgroup/cpu.stat") =~ /^usage_usec (\\d+)/m;
    return $1 / 1e9 if content("$cgroup/cpuacct/cpuacct.usage") =~ /^(\\d+)/;
    return undef;
}

# Seconds in which some process waited for a CPU.
sub waited { return content("$cgroup/cpu.pressure") =~ /^some .*total=(\\d+)/m ? $1 / 1e6 : 0 }

# CPUs that this instance may use, a fraction where it has a quota.
sub cpus {
    my $count = 0;
    my ($list) = content('/proc/self/status') =~ /^Cpus_allowed_list:\\s*(\\S+)/m;
    for my $range (split /,/, $list // '0') {
        my ($first, $last) = split /-/, $range;
        $count += ($last // $first) - $first + 1;
    }
    my ($quota, $period) = content("$cgroup/cpu.max") =~ /^(\\d+) (\\d+)/;
    return defined $quota && $quota / $period < $count ? $quota / $period : $count;
}

warn "no control group tells the CPU time used: always 100%\\n" unless defined used();
my ($time, $used, $waited, $free) = (now(), used(), waited(), 100);

sub measure {
    my $elapsed = now() - $time;
    return if $elapsed < 0.9;
    my ($used_now, $waited_now) = (used(), waited());
    return unless defined $used_now;
    $used //= $used_now;
    my ($busy, $waiting) = (($used_now - $used) / $elapsed / cpus(), ($waited_now - $waited) / $elapsed);
    my $load = $busy > $waiting ? $busy : $waiting;
    $load = $load < 0 ? 0 : $load > 1 ? 1 : $load;
    $free = ($free + 100 * (1 - $load)) / 2;
    ($time, $used, $waited) = (now(), $used_now, $waited_now);
}

while (1) {
    my $ready = '';
    vec($ready, 3, 1) = 1;
    my $count = select($ready, undef, undef, 1);
    measure();
    next unless $count > 0 && accept(my $peer, $door);
    syswrite($peer, sprintf("%d%%\\n", $free < $least ? $least : $free + 0.5));
    close($peer);
}
`;
