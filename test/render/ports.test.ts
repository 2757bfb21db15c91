import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
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

  it("lead to its balancer where they are published, and are never the machine's own or an instance's", () => {
    const cables = [80, 8443, 22, 20_007].map((port) => balancerCableName(1, port));
    const rules = rulesFor([...cables, cableName(7, 8080)]);
    expect(rules).toContain(
      'elements = { 80 : 198.19.0.11 . 80, 10007 : 198.19.0.17 . 9707, 20007 : 198.19.0.17 . 8080 }',
    );
  });

  it('lead nowhere without instances', () => {
    const nothing = 'table ip relevo_ports\ndelete table ip relevo_ports\n';
    expect(rulesFor([])).toBe(nothing);
    expect(rulesFor(['veth1234'])).toBe(nothing);
  });

  it('need no more of a name than Linux allows', () => {
    expect(cableName(lastSlot, 65_535).length).toBeLessThanOrEqual(15);
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
ip link add i5p80 type veth peer name vethplugged
unshare --net sleep 20 & sleep 0.3
ip link set vethplugged netns $!
perl "$0" & sleep 2
ls /sys/class/net; echo later; sleep 6; ls /sys/class/net; ip -o link show | grep -c link-netnsid
`;
    const { stdout, stderr, status } = spawnSync(
      'unshare',
      ['--net', '--mount', '--pid', '--fork', '--kill-child', 'sh', '-c', script, program],
      {
        encoding: 'utf8',
      },
    );
    rmSync(directory, { recursive: true });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout.split('\n')).toEqual(['i4p80', 'i5p80', 'lo', 'vethloose', 'later', 'i5p80', 'lo', '1', '']);
  });
});
