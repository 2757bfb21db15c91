import { defineConfig } from 'vitest/config';

const real = ['test/**/*.real.test.ts'];
const e2e = 'test/e2e/**';
const minute = 60_000;

/** Minutes each, in `npm run test:long` alone. */
const long = ['ssh-life', 'ssh-hosts'].map((name) => `test/e2e/${name}.e2e.ts`);
const isLong = process.env['RELEVO_LONG'] === '1';
/** On hosts of others; none of them counts in seconds, so that they may run beside something else (scripts/test). */
const hosts = ['ssh', 'ssh-life', 'ssh-hosts', 'vagrant'].map((name) => `test/e2e/${name}.e2e.ts`);

/** Tests on the real LXD share one host: one file after another, after one set-up. */
const sequential = { fileParallelism: false, sequence: { concurrent: false }, globalSetup: ['test/rig/lxd.ts'] };

export default defineConfig({
  test: {
    pool: 'forks',
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
          hookTimeout: 2 * minute,
        },
      },
      {
        extends: true,
        test: {
          ...sequential,
          name: 'hosts',
          include: hosts,
          exclude: isLong ? [] : long,
          testTimeout: 10 * minute,
          hookTimeout: 12 * minute,
        },
      },
      {
        extends: true,
        test: {
          ...sequential,
          name: 'e2e',
          include: ['test/e2e/**/*.e2e.ts'],
          exclude: hosts,
          testTimeout: 10 * minute,
          hookTimeout: 12 * minute,
        },
      },
    ],
  },
});
