import { expect, it } from 'vitest';
import { destroy } from '../../src/app/destroy.ts';
import type { Project } from '../../src/app/project.ts';

it.each([
  ['that Relevo makes', {}],
  ['that Vagrant makes', { loss: {}, machines: {} }],
])('machines %s are never left behind, and nothing is done where somebody wants that', async (_, provider) => {
  const project = { doors: { provider } } as unknown as Project;
  const asked: string[] = [];
  const consent = { ask: async () => void asked.push('asked'), onLine: () => {}, left: ['m3'] };
  await expect(destroy(project, consent)).rejects.toMatchObject({
    failure: { code: 'usage', message: expect.stringContaining('m3'), hint: 'leave `--without` away' },
  });
  expect(asked).toEqual([]);
});
