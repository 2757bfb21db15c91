import { describe, expect, it } from 'vitest';
import { RelevoError } from '../../../src/domain/failure.ts';
import { keyOf, supportOf } from '../../../src/load/engine/catalogue.ts';
import { inspectPlan } from '../../../src/load/engine/inspect.ts';
import { inspectProperties } from '../../../src/load/engine/properties.ts';
import { whyOneWorker } from '../../../src/load/engine/single.ts';
import { inspection } from '../../../src/load/engine/tools.ts';
import type { Element } from '../../../src/load/jmx/element.ts';
import { bean, disabled, el, list, type Part, placed, plan, request, users } from './rig.ts';

const known = el('TestAction', { name: 'Pause' });

function findings(root: Element, included: Record<string, Element> = {}): string[] {
  const include = (path: string) => {
    const found = included[path];
    if (!found) throw new RelevoError({ code: 'not-found', message: `${path} is missing` });
    return found;
  };
  return inspectPlan(root, inspection, include).map(
    ({ kind, path, what, consequence }) => `${kind} ${path}: ${what}: ${consequence}`,
  );
}

describe('what of a plan is not as in JMeter', () => {
  it('is nothing where all is known', () => {
    expect(findings(plan({}, users({}, known, el('ConstantTimer'))))).toEqual([]);
  });

  it('is named with its path and what follows, in the order of the plan', () => {
    const root = plan(
      {},
      el('JSR223Listener', { name: 'Script' }),
      users(
        {},
        el('ParallelController', { name: 'Par' }, known, el('JDBCSampler')),
        el('ResultCollector', { name: 'Tree' }),
      ),
    );
    expect(findings(root)).toEqual([
      'unsupported Plan > Script: JSR223Listener: it is left out',
      'unsupported Plan > Users > Par: ParallelController: it and the 2 elements below it are left out',
      'unsupported Plan > Users > Par > JDBCSampler: JDBCSampler: it is left out',
      'skipped Plan > Users > Tree: Listener: all samples are in the results, and in the file of --jtl',
    ]);
  });

  it('is nothing that is disabled', () => {
    expect(findings(plan({}, disabled(el('Nobody')), disabled(users({}, el('Nobody')))))).toEqual([]);
  });

  it('is a function that we have none of, wherever it is called', () => {
    expect(findings(plan({}, users({ number: '${__shell(rm)}' }, known)))[0]).toContain(
      'unsupported Plan > Users: the function __shell',
    );
    const inside = el('Arguments', {
      name: 'V',
      'Arguments.arguments': list(bean('Argument', { 'Argument.value': '${__nope()}' })),
    });
    expect(findings(plan({}, inside))[0]).toContain('unsupported Plan > V: the function __nope');
  });

  it.each<[string, Part, string]>([
    [
      'a condition that is no safe expression',
      el('IfController', { 'IfController.condition': 'java.lang.System.exit(1)' }),
      'IfController',
    ],
    [
      'a schedule that can’t be read',
      el('OpenModelThreadGroup', { 'OpenModelThreadGroup.schedule': 'rate(1)' }),
      'schedule',
    ],
    ['a mode of no throughput timer', el('ConstantThroughputTimer', { calcMode: 'sometimes' }), 'sometimes'],
    ['a number format', el('CounterConfig', { 'CounterConfig.format': '0%' }), '0%'],
    ['a group without its loop', el('ThreadGroup'), 'no loop controller'],
    [
      'a choice that is computed',
      el('TransactionController', { 'TransactionController.parent': '${p}' }),
      'TransactionController.parent is computed',
    ],
    ['an action that is none', el('TestAction', { 'ActionProcessor.action': '9' }), 'the action 9'],
  ])('is %s', (_, part, what) => {
    const found = findings(plan({}, part));
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(what);
  });

  it('is a module that points to nothing, or to itself', () => {
    const module = (...path: string[]) =>
      el('ModuleController', { name: 'M', 'ModuleController.node_path': list('Plan', 'Plan', ...path) });
    expect(findings(plan({}, users({}, module('Users', 'Gone'))))[0]).toContain(
      'it points to "Users > Gone", which is not there',
    );
    const part = el('GenericController', { name: 'G' }, module('Users', 'G'));
    expect(findings(plan({}, users({}, part)))[0]).toContain('modules point to one another without end');
  });

  it('is looked for in included plans', () => {
    const fragment = (...children: Part[]) =>
      placed(el('TestPlan', { name: 'Inc' }, el('TestFragmentController', { name: 'F' }, ...children)));
    const include = (path: string) =>
      plan({}, users({}, el('IncludeController', { name: 'I', 'IncludeController.includepath': path })));
    expect(findings(include('a.jmx'), { 'a.jmx': fragment(known, el('Nobody')) })).toEqual([
      'unsupported Inc > F > Nobody: Nobody: it is left out',
    ]);
    expect(findings(include('gone.jmx'))[0]).toContain("gone.jmx can't be read: gone.jmx is missing");
    expect(findings(include('b.jmx'), { 'b.jmx': placed(el('TestPlan')) })[0]).toContain('b.jmx has no Test Fragment');
    const endless = fragment(el('IncludeController', { name: 'I', 'IncludeController.includepath': 'c.jmx' }));
    expect(findings(include('c.jmx'), { 'c.jmx': endless }).some((each) => each.includes('without end'))).toBe(true);
  });
});

describe('the catalogue', () => {
  it('tells defaults of one thing from those of another by their form', () => {
    const element = (form: string) => placed(el('ConfigTestElement', { form }));
    expect(keyOf(element('HttpDefaultsGui'))).toBe('HttpDefaultsGui');
    expect(supportOf(element('FtpConfigGui'))).toBeUndefined();
    expect(supportOf(placed(el('toString')))).toBeUndefined();
    expect(supportOf(placed(el('ThreadGroup')))?.title).toBe('Thread Group');
  });
});

describe('plans of one worker', () => {
  it.each<[Part, string | undefined]>([
    [users({}, known), undefined],
    [users({}, el('SyncTimer', { name: 'S' })), 'S (SyncTimer) lets users wait for one another'],
    [users({}, disabled(el('SyncTimer'))), undefined],
    [
      users({}, el('CriticalSectionController', { name: 'C' })),
      'C (CriticalSectionController) lets users wait for one another',
    ],
    [users({}, request('${__setProperty(a,b)}')), 'a property that one user sets is read by others'],
    [
      users({}, el('RandomVariableConfig', { name: 'R', randomSeed: '1' })),
      'R (RandomVariableConfig) lets users wait for one another',
    ],
    [users({}, el('RandomVariableConfig', { randomSeed: '1', perThread: 'true' })), undefined],
  ])('are those whose users need one another', (part, why) => {
    expect(whyOneWorker(plan({}, part))).toBe(why);
  });
});

describe('a property that changes JMeter itself', () => {
  const found = (name: string, root = plan({}, users({}, known))) =>
    inspectProperties(root, new Map([[name, '1']])).map(
      ({ kind, what, consequence }) => `${kind} ${what}: ${consequence}`,
    );

  it.each([
    ['httpclient4.retrycount', 'connections and retries would be as without it'],
    ['https.socket.protocols', 'TLS would be as without it'],
    ['CookieManager.check.cookies', 'cookies would be as without it'],
    ['cache_manager.cached_resource_mode', 'the HTTP cache would be as without it'],
    ['httpsampler.max_redirects', 'redirects, bodies and embedded resources would be as without it'],
    ['csvdataset.file.encoding_list', 'data files would be as without it'],
    ['summariser.interval', 'the log would be as without it'],
    ['threads_schedule', 'the schedule of users would be as without it'],
    ['jmeter.save.saveservice.url', 'the log would be as without it'],
    ['jmeterengine.threadstop.wait', 'the engine would be as without it'],
  ])('%s: is told', (name, consequence) => {
    expect(found(name)).toEqual([`unsupported property ${name} changes JMeter itself: ${consequence}`]);
  });

  it.each(['csvdataset.eofstring', 'csvread.delimiter', 'users', 'target.host', 'threads_schedules', 'cookiesWanted'])(
    '%s: is honoured, or changes nothing of JMeter',
    (name) => {
      expect(found(name)).toEqual([]);
    },
  );

  it.each([
    '${__P(http.users)}',
    '${__P(http.users,3)}',
    '${__property(http.users)}',
    '${__jexl3(props.get("http.users"))}',
  ])('is not told where the plan reads it itself: %s', (text) => {
    expect(found('http.users', plan({}, users({ number: text }, known)))).toEqual([]);
    expect(found('http.user', plan({}, users({ number: text }, known)))).toHaveLength(1);
    expect(found('http.users', plan({}, disabled(users({ number: text }, known))))).toHaveLength(1);
  });
});
