import { Agent } from 'node:http';
import { afterAll, describe, expect, it } from 'vitest';
import type { LoadResult } from '../../src/domain/load.ts';
import { load, lost, title } from '../rig/load.ts';
import { Project } from '../rig/project.ts';
import { remains } from '../rig/remains.ts';

const project = new Project('relevo-e2e', 1180);
const isLong = process.env['RELEVO_LONG'] === '1';
const titles = (count: number) => Promise.all(Array.from({ length: count }, () => title(project.port)));

afterAll(() => project[Symbol.dispose]());

/** `up` under load; resolves when every request is accounted for. */
async function upUnderLoad(): Promise<void> {
  const stop = load(project.port);
  expect(await project.beside('up', '--yes')).toBe(0);
  const outcomes = await stop();
  expect([...outcomes.values()].reduce((a, b) => a + b, 0)).toBeGreaterThan(100);
  expect(lost(outcomes)).toEqual([]);
  expect(project.relevo('plan').code).toBe(0);
}

/** Every request is accounted for and none was lost; a busy host may make the times worth nothing. */
function loaded(plan: string, engine: 'embedded' | 'jmeter'): LoadResult {
  const { code, stdout, stderr } = project.relevo('load', plan, '--engine', engine, '--json');
  expect([0, 14], `${stdout}${stderr}`).toContain(code);
  const result = JSON.parse(stdout) as LoadResult;
  if (result.verdict.is !== 'pass') expect(result.verdict.why.join()).toContain('the generator was the bottleneck');
  expect(result.errors).toEqual([]);
  return result;
}

const kinds = () => project.planned().map(({ kind }) => kind);

describe('the mini-project on real machines', () => {
  it('has three members, two instances that are UP, and answers from both in turn', async () => {
    project.up();
    const { machines, members, instances, url } = project.status();
    expect(machines.filter(({ disk }) => (disk?.used ?? 0) > 1e6 && (disk?.total ?? 0) > 1e9)).toHaveLength(3);
    expect(members.map(({ state, message }) => [state, message])).toEqual(
      Array(3).fill(['ONLINE', 'Fully operational']),
    );
    expect(instances.map(({ name, machine, server }) => [name, machine, server])).toEqual([
      ['web-1', 'virtualMachine2', 'UP'],
      ['web-2', 'virtualMachine3', 'UP'],
    ]);
    expect(url).toBe(`http://127.0.0.1:${project.port}/`);
    const shown: string[] = [];
    for (let request = 0; request < 4; request += 1) shown.push(await title(project.port));
    expect(shown[0]).not.toBe(shown[1]);
    expect([shown[2], shown[3]]).toEqual([shown[0], shown[1]]);
    expect([...new Set(shown)].sort()).toEqual(['Web01', 'Web02']);
  });

  it('has nothing left to do', () => {
    expect(project.relevo('plan')).toMatchObject({ code: 0 });
    expect(project.relevo('up', '--yes').stdout).toContain('Up to date');
  });

  it('runs commands inside, under the host name of the instance, and passes their exit codes on', () => {
    const ran = project.relevo('exec', 'web-1', '--', 'sh', '-c', 'hostname; exit 7');
    expect(ran).toMatchObject({ code: 7, stdout: 'web-1\n' });
  });

  it('gives each instance its own page, also over one kept connection', async () => {
    const kept = new Agent({ keepAlive: true, maxSockets: 1 });
    const shown = [await title(project.port, kept), await title(project.port, kept)];
    kept.destroy();
    expect(shown.sort()).toEqual(['Web01', 'Web02']);
  });

  it('is loaded as its file says, by either engine, and both tell the same', () => {
    const small = 'users: 40, ramp_up: 2s, pace: 500ms, duration: 10s, requests: [{ get: /, expect: { body: Web } }]';
    project.edit('load:\n', `load:\n  small: { ${small} }\n`);
    expect(project.relevo('plan').code).toBe(0);
    const [own, jmeter] = (['embedded', 'jmeter'] as const).map((engine) => loaded('small', engine));
    expect(own?.servers.map(({ name }) => name)).toEqual(['web-1', 'web-2']);
    const [one = 0, two = 0] = own?.servers.map(({ samples }) => samples) ?? [];
    expect(one + two).toBe(own?.total.samples);
    expect(Math.abs(one - two)).toBeLessThan(0.1 * (one + two));
    expect(own?.total.samples).toBeGreaterThan(600);
    const difference = Math.abs((own?.total.samples ?? 0) - (jmeter?.total.samples ?? 0));
    expect(difference).toBeLessThan(0.05 * (own?.total.samples ?? 0)); // who is stopped in the last half second differs
  });

  /** More than two cores carry with both sides on them: what the site does then is told, and adds up. */
  it.runIf(isLong)('is loaded by 2,000 users, as in the original work', () => {
    for (const engine of ['embedded', 'jmeter'] as const) {
      const { code, stdout } = project.relevo('load', 'stress', '--engine', engine, '--json');
      expect([0, 13, 14]).toContain(code);
      const { total, codes, seconds, errors } = JSON.parse(stdout) as LoadResult;
      console.log(`${engine}: ${JSON.stringify({ total, codes, seconds, errors })}`);
      expect(total.ok + total.failed + total.unknown).toBe(total.samples);
      expect(Object.values(codes).reduce((a, b) => a + b)).toBe(total.samples);
      expect(total.samples).toBeGreaterThan(20_000);
      expect(total.ok).toBeGreaterThan(1000);
    }
  });

  it('scales from 2 to 3 under load', async () => {
    project.edit('replicas: 2', 'replicas: 3');
    expect(kinds()).toEqual(['instance.create', 'balancer.configure']);
    await upUnderLoad();
    expect([...new Set(await titles(9))].sort()).toEqual(['Web01', 'Web02', 'Web03']);
  });

  it('replaces one instance after another when a file changes', async () => {
    project.write('site/index.html', '<title>{{instance.label}}</title> second edition');
    expect(kinds()).toEqual(['instance.replace', 'instance.replace', 'instance.replace']);
    await upUnderLoad();
  });

  it('changes only the configuration when the algorithm changes', async () => {
    project.edit('algorithm: roundrobin', 'algorithm: leastconn');
    expect(kinds()).toEqual(['balancer.configure']);
    await upUnderLoad();
  });

  it('scales down to one, drained', async () => {
    project.edit('replicas: 3', 'replicas: 1');
    expect(kinds()).toEqual(['instance.delete', 'instance.delete', 'balancer.configure']);
    await upUnderLoad();
    expect(new Set(await titles(4))).toEqual(new Set(['Web01']));
  });

  it('builds an image for a new package, and replaces the only instance behind a stand-in', async () => {
    project.edit('packages: [apache2]', 'packages: [apache2, netcat-openbsd]');
    const changed = kinds();
    expect(changed.filter((kind) => kind.startsWith('instance.'))).toEqual([
      'instance.create',
      'instance.replace',
      'instance.delete',
    ]);
    await upUnderLoad();
    expect(project.relevo('exec', 'web-1', '--', 'which', 'nc').code).toBe(0);
  });

  it('moves the instance to another machine', async () => {
    project.edit(/place: \[virtualMachine2, virtualMachine3\]/, 'place: [virtualMachine1]');
    await upUnderLoad();
    expect(project.status().instances.map(({ machine }) => machine)).toEqual(['virtualMachine1']);
  });

  it('halts, and starts again as the file says by then', async () => {
    expect(project.relevo('halt').code).toBe(0);
    expect(project.status().machines.map(({ state }) => state)).toEqual(Array(3).fill('stopped'));
    project.edit(/replicas: \d+/, 'replicas: 3'); // controllers wake up with the file of before, and must not undo it
    expect(project.relevo('start').code).toBe(0);
    expect(project.status().instances.map(({ name, server }) => `${name} ${server}`)).toEqual(
      ['web-1', 'web-2', 'web-3'].map((name) => `${name} UP`),
    );
    expect(await title(project.port)).toMatch(/^Web0[123]$/);
    expect(project.relevo('plan').code).toBe(0);
  });

  it('is destroyed without a trace', () => {
    expect(remains(project.name)).not.toEqual([]);
    expect(project.relevo('destroy', '--yes').code).toBe(0);
    expect(project.status().machines.map(({ state }) => state)).toEqual(['absent', 'absent', 'absent']);
    expect(project.relevo('destroy', '--yes').stdout).toContain('nothing to remove');
    expect(remains(project.name)).toEqual([]);
  });
});
