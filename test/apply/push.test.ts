import { describe, expect, it } from 'vitest';
import { pushAll } from '../../src/apply/push.ts';
import type { ImageFile } from '../../src/domain/desired.ts';
import { RelevoError } from '../../src/domain/failure.ts';
import type { FileAttributes, Lxd } from '../../src/ports/lxd.ts';

const passwd = 'root:x:0:0:root:/root:/bin/bash\nrelevo:x:999:998::/home/relevo:/bin/sh\n';
const group = 'root:x:0:\nrelevo:x:998:\nwww-data:x:33:\n';

/** Keeps what is pushed; `/there` is the only directory. */
function fake() {
  const made: [string, FileAttributes][] = [];
  const directories = new Set(['', '/there']);
  const instances = {
    readFile: async (_: string, path: string) => new TextEncoder().encode(path === '/etc/passwd' ? passwd : group),
    async pushFile(_: string, path: string, __: string, attributes: FileAttributes) {
      if (!directories.has(path.replace(/\/[^/]*$/, ''))) throw missing;
      made.push([path, attributes]);
    },
    async makeDirectory(_: string, path: string, attributes: FileAttributes) {
      if (directories.has(path)) return;
      if (!directories.has(path.replace(/\/[^/]*$/, ''))) throw missing;
      directories.add(path);
      made.push([path, attributes]);
    },
  };
  return { lxd: { instances } as unknown as Lxd, made };
}

const missing = new RelevoError({ code: 'not-found', message: 'no such directory' });

const file = (target: string, owner?: string): ImageFile => ({
  target,
  mode: 0o640,
  content: '',
  ...(owner && { owner }),
});

describe('files', () => {
  it('are root’s unless somebody else is named', async () => {
    const { lxd, made } = fake();
    await pushAll(lxd, 'web-1', [file('/there/a'), file('/there/b', 'relevo'), file('/there/c', 'relevo:www-data')]);
    expect(made).toEqual([
      ['/there/a', { mode: 0o640 }],
      ['/there/b', { mode: 0o640, uid: 999, gid: 998 }],
      ['/there/c', { mode: 0o640, uid: 999, gid: 33 }],
    ]);
  });

  it('bring their directories, which are their owner’s as well', async () => {
    const { lxd, made } = fake();
    await pushAll(lxd, 'web-1', [file('/there/d/e', 'relevo')]);
    expect(made).toEqual([
      ['/there/d', { mode: 0o755, uid: 999, gid: 998 }],
      ['/there/d/e', { mode: 0o640, uid: 999, gid: 998 }],
    ]);
  });

  it('come after the directories that are named by themselves', async () => {
    const { lxd, made } = fake();
    const directory = (target: string): ImageFile => ({ ...file(target, 'relevo'), mode: 0o750, kind: 'directory' });
    await pushAll(lxd, 'web-1', [file('/there/d/e'), directory('/there/d'), directory('/new/f'), directory('/there')]);
    expect(made).toEqual([
      ['/there/d', { mode: 0o750, uid: 999, gid: 998 }],
      ['/new', { mode: 0o755, uid: 999, gid: 998 }],
      ['/new/f', { mode: 0o750, uid: 999, gid: 998 }],
      ['/there/d/e', { mode: 0o640 }],
    ]);
  });

  it('are pushed once where something else than their directory is wrong', async () => {
    const { lxd } = fake();
    let tries = 0;
    lxd.instances.pushFile = async () => {
      tries += 1;
      throw new Error('no space left');
    };
    await expect(pushAll(lxd, 'web-1', [file('/there/a')])).rejects.toThrow('no space left');
    expect(tries).toBe(1);
  });

  it.each([
    ['deploy', 'the image has no user `deploy`'],
    ['relevo:deploy', 'the image has no group `deploy`'],
  ])('of nobody are refused: %s', async (owner, message) => {
    await expect(pushAll(fake().lxd, 'web-1', [file('/there/a', owner)])).rejects.toThrow(message);
  });
});
