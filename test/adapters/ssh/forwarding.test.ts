import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { allowInDocker, dockerDropIn, leaveDocker, whoDrops } from '../../../src/adapters/ssh/forwarding.ts';
import { undoArgv, undoMemberArgv } from '../../../src/adapters/ssh/undo.ts';
import { deb } from '../../../src/render/dialect.ts';

const directory = mkdtempSync(join(tmpdir(), 'rlv-forward-'));
afterAll(() => rmSync(directory, { recursive: true }));

interface Host {
  /** What `iptables -S` prints; absent: there is no such program. */
  readonly iptables?: string;
  /** What `nft list table ip filter` prints. */
  readonly nft?: string;
  readonly docker?: boolean;
  readonly ufw?: boolean;
}

function asked({ iptables, nft = '', docker = false, ufw = false }: Host): string {
  const print = (text: string) => `cat <<'END'\n${text}\nEND`;
  const hasChain = `[ "$2" != DOCKER-USER ] || { ${iptables?.includes('-N DOCKER-USER') === true}; exit; }`;
  const programs = {
    iptables: iptables === undefined ? 'exit 127' : `${hasChain}\n${print(iptables)}`,
    nft: print(nft),
    systemctl: `${docker}`,
    ufw: `echo 'Status: ${ufw ? 'active' : 'inactive'}'`,
  };
  for (const [name, text] of Object.entries(programs))
    writeFileSync(join(directory, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  const { stdout } = spawnSync('sh', ['-c', whoDrops], {
    env: { PATH: `${directory}:/usr/bin:/bin` },
    encoding: 'utf8',
  });
  return stdout.trim();
}

const dropping = '-P INPUT ACCEPT\n-P FORWARD DROP\n-P OUTPUT ACCEPT';
const docker = `${dropping}\n-N DOCKER-USER\n-A FORWARD -j DOCKER-USER\n-A FORWARD -i docker0 ! -o docker0 -j ACCEPT`;
const nft = (rule = '') => `table ip filter {
\tchain FORWARD {
\t\ttype filter hook forward priority filter; policy drop;
\t\t${rule}
\t}
}`;

describe('who drops what a host forwards', () => {
  it.each<[string, Host, string]>([
    ['nobody, without rules', {}, ''],
    ['nobody, where the policy is to accept', { iptables: dropping.replaceAll('DROP', 'ACCEPT') }, ''],
    ['Docker', { iptables: docker, docker: true }, 'docker'],
    ['nobody any more', { iptables: `${docker}\n-A DOCKER-USER -i relevo0 -j ACCEPT`, docker: true }, ''],
    ['nobody, by an address', { iptables: `${docker}\n-A FORWARD -s 198.19.0.0/16 -j ACCEPT`, docker: true }, ''],
    ['Docker that is no service of systemd’s', { iptables: docker }, 'other'],
    ['ufw', { iptables: dropping, ufw: true }, 'ufw'],
    ['somebody, by nft alone', { nft: nft() }, 'other'],
    ['nobody, by nft alone', { nft: nft('iifname "relevo0" accept') }, ''],
  ])('is %s', (_, host, expected) => {
    expect(asked(host)).toBe(expected);
  });

  it('is put back with all else: the rules, and what brings them when Docker starts', () => {
    expect(allowInDocker).toContain(dockerDropIn);
    for (const argv of [undoArgv(deb), undoMemberArgv]) {
      expect(argv).toContain(dockerDropIn);
      expect(argv[2]).toContain(leaveDocker);
    }
  });
});
