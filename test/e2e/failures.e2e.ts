import { spawnSync } from 'node:child_process';
import { afterAll, describe, expect, it } from 'vitest';
import { exitCodes } from '../../src/domain/failure.ts';
import { title } from '../rig/load.ts';
import { Project } from '../rig/project.ts';

const project = new Project('relevo-fails', 1183).onlyOn('virtualMachine1');

afterAll(() => project[Symbol.dispose]());

describe('what goes wrong on real machines', () => {
  it('shows the step of a build that failed, and its last lines', () => {
    const packages = 'packages: [apache2]';
    const steps = '\n    run: ["echo first", "echo the reason >&2; exit 3"]';
    project.edit(packages, packages + steps);
    const { code, stdout } = project.relevo('up', '--yes');
    project.edit(steps, '');
    expect(code).toBe(exitCodes['build-failed']);
    expect(stdout).toContain('exit code 3');
    expect(stdout).toContain('run[1]: echo the reason >&2; exit 3');
    expect(stdout).toMatch(/│ the reason$/m);
  });

  it('shows the journal of an instance that never becomes healthy', () => {
    project.edit('health: { path: / }', 'health: { path: /nowhere, start_period: 4s }');
    const { code, stdout } = project.relevo('up', '--yes');
    expect(code).toBe(exitCodes.unhealthy);
    expect(stdout).toMatch(/web-[12] is still unhealthy after 4 s: HAProxy asked GET \/nowhere .*and got 404/);
    expect(stdout).toContain('404');
    expect(stdout).toMatch(/the journal of web-[12]/);
    expect(stdout).toContain('The Apache HTTP Server');
  });

  it('goes on once the mistake is mended, with the instances it has', async () => {
    project.edit('health: { path: /nowhere, start_period: 4s }', 'health: { path: / }');
    project.up();
    expect(await title(project.port)).toMatch(/^Web0[12]$/);
  });

  it('keeps serving what serves while a change fails', async () => {
    project.edit('health: { path: / }', 'health: { path: /nowhere, start_period: 4s }');
    expect(project.relevo('up', '--yes').code).toBe(exitCodes.unhealthy);
    for (let request = 0; request < 10; request += 1) expect(await title(project.port)).toMatch(/^Web0[12]$/);
    project.edit('health: { path: /nowhere, start_period: 4s }', 'health: { path: / }');
    project.up();
  });

  it('touches nothing that others have in the same LXD', () => {
    const lxc = (...argv: string[]) => spawnSync('lxc', argv, { encoding: 'utf8' });
    expect(lxc('project', 'create', 'theirs').status).toBe(0);
    expect(project.relevo('destroy', '--yes').code).toBe(0);
    expect(lxc('project', 'show', 'theirs').status).toBe(0);
    expect(lxc('project', 'delete', 'theirs').status).toBe(0);
  });
});
