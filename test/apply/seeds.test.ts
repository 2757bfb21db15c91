import { describe, expect, it } from 'vitest';
import { fromSeed, makeSeed, removeSeeds } from '../../src/apply/seeds.ts';
import { seedName, seedOf } from '../../src/observe/seeds.ts';
import type { Lxd, LxdInstance, NewInstance } from '../../src/ports/lxd.ts';

const image = 'relevo-0123456789abcdef';

function seed(name: string, kind: string): LxdInstance {
  return { name, status: 'Stopped', config: { 'user.relevo.kind': kind } } as unknown as LxdInstance;
}

/** As much of LXD's instances as seeds need; what was asked for, in order. */
function fakeLxd(there: readonly string[], code = 0, kind = 'seed'): { lxd: Lxd; asked: string[] } {
  const asked: string[] = [];
  const find = (name: string) => there.includes(name);
  const instances = {
    get: async (name: string) => (find(name) ? seed(name, kind) : undefined),
    list: async () => there.map((name) => ({ name, location: name.split('-').at(-1) }) as LxdInstance),
    create: async ({ name, image: from, target }: NewInstance) =>
      void asked.push(`create ${name} from ${Object.values(from)[0]} on ${target}`),
    start: async (name: string) => void asked.push(`start ${name}`),
    stop: async (name: string) => void asked.push(`stop ${name}`),
    delete: async (name: string) => void asked.push(`delete ${name}`),
    deleteFile: async (_: string, path: string) => void asked.push(`delete file ${path}`),
    pushFile: async (_: string, path: string, text: string) => void asked.push(`push ${path} ${text.split('\n')[0]}`),
    async exec(_: string, argv: readonly string[]) {
      asked.push(`exec ${argv.join(' ')}`);
      return { code, stdout: '', stderr: 'no such file', whole: true };
    },
    patchConfig: async (name: string, config: object) => void asked.push(`patch ${name} ${JSON.stringify(config)}`),
  };
  return { lxd: { instances } as unknown as Lxd, asked };
}

describe('a seed', () => {
  const name = seedName(image, 'm1');

  it('is known by its name, which is all that is told of a silent member', () => {
    expect(seedOf(name)).toBe(image);
    expect(['web-1', 'balancer-1', 'seed-1', 'seed-word-2'].map(seedOf)).toEqual(Array(4).fill(undefined));
    expect(seedName(image, 'm'.repeat(80)).length).toBeLessThan(64);
  });

  it('is called one only when it can be cloned', async () => {
    const { lxd, asked } = fakeLxd([]);
    await makeSeed(lxd, image, 'm1', 'local');
    expect(asked).toEqual([
      `create ${name} from ${image} on m1`,
      'delete file /sbin/init',
      'push /sbin/init #!/bin/sh',
      `start ${name}`,
      'exec ln -sfn /lib/systemd/systemd /sbin/init',
      `stop ${name}`,
      `patch ${name} {"user.relevo.kind":"seed"}`,
    ]);
  });

  it('is none where its system would not boot', async () => {
    const { lxd, asked } = fakeLxd([], 1);
    await expect(makeSeed(lxd, image, 'm1', 'local')).rejects.toThrow("can't be put back: no such file");
    expect(asked.at(-1)).toMatch(/^exec/);
  });

  it('is cloned where there is one, else the image is', async () => {
    const plan = { name: 'web-1', image, machine: 'm1' };
    for (const [{ lxd, asked }, from] of [
      [fakeLxd([name]), name],
      [fakeLxd([]), image],
      [fakeLxd([name], 0, 'builder'), image], // half made
    ] as const) {
      await fromSeed(lxd, plan, {}, {});
      expect(asked).toEqual([`create web-1 from ${from} on m1`]);
    }
  });

  it('goes with its image or its machine, and nothing else does', async () => {
    const { lxd, asked } = fakeLxd([name, seedName(image, 'm2'), 'web-1', 'web-m1']);
    await removeSeeds(lxd, ({ location }) => location === 'm1');
    expect(asked).toEqual([`delete ${name}`]);
  });
});
