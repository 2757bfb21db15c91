import { describe, expect, it } from 'vitest';
import { isHeard } from '../../src/adapters/haproxy/local.ts';

/** As ss of iproute2 6.1 prints two connections, shortened. */
const connections = (received: string, age: number) => `ESTAB 0 0 198.19.0.1:46522 198.19.0.11:80
\t bbr wscale:10,10 rto:200 ${received} segs_out:3 lastsnd:1016 lastrcv:${age} lastack:1016
ESTAB 0 0 198.19.0.1:46536 198.19.0.11:80
\t bbr wscale:10,10 rto:200 segs_out:2 lastsnd:16 lastrcv:16 lastack:16
`;

describe('a server is heard', () => {
  it('where something came over one of its connections just now', () => {
    expect(isHeard(connections('bytes_received:5', 900), 1000)).toBe(true);
    expect(isHeard(connections('bytes_received:5', 1100), 1000)).toBe(false);
  });

  it('not by a connection that it took and says nothing on', () => {
    expect(isHeard(connections('', 900), 1000)).toBe(false);
  });
});
