import { describe, expect, it } from 'vitest';
import { localHost } from '../../src/adapters/local/host.ts';
import type { System } from '../../src/ports/system.ts';

/** A host without a running LXD, whose packages apt knows so. */
function hostWith(policy: string): System {
  const files = { exists: async (path: string) => path === '/usr/bin/apt-cache', readText: async () => undefined };
  const run: System['run'] = async (_, { env } = {}) => {
    const stdout = env?.['LC_ALL'] === 'C' ? policy : policy.replace('Installed', 'Instalados'); // as for users who speak Spanish
    return { code: 0, stdout, stderr: '' };
  };
  return { env: {}, files, run } as unknown as System;
}

const policy = (installed: string, candidate: string) =>
  `lxd:\n  Installed: ${installed}\n  Candidate: ${candidate}\n  Version table:\n *** ${installed} 500\n`;

async function updates(system: System): Promise<string[]> {
  const checks = await localHost(system, () => Promise.reject(new Error('not asked'))).check();
  return checks.filter(({ what }) => what === 'updates of LXD').map(({ state, detail }) => `${state}: ${detail}`);
}

describe('what doctor says of updates of LXD', () => {
  it('names the one that waits', async () => {
    expect(await updates(hostWith(policy('5.0.2-5', '5.0.2-5+deb12u6')))).toEqual([
      'note: 5.0.2-5 is installed, 5.0.2-5+deb12u6 waits: apt-get install --only-upgrade lxd',
    ]);
  });

  it.each([
    ['it is the newest', policy('5.0.2-5', '5.0.2-5')],
    ['the daemon is not of a package', policy('(none)', '5.0.2-5')],
    ['apt knows no such package', ''],
  ])('nothing where %s', async (_, text) => {
    expect(await updates(hostWith(text))).toEqual([]);
  });
});
