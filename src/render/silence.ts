import type { ImageFile } from '../domain/desired.ts';

const file = '/etc/haproxy/relevo/silence.nft';
const table = 'inet relevo_silence';

/**
 * While HAProxy does not run, a SYN to these ports is not refused but left alone: clients' systems ask again by themselves,
 * and HAProxy is there again by then, or the other balancer has the address.
 */
export function silenceFile(ports: readonly number[]): ImageFile {
  const content = `table ${table}
delete table ${table}
table ${table} {
  chain input {
    type filter hook input priority 0;
    tcp dport { ${ports.join(', ')} } tcp flags & (syn | ack) == syn drop
  }
}
`;
  return { target: file, mode: 0o644, content };
}

/** For HAProxy's unit, which tells systemd when it listens; it may not fail for this. Source: systemd.service(5). */
export const silenceWhileStopped = `ExecStopPost=-/usr/sbin/nft -f ${file}
ExecStartPost=-/usr/sbin/nft "table ${table}; delete table ${table}"`;
