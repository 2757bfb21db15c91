import type { ImageFile } from '../domain/desired.ts';

const file = '/etc/haproxy/relevo/silence.nft';

/**
 * Where nobody listens on these ports, a SYN is not refused but left alone: while HAProxy starts again, or the other balancer
 * takes the address, clients' systems ask again by themselves, and no connection fails. Source: nft(8), "socket expression".
 */
export function silenceFile(ports: readonly number[]): ImageFile {
  const begins = `tcp dport { ${ports.join(', ')} } tcp flags & (syn | ack) == syn`;
  const content = `table ip relevo_silence
delete table ip relevo_silence
table ip relevo_silence {
  chain input {
    type filter hook input priority 0;
    ${begins} socket wildcard { 0, 1 } accept
    ${begins} drop
  }
}
`;
  return { target: file, mode: 0o644, content };
}

/** Where the kernel can't tell who listens (it lacks nft_socket), connections are refused as ever. */
export const silence: readonly string[] = ['sh', '-c', `nft -f ${file} || echo 'the kernel lacks nft_socket' >&2`];

/** The same at each start of HAProxy, as a line for its unit. */
export const silenceAtStart = `ExecStartPre=-/usr/sbin/nft -f ${file}`;
