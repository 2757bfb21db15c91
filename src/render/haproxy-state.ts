import type { ImageFile } from '../domain/desired.ts';
import { adminSocket, configFile, serverStateFile } from './haproxy-global.ts';

const program = '/usr/local/lib/relevo/haproxy-state';
/** What the running HAProxy was started or last reloaded with. */
const loadedFile = `${configFile}.loaded`;

/**
 * For HAProxy's unit: every reload, also by hand, carries over what HAProxy knows of its servers. A start knows nothing: all
 * begin UP, since a request that meets a dead one is sent elsewhere, and who is DOWN by a mistake of the past serves nobody.
 */
export const stateOnReload = `ExecStartPre=-${program} start
ExecReload=
ExecReload=/usr/sbin/haproxy -Ws -f $CONFIG -c -q $EXTRAOPTS
ExecReload=${program} reload
ExecReload=/bin/kill -USR2 $MAINPID`;

export function stateProgram(): ImageFile {
  return { target: program, mode: 0o755, content: script };
}

/**
 * awk; reads the configuration that runs, the one to come, and `show servers state`. Kept is what is said of servers whose
 * lines stay as they are: HAProxy would take ports, TLS and more of the others from the state as they were before. A server that
 * was not there, or elsewhere, enters DOWN, and its check lets it in; one that HAProxy was told at runtime where it is now stays as it is. One that has no check of its own follows another, or is
 * always UP. Source: HAProxy's configuration manual, "server-state-file"; management guide, 9.3, "show servers state".
 */
export const stateFilter = String.raw`FNR == 1 { file++; defaults = "" }
file < 3 && /^[^ \t#]/ { section = $1; name = $2; common = section == "defaults" ? "" : defaults; next }
file < 3 && $1 == "default-server" { if (section == "defaults") defaults = defaults "\n" $0; common = common "\n" $0 }
file < 3 && $1 == "server" && section == "backend" {
  id = name " " $2
  lines[file, id] = common "\n" $0
  places[file, id] = $3
  rest = $0
  sub(/^[ \t]*server [^ \t]+ [^ \t]+/, "", rest)
  rests[file, id] = common "\n" rest
  if (file == 2) order[++servers] = id
}
file < 3 { next }
!/^[0-9]+ / { print; next }
{ id = $2 " " $4; known[id] = 1 }
{ moved = rests[1, id] == rests[2, id] && $5 ":" $19 == places[2, id] }
(lines[1, id] == lines[2, id] || moved) && lines[1, id] !~ / track / { kept[id] = 1; print }
END {
  for (at = 1; at <= servers; at++) {
    id = order[at]
    line = lines[2, id] " "
    if (id in kept || (id in known && places[1, id] == places[2, id]) || line ~ / no-check /) continue
    split(id, names, " ")
    host = places[2, id]; sub(/:[0-9]*$/, "", host)
    port = places[2, id]; sub(/^.*:/, "", port)
    weight = match(line, / weight [0-9]+/) ? substr(line, RSTART + 8, RLENGTH - 8) : 1
    print 1, names[1], at, names[2], host, 0, 0, weight, weight, 0, 8, 2, 0, 6, (line ~ / agent-check / ? 6 : 0), 0, 0, "-", port, "-", (line ~ / ssl /), 0, "-", "-", 0
  }
}`;

const script = `#!/bin/sh
# Before HAProxy is started or reloaded: what it will believe of its servers.
set -e
umask 077
next=${serverStateFile}.next
if [ "$1" = reload ] && [ -s ${loadedFile} ] && echo 'show servers state' | socat -t5 STDIO UNIX-CONNECT:${adminSocket} > $next.now && [ -s $next.now ]; then
  awk '${stateFilter}' ${loadedFile} ${configFile} $next.now > $next
  mv $next ${serverStateFile}
else
  : > ${serverStateFile} # in place: a full disk has room for that
fi
cp ${configFile} ${loadedFile}.next
mv ${loadedFile}.next ${loadedFile}
`;
