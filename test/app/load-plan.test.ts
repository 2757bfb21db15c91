import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { exportPlan, openPlan, type PlanProject } from '../../src/app/load-plan.ts';
import { RelevoError } from '../../src/domain/failure.ts';
import { load as loadText } from '../spec/helpers.ts';

const plans = new URL('../load/plans/', import.meta.url);
const files = {
  read: async (path: string) => {
    if (path === '/project/plans') throw Object.assign(new Error('directory'), { code: 'EISDIR' });
    const name = /^\/project\/plans\/(.+\.jmx)$/.exec(path)?.[1];
    return name === undefined ? undefined : new Uint8Array(readFileSync(new URL(name, plans)));
  },
};

const example = readFileSync('examples/miniproyecto/relevo.yaml', 'utf8');
const more = `
  shop: { plan: plans/jmeter-5.1-api.jmx, properties: { host: web.test }, expect: ['p99 < 1s'] }
  gone: { plan: plans/none/gone.jmx }
`;
const project: PlanProject = { spec: loadText(example + more), file: 'relevo.yaml', directory: '/project' };

async function failure(name: string, path = '/none', given: PlanProject | null = project): Promise<string> {
  const naming = { name, path, ...(given !== null && { project: given }) };
  const error = await openPlan(naming, files).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof RelevoError)) throw new Error(`${name} was opened`);
  const { code, message, hint } = error.failure;
  return `${code}: ${message} (${hint})`;
}

describe('openPlan', () => {
  test('what the file says in short', async () => {
    const { plan, properties, expect: expected } = await openPlan({ name: 'stress', path: '/x', project }, files);
    expect([plan.name, plan.directory, plan.root.kind]).toEqual(['stress', '/project', 'TestPlan']);
    expect([properties.size, expected]).toEqual([0, []]);
  });

  test('a plan of JMeter’s that the file names, with what it says beside it', async () => {
    const { plan, properties, expect: expected } = await openPlan({ name: 'shop', path: '/x', project }, files);
    expect([plan.name, plan.directory, plan.root.name]).toEqual(['shop', '/project/plans', 'API']);
    expect([...properties]).toEqual([['host', 'web.test']]);
    expect(expected.map(({ text }) => text)).toEqual(['p99 < 1s']);
  });

  test('a .jmx, with or without a project', async () => {
    const named = { name: './include.jmx', path: '/project/plans/include.jmx' };
    const { plan } = await openPlan(named, files);
    expect([plan.name, plan.directory, plan.root.name]).toEqual(['./include.jmx', '/project/plans', 'Includes']);
  });

  test('what is not there', async () => {
    expect(await failure('strss')).toBe('not-found: relevo.yaml has no load plan strss (did you mean `stress`?)');
    expect(await failure('other')).toBe(
      'not-found: relevo.yaml has no load plan other (there are: steady, stress, shop, gone)',
    );
    expect(await failure('other', '/x', { ...project, spec: { load: [] } })).toBe(
      'not-found: relevo.yaml has no load plan other (say one under `load:` there, or name a .jmx)',
    );
    expect(await failure('plans', '/project/plans/', null)).toBe(
      'not-found: there is no file that has a load plan plans (name a .jmx, or the file with its `load:` by -f FILE)',
    );
    expect(await failure('./plans', '/project/plans')).toBe(
      "not-found: ./plans can't be read: this is a directory, not a file (undefined)",
    );
    expect(await failure('a.jmx', '/project/a.jmx')).toBe('not-found: there is no file a.jmx (undefined)');
  });
});

describe('exportPlan', () => {
  test('the example’s plan of JMeter’s is what its `load:` says', () => {
    const written = exportPlan('stress', project, new URL('http://localhost:1080'));
    expect(readFileSync('examples/miniproyecto/plans/stress.jmx', 'utf8')).toBe(written);
  });

  test('a plan of JMeter’s needs no export', () => {
    expect(() => exportPlan('shop', project, new URL('http://a'))).toThrow('shop is a plan of JMeter’s already');
  });
});
