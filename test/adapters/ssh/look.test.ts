import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { lookScript, sightOf } from '../../../src/adapters/ssh/look.ts';
import { deb } from '../../../src/render/dialect.ts';

/** A host's file system, as far as a look goes, and programs of its own. */
const root = mkdtempSync(join(tmpdir(), 'rlv-look-'));
afterAll(() => rmSync(root, { recursive: true }));

/** By path below /1.0; what an LXD has that was installed and never touched, and networks that are the host's own. */
const untouched = {
  'instances?all-projects=true': '[]',
  projects: '["/1.0/projects/default"]',
  images: '[]',
  profiles: '["/1.0/profiles/default"]',
  'storage-pools': '[]',
  'networks?recursion=1': '[{"name": "ens3", "managed": false, "description": "a \\\\ and a \\"quote\\""}]',
  certificates: '[]',
};

beforeEach(() => {
  rmSync(root, { recursive: true });
  for (const each of ['bin', 'etc', 'var/lib']) mkdirSync(join(root, each), { recursive: true });
  writeFileSync(join(root, 'etc/os-release'), 'ID=debian\nVERSION_ID=12\n');
  for (const name of ['ip', 'ss', 'dpkg', 'iptables', 'nft', 'ufw']) place(name, '');
  place('systemctl', 'echo inactive');
});

function place(name: string, text: string): void {
  writeFileSync(join(root, 'bin', name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
}

function lxd(has: Readonly<Record<string, string>>): void {
  place('lxd', '');
  const cases = Object.entries({ ...untouched, ...has }).map(
    ([path, said]) => `/1.0/${path}) cat <<'END'\n${said}\nEND\n;;`,
  );
  place('lxc', `echo 'If this is your first time running LXD' >&2\ncase $2 in\n${cases.join('\n')}\n*) exit 9 ;; esac`);
}

/** `program`: LXD's own, which this computer may have as well. */
function look(program = 'lxd', script = lookScript) {
  const inside = script
    .replaceAll(/(?<=[\s"'=])\/(?=var\/|etc\/|snap\/|run\/|proc\/sys\/)/g, `${root}/`)
    .replaceAll('timeout 60', 'timeout 2')
    .replace('lxd=lxd ', `lxd=${program} `);
  const env = { PATH: `${join(root, 'bin')}:/usr/sbin:/usr/bin:/sbin:/bin`, LC_ALL: 'C' };
  const { stdout } = spawnSync('sh', ['-c', inside], { env, encoding: 'utf8' });
  return sightOf(stdout, Date.now() / 1000);
}

describe('what somebody’s LXD has in it', () => {
  it('is nothing, where it was never touched', () => {
    lxd({});
    const { daemon, contents, unread } = look();
    expect([daemon, contents, unread]).toEqual(['stopped', [], undefined]);
  });

  it('is all that may be there', () => {
    lxd({
      'instances?all-projects=true': '["/1.0/instances/db?project=x"]',
      projects: '["/1.0/projects/default","/1.0/projects/x"]',
      images: '["/1.0/images/0123ab"]',
      profiles: '["/1.0/profiles/default","/1.0/profiles/big"]',
      'storage-pools': '["/1.0/storage-pools/default"]',
      'networks?recursion=1': '[{"name": "ens3", "managed": false}, {"name": "mine", "managed": true}]',
      certificates: '["/1.0/certificates/cd45"]',
    });
    expect(look().contents).toEqual([
      ...['instance db', 'project x', 'image 0123ab', 'profile big', 'storage pool default', 'network mine'],
      'trusted certificate cd45',
    ]);
  });

  it.each([
    ['where it refuses', 'echo "Error: permission denied" >&2; exit 1', /^it says: Error: permission denied$/],
    ['where it hangs', 'sleep 20', /^it does not answer within/],
    ['where it says nothing', 'exit 0', /^it says:$/],
  ])('is not known %s', (_, text, why) => {
    lxd({});
    place('lxc', text);
    expect(look().unread).toMatch(why);
  });

  it('is not known where the program is gone and its database is not', () => {
    mkdirSync(join(root, deb.directory, 'database'), { recursive: true });
    expect(look('nobodys-lxd')).toMatchObject({
      daemon: 'absent',
      unread: expect.stringMatching(/not installed any more/),
    });
  });

  it('is its cluster’s affair, where it is in one', () => {
    lxd({ images: '["/1.0/images/0123ab"]' });
    mkdirSync(join(root, deb.directory), { recursive: true });
    writeFileSync(join(root, deb.certificate), '');
    expect(look()).toMatchObject({ clustered: true, contents: [] });
  });
});

describe('kernel settings', () => {
  const settings = (low: number, high: number) => {
    for (const each of ['proc/sys/fs/inotify', 'proc/sys/kernel/keys'])
      mkdirSync(join(root, each), { recursive: true });
    writeFileSync(join(root, 'proc/sys/fs/inotify/max_user_instances'), `${low}\n`);
    writeFileSync(join(root, 'proc/sys/kernel/keys/maxkeys'), `${high}\n`);
  };

  it('are no trouble where they can be raised, or need not be', () => {
    settings(128, 2000);
    expect(look().fixed).toEqual([]);
  });

  it('are told where they are too low and can’t be raised', () => {
    settings(128, 2000);
    const inside = lookScript.replaceAll('[ -w "$file" ]', 'false');
    expect(look('lxd', inside).fixed).toEqual(['fs.inotify.max_user_instances is 128, and must be 1024']);
  });
});

describe('a clock', () => {
  const ahead = (clock: number) => sightOf(`clock ${clock}`, 1000, 1040).ahead;

  it('is wrong only by what the look itself does not explain', () => {
    expect([ahead(1000), ahead(1035), ahead(1040), ahead(900), ahead(1100)]).toEqual([0, 0, 0, -100, 60]);
  });
});
