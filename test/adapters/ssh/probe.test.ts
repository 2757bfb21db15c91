import { describe, expect, it } from 'vitest';
import { listen, type ProbedHost, probePassages } from '../../../src/adapters/ssh/probe.ts';
import type { Exec } from '../../../src/adapters/ssh/remote.ts';

const hosts: ProbedHost[] = ['alfa', 'beta'].map((name, index) => ({
  name,
  address: `192.0.2.${11 + index}`,
  mtu: 1500,
}));

/** Listeners of `beta` break off while others ask. */
function exec(name: string): Exec {
  return async ([, , script], { onLine } = {}) => {
    if (script === listen) {
      onLine?.('up', 'stdout');
      if (name === 'beta') throw new Error('the connection broke off');
      return { code: 0, stdout: '', stderr: '', whole: true };
    }
    await new Promise((done) => setTimeout(done, 20));
    return { code: 0, stdout: '', stderr: '', whole: true };
  };
}

describe('what hosts ask of one another', () => {
  it('ends where one that listens breaks off meanwhile: nothing came through to it, and nobody fails', async () => {
    const passages = await probePassages(hosts, exec);
    expect(passages.map(({ from, to, large }) => [from, to, large])).toEqual([
      ['alfa', 'beta', 'silent'],
      ['beta', 'alfa', 'silent'],
    ]);
  });
});
