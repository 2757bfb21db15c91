import type { ImageFile } from '../domain/desired.ts';
import type { Dialect } from '../domain/dialect.ts';
import { clusterPort } from '../domain/network.ts';
import { deb } from './dialect.ts';

const program = '/usr/local/lib/relevo/membership';
export const membershipUnit = 'relevo-membership.service';

/**
 * A host that was given up may be back: it was only cut off, and its balancer still holds the address that others have by now.
 * Its LXD knows nothing of it, since it hears of no database any more. So each host asks the other members whether they still
 * trust it; where all that answer say no, three times in a row, it kills the project's containers, and goes on doing so. Silence
 * is no answer. `record`: the file that tells the project and the hosts' addresses.
 */
export function membershipFiles(record: string, dialect: Dialect = deb): ImageFile[] {
  return [
    { target: program, mode: 0o755, content: script(record, dialect) },
    { target: `/etc/systemd/system/${membershipUnit}`, mode: 0o644, content: unit },
  ];
}

const unit = `[Unit]
Description=Relevo: end the project's containers where the cluster no longer knows this host
After=network.target
StartLimitIntervalSec=0

[Service]
ExecStart=${program}
RuntimeDirectory=relevo-membership
RuntimeDirectoryMode=0700
Restart=always
RestartSec=5s

[Install]
WantedBy=multi-user.target
`;

/**
 * Prints LXD's answer about this host. With the certificate that members show one another: who is none is answered as a stranger. Source:
 * lxc(1), openssl-s_client(1), LXD's doc/rest-api.md.
 */
const questions = {
  client: ({ client, protocol }: Dialect) => `mkdir -p $home/servercerts
  cp $lxd/server.crt $home/client.crt && cp $lxd/server.key $home/client.key && cp $lxd/cluster.crt $home/servercerts/other.crt || return
  printf 'remotes: {other: {addr: "https://%s:${clusterPort}", auth_type: tls, protocol: ${protocol}, public: false}}\\n' "$1" > $home/config.yml
  timeout 5 ${client} query other:/1.0 2>/dev/null`,
  openssl: () => `printf 'GET /1.0 HTTP/1.0\\r\\nHost: lxd\\r\\n\\r\\n' |
    timeout 5 openssl s_client -quiet -verify_return_error -CAfile $lxd/cluster.crt -cert $lxd/server.crt -key $lxd/server.key -connect "$1:${clusterPort}" 2>/dev/null`,
};

const script = (record: string, dialect: Dialect) => `#!/bin/sh
# Kills the project's containers where no other member of the LXD cluster knows this host any more.
home=/run/relevo-membership
lxd=${dialect.directory}
export LXD_CONF=$home

# What the member at this address takes this host for: trusted, untrusted, or nothing where it does not answer.
ask() {
  ${questions[dialect.readsConfiguration ? 'client' : 'openssl'](dialect)} | sed -n 's/^.*"auth": *"\\([a-z]*\\)".*/\\1/p'
}

others() {
  own=$(ip -4 -o address | sed 's/.* inet \\([0-9.]*\\).*/\\1/')
  sed -n 's/^ *"address": "\\([0-9.]*\\)".*/\\1/p' ${record} | grep -vxF "$own"
}

end_all() {
  project=$(sed -n 's/^ *"project": "\\([a-z0-9-]*\\)".*/\\1/p' ${record})
  [ -n "$project" ] || return
  pgrep -f "^\\[lxc monitor\\] [^ ]* \${project}_" | while read -r monitor; do pkill -KILL -P "$monitor" && echo "killed the container of monitor $monitor: this host is no member any more"; done
}

refusals=0
while :; do
  answers=
  [ ! -e $lxd/cluster.crt ] || [ ! -e ${record} ] || for each in $(others); do
    answers="$answers $(ask "$each")"
    case $answers in *' trusted'*) break ;; esac
  done
  case $answers in
    *' trusted'*) refusals=0 ;;
    *untrusted*) refusals=$((refusals + 1)) ;;
  esac
  [ $refusals -lt 3 ] || end_all
  [ $refusals -eq 0 ] && sleep 5 || sleep 1
done
`;
