import { describe, expect, it } from 'vitest';
import type { Event } from '../../src/domain/event.ts';
import type { Step } from '../../src/domain/step.ts';
import { load, lost, title } from '../rig/load.ts';
import { Project } from '../rig/project.ts';
import { remains } from '../rig/remains.ts';

type Kind = Step['kind'];

/** Every kind of step that a first `up` with cached images takes. */
const kinds: readonly Kind[] = [
  'balancer.configure',
  'balancer.create',
  'cluster.bootstrap',
  'cluster.configure',
  'cluster.join',
  'controller.configure',
  'image.import',
  'image.warm',
  'instance.create',
  'machine.create',
  'provider.prepare',
  'publish',
];

/** What a killed `up` asked for may be done after its end: the next one then finds it made, and only starts it. */
const halfDone: readonly Kind[] = ['balancer.start', 'instance.start', 'machine.start'];
/** Where no test before this one has made the images. */
const uncached: readonly Kind[] = ['base.prepare', 'image.build'];

/** The kinds of the steps that begin, told from the events of one `up`. */
function beginnings(): (event: Event) => Kind | undefined {
  const kindOf = new Map<string, Kind>();
  return (event) => {
    if (event.type === 'plan') for (const { id, kind } of event.steps) kindOf.set(id, kind);
    return event.type === 'step-started' ? kindOf.get(event.step) : undefined;
  };
}

async function killIn(project: Project, wanted: Kind): Promise<boolean> {
  const begins = beginnings();
  return project.upKilledAt((event) => begins(event) === wanted);
}

/** Kills `up` whenever a kind of step begins that it has not been killed in before, until one comes through. */
async function killInEachKind(project: Project): Promise<Kind[]> {
  const seen = new Set<Kind>();
  for (;;) {
    const begins = beginnings();
    const killed = await project.upKilledAt((event) => {
      const kind = begins(event);
      if (kind === undefined || seen.has(kind)) return false;
      seen.add(kind);
      return true;
    });
    if (!killed) return [...seen].sort();
  }
}

describe('an interrupted up', () => {
  it('is completed by the next one, wherever it was killed', async () => {
    using project = new Project('relevo-kill', 1181).onlyOn('virtualMachine1', 'virtualMachine2');
    const seen = await killInEachKind(project);
    expect(seen.filter((kind) => ![...halfDone, ...uncached].includes(kind))).toEqual(kinds);
    expect(project.relevo('plan').code).toBe(0);
    expect(new Set([await title(project.port), await title(project.port)])).toEqual(new Set(['Web01', 'Web02']));

    project.write('site/index.html', '<title>{{instance.label}}</title> second edition');
    const stop = load(project.port);
    expect(await killIn(project, 'instance.replace')).toBe(true);
    expect(await project.beside('up', '--yes')).toBe(0);
    expect(lost(await stop())).toEqual([]);
  });

  const long: readonly Kind[] = process.env['RELEVO_LONG'] === '1' ? ['cluster.join', 'instance.create'] : [];
  it.each<Kind>(['provider.prepare', 'machine.create', ...long])(
    'leaves nothing behind when it is killed in %s and destroyed',
    async (kind) => {
      using project = new Project('relevo-gone', 1182);
      expect(await killIn(project, kind)).toBe(true);
      expect(project.relevo('destroy', '--yes')).toMatchObject({ code: 0, stderr: '' });
      expect(remains(project.name)).toEqual([]);
    },
  );
});
