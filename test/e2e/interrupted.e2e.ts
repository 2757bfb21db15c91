import { describe, expect, it } from 'vitest';
import type { Step } from '../../src/domain/step.ts';
import { load, lost, title } from '../rig/load.ts';
import { Project } from '../rig/project.ts';
import { remains } from '../rig/remains.ts';

/** Every kind of step that a first `up` with cached images takes, in its order. */
const kinds: readonly Step['kind'][] = [
  'provider.prepare',
  'machine.create',
  'cluster.bootstrap',
  'cluster.join',
  'cluster.configure',
  'image.import',
  'image.warm',
  'instance.create',
  'balancer.create',
  'balancer.configure',
  'publish',
];

/** Kills `up` when a step of this kind has begun, some milliseconds into it. */
async function killIn(project: Project, kind: Step['kind']): Promise<boolean> {
  const ids = new Set<string>();
  return project.upKilledAt((event) => {
    if (event.type === 'plan') for (const step of event.steps) if (step.kind === kind) ids.add(step.id);
    return event.type === 'step-started' && ids.has(event.step);
  });
}

describe('an interrupted up', () => {
  it('is completed by the next one, wherever it was killed', async () => {
    using project = new Project('relevo-kill', 1181);
    for (const kind of kinds) expect([kind, await killIn(project, kind)]).toEqual([kind, true]);
    project.up();
    expect(project.relevo('plan').code).toBe(0);
    expect(new Set([await title(project.port), await title(project.port)])).toEqual(new Set(['Web01', 'Web02']));

    project.write('site/index.html', '<title>{{instance.label}}</title> second edition');
    const stop = load(project.port);
    expect(await killIn(project, 'instance.replace')).toBe(true);
    expect(await project.beside('up', '--yes')).toBe(0);
    expect(lost(await stop())).toEqual([]);
  });

  it.each<Step['kind']>(['provider.prepare', 'machine.create', 'cluster.join', 'instance.create'])(
    'leaves nothing behind when it is killed in %s and destroyed',
    async (kind) => {
      using project = new Project('relevo-gone', 1182);
      expect(await killIn(project, kind)).toBe(true);
      expect(project.relevo('destroy', '--yes')).toMatchObject({ code: 0, stderr: '' });
      expect(remains(project.name)).toEqual([]);
    },
  );
});
