import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { callsPort } from '../../src/domain/network.ts';
import { lastSlot, slotAddress } from '../../src/domain/slots.ts';
import { callsFiles } from '../../src/render/calls.ts';
import { balancerCableName, cableName } from '../../src/render/ports.ts';

/** What the program would tell nft where these cables are on the bridge, if the kernel takes it. */
function rulesFor(cables: readonly string[], members: readonly string[]): string {
  const directory = mkdtempSync(join(tmpdir(), 'relevo-calls-'));
  for (const cable of ['lo', ...cables]) mkdirSync(join(directory, 'net', cable), { recursive: true });
  const program = join(directory, 'calls');
  writeFileSync(program, String(callsFiles('eth0')[0]?.content));
  const { stdout, stderr } = spawnSync('perl', [program, join(directory, 'net'), ...members], { encoding: 'utf8' });
  rmSync(directory, { recursive: true });
  expect(stderr).toBe('');
  const taken = spawnSync('unshare', ['--net', 'nft', '-c', '-f', '-'], { input: stdout, encoding: 'utf8' });
  expect(taken.stderr).toBe('');
  return stdout;
}

const members = ['198.18.7.11', '198.18.7.12'];

it('calls go to the balancer of the same machine, where members alone get in from others', () => {
  for (const slot of [1, 245, 246, lastSlot]) {
    const rules = rulesFor([balancerCableName(slot, 80), balancerCableName(slot, callsPort)], members);
    expect(rules).toContain(`ip daddr 198.19.0.1 tcp dport 80 dnat to ${slotAddress(slot)}:${callsPort}`);
    expect(rules).toContain(`iifname "eth0" tcp dport ${callsPort} ip saddr != { ${members.join(', ')} } drop`);
  }
});

it('calls go to another machine where there is no balancer here, and nobody gets in', () => {
  const rules = rulesFor([cableName(7, 8080), balancerCableName(1, 80)], members);
  expect(rules).toContain(`tcp dport 80 dnat to ${members[0]}:${callsPort}`);
  expect(rules).toMatch(new RegExp(`iifname "eth0" tcp dport ${callsPort} +drop`));
});

it('calls are not answered while no balancer is known', () => {
  const rules = rulesFor([], []);
  expect(rules).not.toContain('dnat');
  expect(rules).toContain('iifname "relevo0" ip daddr 198.19.0.1 tcp dport 80 drop');
});
