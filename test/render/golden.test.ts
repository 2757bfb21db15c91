import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import type { ImageFile } from '../../src/domain/desired.ts';
import { handOver } from '../../src/render/handover.ts';
import {
  keepalivedConfig,
  keepalivedUnits,
  sharingFiles,
  takeOver,
  type VrrpMember,
} from '../../src/render/keepalived.ts';
import { linkFiles } from '../../src/render/link.ts';
import { balancerNetworks } from '../../src/render/networkd.ts';
import { peersFiles } from '../../src/render/peers.ts';
import { silenceFile } from '../../src/render/silence.ts';
import { watchFiles } from '../../src/render/watch.ts';
import { vrrpMembers } from '../rig/shared-address.ts';

const members = vrrpMembers('198.18.7');
const keepalived = [members[0], members[3]].map((each) => {
  const own = each as VrrpMember;
  const peers = members.filter((each) => each !== own);
  const shared6 = own === members[3] ? '2001:db8::10' : undefined;
  return [`keepalived-${own.name}.conf`, keepalivedConfig('198.18.7.10/24', own, peers, shared6)] as const;
});
const outer = { address: '198.18.7.2', prefixLength: 24, gateway: '198.18.7.1' };
const files = [
  ...keepalivedUnits(),
  ...watchFiles(),
  ...peersFiles(),
  ...balancerNetworks('198.19.0.1/16', '198.18.7.101', { ...outer, link: 'macvlan' }),
  ...sharingFiles(),
  ...linkFiles({
    interface: 'ens3',
    address: '198.18.7.101',
    shared: '198.18.7.10',
    own: ['198.18.7.2', '198.18.7.3'],
  }),
  silenceFile([1080, 1443]),
].map((file) => [nameOf(file), String(file.content)] as const);
const routed = balancerNetworks('198.19.0.1/16', '198.18.7.101', { ...outer, link: 'routed' })
  .slice(1)
  .map((file) => [`routed-${nameOf(file)}`, String(file.content)] as const);
const dual = balancerNetworks('198.19.0.1/16', '198.18.7.101', { ...outer, link: 'macvlan', shared6: '2001:db8::10' })
  .slice(1)
  .map((file) => [`dual-${nameOf(file)}`, String(file.content)] as const);
const texts: readonly (readonly [string, string])[] = [
  ...keepalived,
  ...files,
  ...dual,
  ...routed,
  ['handover', handOver('198.18.7.10', 30)[2] as string],
  ['take-over', takeOver[2] as string],
];

/** `/etc/systemd/system/haproxy.service.d/relevo.conf` is `haproxy.service.d-relevo.conf`. */
function nameOf({ target }: ImageFile): string {
  return target
    .split('/')
    .slice(target.includes('.d/') ? -2 : -1)
    .join('-');
}

describe('what other tools read', () => {
  test.each(texts)('%s is as it was looked at', async (name, text) => {
    await expect(text).toMatchFileSnapshot(`../golden/${name}`);
  });
});

const shell = texts.filter(
  ([name, text]) => text.startsWith('#!/bin/sh') || name === 'handover' || name === 'take-over',
);
const perl = texts.filter(([, text]) => text.startsWith('#!/usr/bin/perl'));

function complaints(program: string, words: readonly string[], input: string): string {
  const { status, stdout, stderr } = spawnSync(program, words, { input, encoding: 'utf8' });
  return status === 0 ? '' : `${stdout}${stderr}`;
}

describe('what it thinks of them', () => {
  test('there are scripts of both kinds', () => {
    expect([shell.length, perl.length]).toEqual([5, 3]);
  });

  test.each(shell)('sh: %s', (_, text) => {
    expect(complaints('sh', ['-n'], text)).toBe('');
  });

  test.each(perl)('perl: %s', (_, text) => {
    expect(complaints('perl', ['-wc'], text)).toBe('');
  });

  const missing = spawnSync('shellcheck', ['--version']).error !== undefined;
  test.skipIf(missing).each(shell)('shellcheck: %s', (_, text) => {
    expect(complaints('shellcheck', ['--shell=sh', '--exclude=SC2046', '-'], text)).toBe(''); // words of digits only
  });
});
