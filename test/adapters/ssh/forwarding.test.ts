import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  allowInDocker,
  type Drop,
  dockerDropIn,
  dropOf,
  forwardCure,
  inputCure,
  leaveDocker,
  whoDrops,
} from '../../../src/adapters/ssh/forwarding.ts';
import { undoArgv, undoMemberArgv } from '../../../src/adapters/ssh/undo.ts';
import { deb } from '../../../src/render/dialect.ts';

const directory = mkdtempSync(join(tmpdir(), 'rlv-forward-'));
afterAll(() => rmSync(directory, { recursive: true }));

interface Host {
  /** What `iptables -S` prints; absent: there is no such program. */
  readonly iptables?: string;
  /** What `nft list ruleset` prints. */
  readonly nft?: string;
  /** firewalld runs: the target of the zone that instances' network is in, none where it is in no zone. */
  readonly firewalld?: string;
  readonly docker?: boolean;
  readonly ufw?: boolean;
}

function asked({ iptables, nft = '', firewalld, docker = false, ufw = false }: Host): string {
  const print = (text: string) => `cat <<'END'\n${text}\nEND`;
  const hasChain = `[ "$2" != DOCKER-USER ] || { ${iptables?.includes('-N DOCKER-USER') === true}; exit; }`;
  const programs = {
    iptables: iptables === undefined ? 'exit 127' : `${hasChain}\n${print(iptables)}`,
    nft: print(nft),
    'firewall-cmd': `case "$*" in
  --state) ${firewalld !== undefined} ;;
  --get-zone-of-interface=relevo0) [ -n "${firewalld ?? ''}" ] && echo trusted || { echo "no zone" >&2; exit 2; } ;;
  '--permanent --zone=trusted --get-target') echo ${firewalld ?? ''} ;;
  *) exit 2 ;;
esac`,
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
const nft = (rule = '', input = '') => `table ip filter {
\tchain FORWARD {
\t\ttype filter hook forward priority filter; policy drop;
\t\t${rule}
\t}
}
table inet lxd {
\tchain fwd.relevo0 {
\t\ttype filter hook forward priority filter; policy accept;
\t\toifname "relevo0" accept
\t}
}
table inet mine {
\tchain input {
\t\ttype filter hook input priority filter; policy ${input === '' ? 'accept' : 'drop'};
\t\tiif "lo" accept
\t\t${input}
\t}
}`;
/** As nft 1.0.6 prints it. */
const rejecting = (rule = '') => `table inet filter {
\tset friends {
\t\ttype ipv4_addr
\t}

\tchain forward {
\t\ttype filter hook forward priority filter; policy accept;
\t\tct state established,related accept${rule}
\t\tcounter packets 0 bytes 0 log prefix "no " jump deny
\t}

\tchain deny {
\t\treject
\t}
}`;
const firewalldTable = `table inet firewalld {
\tchain filter_FORWARD {
\t\ttype filter hook forward priority filter + 10; policy accept;
\t\tct state { established, related } accept
\t\tct status dnat accept
\t\tjump filter_FORWARD_ZONES
\t\treject with icmpx admin-prohibited
\t}
}`;
const inputDrops =
  '-P INPUT DROP\n-P FORWARD ACCEPT\n-A INPUT -i lo -j ACCEPT\n-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT';
const bothEnd = `-P INPUT ACCEPT
-P FORWARD ACCEPT
-A INPUT -m state --state RELATED,ESTABLISHED -j ACCEPT
-A INPUT -j REJECT --reject-with icmp-host-prohibited
-A FORWARD -j REJECT --reject-with icmp-host-prohibited`;

describe('who drops what a host forwards, and what instances ask of it', () => {
  it.each<[string, Host, string]>([
    ['nobody, without rules', {}, ''],
    ['nobody, where the policy is to accept', { iptables: dropping.replaceAll('DROP', 'ACCEPT') }, ''],
    ['Docker', { iptables: docker, docker: true }, 'forward docker iptables FORWARD'],
    ['nobody any more', { iptables: `${docker}\n-A DOCKER-USER -i relevo0 -j ACCEPT`, docker: true }, ''],
    ['nobody, by an address', { iptables: `${docker}\n-A FORWARD -s 198.19.0.0/16 -j ACCEPT`, docker: true }, ''],
    ['Docker that is no service of systemd’s', { iptables: docker }, 'forward other iptables FORWARD'],
    ['ufw', { iptables: dropping, ufw: true }, 'forward ufw iptables FORWARD'],
    ['somebody, by nft alone', { nft: nft() }, 'forward other ip filter FORWARD'],
    ['nobody, by nft alone', { nft: nft('iifname "relevo0" accept') }, ''],
    ['nobody, by a name for all of our bridges', { nft: nft('iifname "relevo*" accept') }, ''],
    ['nobody, by the network that holds ours', { nft: nft('ip saddr 198.18.0.0/15 accept') }, ''],
    ['nobody, where all but one interface may', { nft: nft('iifname != "eth0" accept') }, ''],
    ['nobody, where all is accepted in the end', { iptables: `${dropping}\n-A FORWARD -j ACCEPT` }, ''],
    [
      'Docker, whatever reaches its containers',
      {
        iptables: `${docker}\n-A DOCKER -d 172.17.0.2/32 ! -i docker0 -o docker0 -p tcp -m tcp --dport 80 -j ACCEPT`,
        docker: true,
      },
      'forward docker iptables FORWARD',
    ],
    ['a chain that ends so', { nft: rejecting() }, 'forward other inet filter forward'],
    ['no chain that ends so after it let instances through', { nft: rejecting('\n\t\tiifname "relevo0" accept') }, ''],
    [
      'no chain that ends so for some',
      { nft: rejecting('\n\t\ttcp dport 22 reject').replace('log prefix', 'ip saddr 192.0.2.1 log prefix') },
      '',
    ],
    ['firewalld', { nft: firewalldTable, firewalld: '' }, 'forward firewalld'],
    [
      'firewalld, in a zone that does not let all in',
      { nft: firewalldTable, firewalld: 'default' },
      'forward firewalld',
    ],
    ['not firewalld, in a zone that lets all in', { nft: firewalldTable, firewalld: 'ACCEPT' }, ''],
    ['ufw, for questions alone', { iptables: inputDrops, ufw: true }, 'input ufw iptables INPUT'],
    ['nobody, where instances may ask', { iptables: `${inputDrops}\n-A ufw-user-input -i relevo0 -j ACCEPT` }, ''],
    [
      'still who lets instances be forwarded only',
      { iptables: `${inputDrops}\n-A ufw-user-forward -i relevo0 -j ACCEPT` },
      'input other iptables INPUT',
    ],
    ['nobody, where everybody may ask', { nft: nft('iifname "relevo0" accept', 'udp dport { 53, 67 } accept') }, ''],
    [
      'who lets others ask',
      { nft: nft('iifname "relevo0" accept', 'iifname "virbr0" udp dport { 53, 67 } accept') },
      'input other inet mine input',
    ],
    [
      'a last rule of iptables, twice',
      { iptables: bothEnd },
      'forward other iptables FORWARD\ninput other iptables INPUT',
    ],
  ])('is %s', (_, host, expected) => {
    expect(asked(host).split('\n').toSorted().join('\n')).toBe(expected);
  });

  it.each<[string, string]>([
    ['docker iptables FORWARD', 'iptables -I DOCKER-USER -i relevo0 -j ACCEPT'],
    ['other ip filter FORWARD', 'iptables -I FORWARD -o relevo0 -j ACCEPT'],
    ['other iptables FORWARD', 'iptables -I FORWARD -o relevo0 -j ACCEPT'],
    ['other inet filter forward', 'nft insert rule inet filter forward oifname relevo0 accept'],
    ['firewalld', 'firewall-cmd --permanent --zone=trusted --add-interface=relevo0 && firewall-cmd --reload'],
    ['ufw iptables FORWARD', 'ufw route allow in on relevo0'],
  ])('is cured for %s', (said, cure) => {
    expect(forwardCure(dropOf(said) as Drop)[1]).toContain(cure);
  });

  it.each<[string, string]>([
    ['other inet filter input', 'nft insert rule inet filter input iifname relevo0 accept'],
    ['other iptables INPUT', 'iptables -I INPUT -i relevo0 -j ACCEPT'],
    ['ufw iptables INPUT', 'ufw allow in on relevo0'],
  ])('is cured for questions to %s', (said, cure) => {
    expect(inputCure(dropOf(said) as Drop)[1]).toContain(cure);
  });

  it('is put back with all else: the rules, and what brings them when Docker starts', () => {
    expect(allowInDocker).toContain(dockerDropIn);
    for (const argv of [undoArgv(deb), undoMemberArgv]) {
      expect(argv).toContain(dockerDropIn);
      expect(argv[2]).toContain(leaveDocker);
    }
  });
});
