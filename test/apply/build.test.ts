import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { addUser, type Building, type BuildJob, buildInContainer } from '../../src/apply/build.ts';
import type { ImageRecipe } from '../../src/domain/desired.ts';

describe('the user of a service', () => {
  /** In a system that has the user `daemon` and the groups `daemon` and `staff`; what useradd was told. */
  const added = (user: string) => {
    const directory = mkdtempSync(join(tmpdir(), 'relevo-users-'));
    const put = (name: string, line: string) => {
      writeFileSync(join(directory, name), `#!/bin/sh\n${line}\n`);
      chmodSync(join(directory, name), 0o755);
    };
    put('id', '[ "$2" = daemon ]');
    put('getent', '[ "$1 $2" = "group daemon" ] || [ "$1 $2" = "group staff" ]');
    put('useradd', 'echo "$@"');
    try {
      const [program = '', ...rest] = addUser(user);
      const { status, stdout } = spawnSync(program, rest, {
        encoding: 'utf8',
        env: { PATH: `${directory}:/usr/bin:/bin` },
      });
      return [status, stdout.trim()];
    } finally {
      rmSync(directory, { recursive: true });
    }
  };

  it('is made with a group of its name, or comes into the one that is there', () => {
    expect(added('relevo')).toEqual([0, '--system --user-group --create-home relevo']);
    expect(added('staff')).toEqual([0, '--system --gid staff --create-home staff']);
    expect(added('daemon')).toEqual([0, '']);
  });
});

describe('a directory in which a program starts', () => {
  /** Directories in the order in which they are made, and whose. */
  async function built(recipe: Partial<ImageRecipe>): Promise<(readonly [string, number | undefined])[]> {
    const made: [string, number | undefined][] = [];
    const none = async () => undefined;
    const instances = {
      ...{ get: none, create: none, start: none, stop: none, delete: none, pushFile: none },
      exec: async () => ({ code: 0, stdout: '', stderr: '' }),
      readFile: async () => new TextEncoder().encode('relevo:x:999:999:'),
      async makeDirectory(_: string, path: string, { uid }: { readonly uid?: number }) {
        if (!made.some(([each]) => each === path)) made.push([path, uid]);
      },
    };
    const images = { publish: async () => 'f', download: none, delete: none };
    const surroundings = async () => ({ environment: {}, apt: [], authorities: [] });
    const builder = async () => ({ lxd: { instances, images }, pool: 'p', network: 'n', surroundings });
    const context = { provider: { builder } } as unknown as Building;
    const all: ImageRecipe = { base: 'debian/12', packages: [], files: [], run: [], ...recipe };
    const job: BuildJob = { name: 'build', base: 'base', recipe: all, alias: 'relevo-1', file: '/f' };
    await buildInContainer(context, job, () => {});
    return made;
  }

  it('is root’s unless `files` bring it', async () => {
    const target = { target: '/opt', mode: 0o755, content: '', kind: 'directory', owner: 'relevo' } as const;
    expect(await built({ directories: ['/opt'] })).toEqual([['/opt', undefined]]);
    expect(await built({ directories: ['/opt', '/opt/data'], files: [target] })).toEqual([
      ['/opt', 999],
      ['/opt/data', undefined],
    ]);
  });
});
