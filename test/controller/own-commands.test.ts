import { expect, it } from 'vitest';
import { withOwnCommands } from '../../src/controller/own-commands.ts';
import type { ExecOptions, Lxd } from '../../src/ports/lxd.ts';

it('commands in the own balancer are run here, all others and the service manager’s through LXD', async () => {
  const through = { code: 0, stdout: 'LXD', stderr: '' };
  const seen: unknown[] = [];
  let mayWrite = true;
  const lxd = { instances: { exec: async () => through } } as unknown as Lxd;
  const system = {
    async run(argv: readonly string[], options: object = {}) {
      seen.push([argv, options]);
      return { code: 0, stdout: 'here', stderr: '' };
    },
  };
  const { instances } = withOwnCommands(lxd, 'balancer-1', system, () => mayWrite);
  const ran = async (name: string, argv: string[], options?: ExecOptions) =>
    (await instances.exec(name, argv, options)).stdout;
  expect(await ran('balancer-1', ['cat'], { stdin: 'text', timeout: 5 })).toBe('here');
  expect(seen).toEqual([[['cat'], { stdin: 'text', timeout: 5 }]]);
  expect(await ran('balancer-2', ['cat'])).toBe('LXD');
  expect(await ran('balancer-1', ['systemctl', 'restart', 'x'])).toBe('LXD');
  mayWrite = false;
  await expect(ran('balancer-1', ['cat'])).rejects.toMatchObject({ failure: { code: 'interrupted' } });
  expect(seen).toHaveLength(1);
});
