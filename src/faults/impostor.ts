import { removal } from './cut.ts';
import { containerFunctions, containerValues, type Effect } from './fault.ts';
import type { InstanceTarget } from './target.ts';

/** Bound to a port that is free, which it tells. In Perl, because Debian and Ubuntu have `perl-base` on every system. */
const listen = String.raw`
use strict;
use warnings;
use Socket;
socket(my $door, PF_INET, SOCK_STREAM, 0) or die "$!\n";
bind($door, pack_sockaddr_in(0, INADDR_ANY)) && listen($door, 1024) or die "$!\n";
$| = 1;
print((unpack_sockaddr_in(getsockname $door))[0], "\n");
`;

const inject = String.raw`${containerFunctions}
pid=$(init)
printf %s "$program" > program
systemd-run --quiet --collect --unit="relevo-fault-$id-server" --property=RuntimeMaxSec="$((seconds + 5))" \
  --property=StandardInput="file:$PWD/program" --property=StandardOutput="file:$PWD/port" \
  --property=StandardError=journal -- \
  nsenter --target "$pid" --net setpriv --reuid=65534 --regid=65534 --clear-groups perl -
for _ in $(seq 100); do [ ! -s port ] || break; sleep 0.02; done
online nft -f - << end
table ip relevo_fault_$id {
  chain fresh { type nat hook prerouting priority -160; tcp dport { $ports } redirect to :$(cat port); }
  chain before { type filter hook input priority -160; tcp dport { $ports } $verdict; }
}
end`;

const heal = `${containerFunctions}
! systemctl -q is-active "relevo-fault-$id-server" || systemctl stop "relevo-fault-$id-server"
runs || exit 0
online nft "${removal}"`;

/**
 * Another server answers in the service's place: new connections are led to it, on the instance's own network. `program`:
 * Perl, with `$door` listening. `verdict`: what becomes of packets on connections that were open before, nftables'.
 */
export function impostor(target: InstanceTarget, program: string, verdict: string): Effect[] {
  const values = {
    ...containerValues(target),
    ports: [target.port, ...target.further].join(),
    program: listen + program,
    verdict,
  };
  return [{ kind: 'script', machine: target.machine, inject, heal, values }];
}
