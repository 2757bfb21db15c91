import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addedPackages } from '../../../src/adapters/ssh/added.ts';
import { install, remember } from '../../../src/adapters/ssh/prepare.ts';
import { agreedFile, beforeDirectory } from '../../../src/adapters/ssh/record.ts';
import { undoMember } from '../../../src/adapters/ssh/undo.ts';
import { upgradeScript } from '../../../src/adapters/ssh/upgrade.ts';
import { deb } from '../../../src/render/dialect.ts';

/** The real dpkg on a tree of its own, behind an apt that has all packages, and none while `away` is there. */
const root = mkdtempSync(join(tmpdir(), 'rlv-added-'));
const host = join(root, 'host');
const dpkg = `dpkg --root=${host} --force-not-root --force-script-chrootless --force-bad-path`;
const aptGet = `#!/bin/sh
options= names=
for word; do
  case $word in
    Dpkg::Options::=--log=*) options=\${word#*::=} ;;
    rlv-*) names="$names $word" ;;
  esac
done
case "$*" in
  update*) ;;
  '-s purge'*) for name in $names; do echo "Purg $name [1]"; done ;;
  purge*) echo $names > ${host}/purged ;;
  *) [ ! -e ${host}/away ] || exit 100
    for name in $names; do
      [ ! -e ${host}/killed ] || [ "$name" != "$(cat ${host}/killed)" ] || exit 1
      ${dpkg} $options -i ${root}/$name.deb || exit
    done ;;
esac
`;
const programs = {
  'apt-get': aptGet,
  'dpkg-query': `#!/bin/sh\nexec /usr/bin/dpkg-query --admindir=${host}/var/lib/dpkg "$@"\n`,
  ...{ systemctl: '#!/bin/sh\n', nft: '#!/bin/sh\n', ip: '#!/bin/sh\n' },
};

beforeAll(() => {
  mkdirSync(join(root, 'bin'));
  for (const [name, text] of Object.entries(programs)) writeFileSync(join(root, 'bin', name), text, { mode: 0o755 });
  for (const name of ['rlv-lxd', 'rlv-nft', 'rlv-nginx']) {
    mkdirSync(join(root, name, 'DEBIAN'), { recursive: true });
    const control = `Package: ${name}\nVersion: 1\nArchitecture: all\nMaintainer: x\nDescription: x\n`;
    writeFileSync(join(root, name, 'DEBIAN', 'control'), control);
    const preinst = `#!/bin/sh\n[ ! -e ${host}/refused ] || [ "$DPKG_MAINTSCRIPT_PACKAGE" != rlv-nft ]\n`;
    writeFileSync(join(root, name, 'DEBIAN', 'preinst'), preinst, { mode: 0o755 });
    spawnSync('dpkg-deb', ['-b', join(root, name), join(root, `${name}.deb`)]);
  }
});
afterAll(() => rmSync(root, { recursive: true }));
beforeEach(() => {
  rmSync(host, { recursive: true, force: true });
  for (const each of ['etc', 'var/lib/dpkg/info', 'var/lib/dpkg/updates'])
    mkdirSync(join(host, each), { recursive: true });
  place('/var/lib/dpkg/status');
  run(remember(deb));
});

function place(path: string, text = ''): void {
  writeFileSync(join(host, path), text);
}

/** Its exit code, and what it printed. */
function run(script: string, ...argv: readonly string[]): readonly [status: number | null, stdout: string] {
  const inside = script.replaceAll(/(?<=[\s"'=])\/(?=var\/|etc\/|run\/|usr\/local\/)/g, `${host}/`);
  const env = { PATH: `${join(root, 'bin')}:/usr/sbin:/usr/bin:/sbin:/bin`, LC_ALL: 'C' };
  const { status, stdout } = spawnSync('sh', ['-c', inside, 'sh', ...argv], { env, encoding: 'utf8' });
  return [status, stdout];
}

const up = () => run(install, 'rlv-lxd', 'rlv-nft')[0];
const ours = () => run(`${addedPackages}\nadded`)[1].trim().split('\n');
/** Somebody's own apt, which writes no log of ours. */
const admin = (name: string) => run(`${dpkg} --log=/var/log -i ${root}/${name}.deb`)[0];

describe('packages that a host has because of us', () => {
  it('are those that were not there before', () => {
    expect([admin('rlv-nft'), up(), ours()]).toEqual([0, 0, ['rlv-lxd']]);
  });

  it('are not what somebody installs between an attempt that failed and the next', () => {
    place('away');
    expect([up(), admin('rlv-nginx'), admin('rlv-nft')]).toEqual([100, 0, 0]);
    rmSync(join(host, 'away'));
    expect([up(), ours()]).toEqual([0, ['rlv-lxd']]);
  });

  it('are those of a run that was killed too, and not what it never came to', () => {
    place('killed', 'rlv-nft');
    expect([up(), admin('rlv-nft')]).toEqual([1, 0]);
    rmSync(join(host, 'killed'));
    expect([up(), ours()]).toEqual([0, ['rlv-lxd']]);
  });

  it('are not what could not be unpacked, and was installed by somebody then', () => {
    place('refused');
    expect(up()).toBe(1);
    rmSync(join(host, 'refused'));
    expect([admin('rlv-nft'), up(), ours()]).toEqual([0, 0, ['rlv-lxd']]);
  });

  it('are not what we only upgraded, nor what is gone by now', () => {
    expect([admin('rlv-nft'), up(), run(upgradeScript, 'rlv-lxd', 'rlv-nft')[0], ours()]).toEqual([
      0,
      0,
      0,
      ['rlv-lxd'],
    ]);
    run(`${dpkg} --log=/var/log -P rlv-lxd`);
    expect(ours()).toEqual(['']);
  });

  it('alone are purged when the host is put back', () => {
    expect([up(), admin('rlv-nginx')]).toEqual([0, 0]);
    run(undoMember, '');
    expect(readFileSync(join(host, 'purged'), 'utf8')).toBe('rlv-lxd rlv-nft\n');
    expect(existsSync(join(host, beforeDirectory))).toBe(false);
  });
});

it('a destroy that was not gone through with no longer counts once the host is prepared again', () => {
  place(agreedFile);
  run(remember(deb));
  expect(existsSync(join(host, agreedFile))).toBe(false);
});
