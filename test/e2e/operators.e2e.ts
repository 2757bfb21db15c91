import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { exitCodes } from '../../src/domain/failure.ts';
import { load, lost } from '../rig/load.ts';
import { Project } from '../rig/project.ts';

const project = new Project('relevo-daily', 1189).onlyOn('virtualMachine1');
const text = () => readFileSync(project.file, 'utf8');

afterAll(() => project[Symbol.dispose]());

/** When the containers began: another text after a restart. */
function boots(): string[] {
  const names = project.status().instances.map(({ name }) => name);
  return names.map((name) => project.relevo('exec', name, '--', 'stat', '-c', '%Z', '/proc/1').stdout);
}

describe('day by day', () => {
  it('more instances, and fewer, by one word: the file says it then', async () => {
    project.up();
    const before = text();
    const stop = load(project.port);
    expect(await project.beside('scale', 'web=3', '--yes')).toBe(0);
    expect(text()).toBe(before.replace('replicas: 2', 'replicas: 3'));
    expect((await project.seen()).instances).toHaveLength(3);
    expect(await project.beside('scale', 'web=2', '--yes')).toBe(0);
    expect(lost(await stop())).toEqual([]);
    expect(text()).toBe(before);
    expect(project.relevo('plan').code).toBe(0);
  });

  it('changes nothing where the wish is none', () => {
    const before = text();
    expect(project.relevo('scale', 'wbe=3', '--yes').code).toBe(exitCodes['not-found']);
    expect(project.relevo('scale', 'web=99999', '--yes').code).toBe(exitCodes['invalid-file']);
    expect(project.relevo('scale', 'web', '--yes').code).toBe(exitCodes.usage);
    expect(project.relevo('scale', 'web=3').code).toBe(exitCodes.refused); // nobody is there to say yes
    expect(text()).toBe(before);
  });

  it('restarts one after another, and nobody notices', async () => {
    const before = boots();
    const stop = load(project.port);
    expect(await project.beside('restart', 'web')).toBe(0);
    expect(lost(await stop())).toEqual([]);
    const after = boots();
    for (const [index, boot] of after.entries()) expect(boot).not.toBe(before[index]);
    expect(project.relevo('plan').code).toBe(0);
  });

  it('does not restart the only one', () => {
    project.relevo('scale', 'web=1', '--yes');
    expect(project.relevo('restart', 'web').code).toBe(exitCodes.refused);
  });
});
