import { defineConfig } from 'vitest/config';

const real = ['test/**/*.real.test.ts'];
const e2e = 'test/e2e/**';
const ssh = 'test/adapters/ssh/*.real.ts';
const minute = 60_000;

/** Minutes each, in `npm run test:long` alone. */
const long = ['test/e2e/ssh-life.e2e.ts', 'test/e2e/ssh-hosts.e2e.ts'];
const isLong = process.env['RELEVO_LONG'] === '1';
const e2eFiles = (...names: string[]) => names.map((name) => `test/e2e/${name}.e2e.ts`);
/** On hosts of others. */
const hosts = e2eFiles('ssh', 'ssh-life', 'ssh-hosts', 'vagrant');
/** They count in seconds what users notice, so that nothing may run beside them (scripts/test). */
const measured = e2eFiles('failover', 'hard', 'call', 'miniproyecto');

/** Tests on the real LXD share one host: one file after another, after one set-up. */
const sequential = { fileParallelism: false, sequence: { concurrent: false }, globalSetup: ['test/rig/lxd.ts'] };

function endToEnd(name: string, include: string[], exclude: string[] = []) {
  const timeouts = { testTimeout: 10 * minute, hookTimeout: 12 * minute };
  return { extends: true as const, test: { ...sequential, ...timeouts, name, include, exclude } };
}

export default defineConfig({
  test: {
    pool: 'forks',
    setupFiles: ['test/rig/seed.ts'],
    expect: { poll: { timeout: 10_000 } }, // a second, its default, is nothing on a busy machine
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: [...real, e2e], testTimeout: minute },
      },
      {
        extends: true,
        test: {
          name: 'haproxy',
          include: ['test/**/*.real.ts'],
          exclude: [ssh],
          globalSetup: ['test/rig/downloads.ts'],
          maxWorkers: 2, // they wait for HAProxy's timers more than they work
          sequence: { groupOrder: 1 },
          testTimeout: minute,
          hookTimeout: 2 * minute,
        },
      },
      {
        extends: true,
        test: {
          name: 'ssh',
          include: [ssh],
          fileParallelism: false,
          testTimeout: minute,
          hookTimeout: 2 * minute,
        },
      },
      {
        extends: true,
        test: {
          name: 'load',
          include: ['test/**/*.load.ts'],
          fileParallelism: false,
          testTimeout: 5 * minute,
          hookTimeout: 10 * minute,
        },
      },
      {
        extends: true,
        test: {
          ...sequential,
          name: 'real',
          include: real,
          exclude: [e2e],
          testTimeout: 2 * minute,
          hookTimeout: 10 * minute, // on a bare machine they fetch npm packages and make base images
        },
      },
      endToEnd('hosts', hosts, isLong ? [] : long),
      endToEnd('e2e', ['test/e2e/**/*.e2e.ts'], [...hosts, ...measured]),
      endToEnd('measured', measured),
    ],
  },
});
