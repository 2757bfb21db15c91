import { afterAll, describe, expect, it } from 'vitest';
import { load, lost, title } from '../rig/load.ts';
import { Project } from '../rig/project.ts';

const project = new Project('relevo-backups', 1185);
const inside = (instance: string, ...argv: string[]) => project.relevo('exec', instance, '--', ...argv);

/** Asked beside the load: were `status` waited for in place, the load's requests would not be served meanwhile, and time out. */
async function serversOf(names: readonly string[]) {
  const { instances } = await project.seen();
  return names.map((name) => instances.find((each) => each.name === name)?.server);
}

afterAll(() => project[Symbol.dispose]());

describe('backup servers on real machines', () => {
  it('wait while primaries serve', async () => {
    project.edit('replicas: 2', 'replicas: 2\n    backups: 1\n    algorithm: resource');
    project.up();
    expect(project.status().instances.map(({ name, role, server }) => [name, role, server])).toEqual([
      ['web-1', 'primary', 'UP'],
      ['web-2', 'primary', 'UP'],
      ['web-3', 'backup', 'UP'],
    ]);
    const shown = await Promise.all(Array.from({ length: 8 }, () => title(project.port)));
    expect(new Set(shown)).toEqual(new Set(['Web01', 'Web02']));
  });

  it('tell the balancer their load, on its own machine and on others', () => {
    const ask = "echo 'show stat -1 4 -1' | socat STDIO UNIX-CONNECT:/run/haproxy/admin.sock | grep '^web,web-[0-9]*,'";
    const rows = inside('balancer-1', 'sh', '-c', ask).stdout.trim().split('\n');
    expect(rows).toHaveLength(3);
    for (const row of rows) expect(row).toContain('L7OK');
  });

  it('answer when all primaries die at once, and step back when those return', async () => {
    const stop = load(project.port);
    const both = ['web-1', 'web-2'];
    await Promise.all(both.map((name) => project.beside('exec', name, '--', 'systemctl', 'stop', 'apache2')));
    expect(await title(project.port)).toBe('Web03');
    await Promise.all(both.map((name) => project.beside('exec', name, '--', 'systemctl', 'start', 'apache2')));
    await expect.poll(() => serversOf(both), { timeout: 20_000 }).toEqual(['UP', 'UP']);
    expect(lost(await stop())).toEqual([]);
    // it was promoted, and steps back when they have been UP for a while
    const shown = async () => new Set(await Promise.all(Array.from({ length: 8 }, () => title(project.port))));
    await expect.poll(shown, { timeout: 30_000, interval: 500 }).toEqual(new Set(['Web01', 'Web02']));
  });

  it('become primaries where replicas grow, and cold ones are made and stopped', async () => {
    project.edit('backups: 1', 'backups: { count: 1, kind: cold }');
    project.edit('replicas: 2', 'replicas: 3');
    const stop = load(project.port);
    expect(await project.beside('up', '--yes')).toBe(0);
    expect(lost(await stop())).toEqual([]);
    const { instances } = project.status();
    expect(instances.map(({ name, role, state }) => [name, role, state])).toEqual([
      ['web-1', 'primary', 'running'],
      ['web-2', 'primary', 'running'],
      ['web-3', 'primary', 'running'],
      ['web-4', 'backup', 'stopped'],
    ]);
    expect(project.relevo('plan').code).toBe(0);
  });
});
