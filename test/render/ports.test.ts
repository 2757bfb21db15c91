import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mostFurtherPorts } from '../../src/domain/further-ports.ts';
import { lastSlot, slotAddress, slotAgentPort, slotPort } from '../../src/domain/slots.ts';
import { balancerCableName, cableName, portsFiles } from '../../src/render/ports.ts';

/** What the program would tell nft where these cables are on the bridge. */
function rulesFor(cables: readonly string[]): string {
  const directory = mkdtempSync(join(tmpdir(), 'relevo-ports-'));
  for (const cable of ['lo', ...cables]) mkdirSync(join(directory, 'net', cable), { recursive: true });
  const program = join(directory, 'ports');
  writeFileSync(program, String(portsFiles('eth0')[0]?.content));
  const { status, stdout, stderr } = spawnSync('perl', [program, join(directory, 'net')], { encoding: 'utf8' });
  rmSync(directory, { recursive: true });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return stdout;
}

describe("a machine's ports", () => {
  it('lead to the instances that run on it, by their cables', () => {
    for (const slot of [1, 245, 246, 4321, lastSlot]) {
      const rules = rulesFor([cableName(slot, 8080), 'veth1234', 'i0p80', 'i12345p80', 'i7p']);
      const [elements = ''] = /(?<=elements = \{ ).*?(?= \})/.exec(rules) ?? [];
      expect(elements.split(', ')).toEqual([
        `${slotAgentPort(slot)} : ${slotAddress(slot)} . 9707`,
        `${slotPort(slot)} : ${slotAddress(slot)} . 8080`,
      ]);
    }
  });

  it('lead to its further ports', () => {
    const cables = [cableName(7, 8000), cableName(7, 6001, 1), cableName(7, 9000, mostFurtherPorts)];
    const elements = ['10007 : 198.19.0.17 . 9707', '20007 : 198.19.0.17 . 8000', '30007 : 198.19.0.17 . 6001'];
    const last = `${slotPort(7, mostFurtherPorts)} : 198.19.0.17 . 9000`;
    expect(rulesFor([...cables, 'i7p80n9'])).toContain(`elements = { ${[...elements, last].join(', ')} }`);
  });

  it("lead to its balancer where they are published, and are never the machine's own or an instance's", () => {
    const cables = [80, 8443, 22, 20_007].map((port) => balancerCableName(1, port));
    const rules = rulesFor([...cables, cableName(7, 8080)]);
    expect(rules).toContain(
      'elements = { 80 : 198.19.0.11 . 80, 10007 : 198.19.0.17 . 9707, 20007 : 198.19.0.17 . 8080 }',
    );
  });

  it('lead nowhere without instances', () => {
    expect(rulesFor([])).not.toContain('dnat');
    expect(rulesFor(['veth1234'])).toBe(rulesFor([]));
  });

  it('keep segments to instances as small as the way out is', { timeout: 30_000 }, () => {
    // an instance behind the bridge, and somebody beyond an uplink that carries less than he believes
    const script = `set -eu
ip link set lo up; echo 1 > /proc/sys/net/ipv4/ip_forward
new() { unshare -n sleep 30 & pid=$!; while [ "$(readlink /proc/$pid/ns/net)" = "$(readlink /proc/self/ns/net)" ]; do sleep 0.02; done; }
new; instance=$pid; new; far=$pid
ip link add relevo0 type veth peer name eth0 netns $instance
ip link add up0 mtu 1400 type veth peer name eth0 mtu 1500 netns $far
ip address add 198.19.0.1/24 dev relevo0; ip link set relevo0 up
ip address add 198.18.0.1/24 dev up0; ip link set up0 up
on() { nsenter -t "$1" -n sh -c "$2"; }
on $instance 'ip address add 198.19.0.2/24 dev eth0; ip link set eth0 up; ip route add default via 198.19.0.1'
on $far 'ip address add 198.18.0.2/24 dev eth0; ip link set eth0 up; ip route add default via 198.18.0.1'
nft -f -
on $far 'exec perl -MIO::Socket::INET -e "my \\$l = IO::Socket::INET->new(LocalPort => 80, Listen => 1) or die; my \\$c = \\$l->accept; sleep 20"' &
on $instance 'exec perl -MIO::Socket::INET -e "my \\$c; until (\\$c = IO::Socket::INET->new(PeerAddr => q(198.18.0.2:80))) { select undef, undef, undef, 0.05 } sleep 20"' &
for _ in $(seq 100); do seen=$(on $far 'ss -Htin state established'); case $seen in *mss:*) break ;; esac; sleep 0.05; done
echo "$seen"
kill $(jobs -p)`;
    const mss = (rules: string) => {
      const argv = ['-rnpf', '--kill-child', '--mount-proc', 'bash', '-c', script];
      const { stdout, stderr } = spawnSync('unshare', argv, { input: rules, encoding: 'utf8', timeout: 20_000 });
      return Number(/\bmss:(\d+)/.exec(stdout)?.[1] ?? Number.NaN) || stderr;
    };
    expect(mss('')).toBe(1448);
    expect(mss(rulesFor([]))).toBe(1348);
  });

  it('need no more of a name than Linux allows', () => {
    expect(cableName(lastSlot, 65_535, mostFurtherPorts).length).toBeLessThanOrEqual(15);
  });
});

describe('a cable of which LXD has left both ends on the machine', () => {
  it('is unplugged, and no other', { timeout: 30_000 }, async () => {
    const directory = mkdtempSync(join(tmpdir(), 'relevo-ports-'));
    const program = join(directory, 'ports');
    writeFileSync(program, String(portsFiles('eth0')[0]?.content));
    // a machine, and a container on it, as namespaces of their own
    const script = `
set -eu
mount -t sysfs none /sys
ip link add i4p80 type veth peer name vethloose
ip link add i4p81n1 type veth peer name vethloose1
ip link add i5p80 type veth peer name vethplugged
unshare --net sleep 20 &
while [ "$(readlink /proc/$!/ns/net)" = "$(readlink /proc/self/ns/net)" ]; do sleep 0.02; done
ip link set vethplugged netns $!
perl "$0" & sleep 2
ls /sys/class/net; echo later; sleep 6; ls /sys/class/net; ip -o link show | grep -c link-netnsid
`;
    const { stdout, stderr, status } = spawnSync(
      'unshare',
      ['--net', '--mount-proc', '--pid', '--fork', '--kill-child', 'sh', '-c', script, program],
      { encoding: 'utf8', timeout: 25_000 },
    );
    rmSync(directory, { recursive: true });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout.split('\n')).toEqual([
      ...['i4p80', 'i4p81n1', 'i5p80', 'lo', 'vethloose', 'vethloose1'],
      ...['later', 'i5p80', 'lo', '1', ''],
    ]);
  });
});
