import { describe, expect, it } from 'vitest';
import { disabled, el, plan, request, run, seen, users, variables } from './rig.ts';

describe('scope and order', () => {
  it('leads one user through its samplers', async () => {
    expect(
      seen(await run(plan({}, users({ loops: '2' }, request('a', { ms: '10' }), request('b', { ms: '5' }))))),
    ).toEqual(['a@0', 'b@10', 'a@15', 'b@25']);
  });

  it('runs pre-processors, post-processors and assertions outermost first, timers innermost first, in their order', async () => {
    const parts = (where: string) => [
      el('Before', { name: `pre-${where}` }),
      el('LoggingTimer', { name: `timer-${where}` }),
      el('After', { name: `post-${where}` }),
      el('Check', { name: `check-${where}` }),
    ];
    const { labels } = await run(
      plan(
        {},
        ...parts('plan'),
        users(
          {},
          ...parts('group'),
          el('GenericController', {}, request('first', {}, ...parts('sampler'))),
          request('${log}'),
        ),
      ),
    );
    // The second sampler has only what is outside of the first.
    expect(labels[1]).toBe(
      'pre-group pre-plan pre-sampler timer-sampler timer-group timer-plan post-group post-plan post-sampler check-group check-plan check-sampler pre-group pre-plan timer-group timer-plan',
    );
  });

  it('takes away what is disabled, with all below it', async () => {
    const { labels } = await run(
      plan({}, users({}, disabled(el('LoopController', {}, request('no'))), disabled(request('no')), request('yes'))),
    );
    expect(labels).toEqual(['yes']);
  });

  it('evaluates user-defined variables once, from top to bottom, those of one element beside one another', async () => {
    const { labels } = await run(
      plan(
        {},
        variables({ a: '1', b: '${a}' }),
        users({}, variables({ c: '${a}${P}', a: '2' }), request('${a} ${b} ${c} ${unknown}')),
        users({}, variables({ d: '${a}' }), request('${d}')),
      ),
    );
    expect(labels).toEqual(['2 ${a} 1${P} ${unknown}', '2']);
  });

  it('hears of iterations in the reverse order of the plan', async () => {
    const { labels } = await run(
      plan(
        {},
        el('Iterating', { name: 'plan' }),
        users(
          { loops: '2' },
          el('Iterating', { name: 'group-1' }),
          el('Iterating', { name: 'group-2' }),
          el('GenericController', {}, el('Iterating', { name: 'inner' }), request('${log}')),
        ),
      ),
    );
    expect(labels).toEqual(['plan group-2 group-1 inner', 'plan group-2 group-1 inner plan group-2 group-1 inner']);
  });
});
