import type { Element } from '../../../src/load/jmx/element.ts';
import {
  assertion,
  bean,
  controller,
  defaults,
  element,
  type Given,
  group,
  http,
  list,
  loop,
  regex,
  simple,
  timer,
  transaction,
  variables,
} from '../../rig/plan.ts';
import { type Case, same } from './case.ts';

const one = (...children: Element[]) => group('users', {}, ...children);
const times = (loops: number, ...children: Element[]) => group('users', { loops }, ...children);

const nested = (forever: string, ...children: Element[]) =>
  controller(
    'LoopController',
    'LoopControlPanel',
    'Nested',
    { 'LoopController.continue_forever': forever, 'LoopController.loops': '2' },
    ...children,
  );
const ifThen = (condition: string, more: Given, ...children: Element[]) =>
  controller(
    'IfController',
    'IfControllerPanel',
    'If',
    {
      'IfController.condition': condition,
      'IfController.evaluateAll': 'false',
      'IfController.useExpression': 'true',
      ...more,
    },
    ...children,
  );
const whileTrue = (condition: string, ...children: Element[]) =>
  controller('WhileController', 'WhileControllerGui', 'While', { 'WhileController.condition': condition }, ...children);
const counter = (more: Given = {}) =>
  element('CounterConfig', 'CounterConfigGui', 'Counter', {
    ...{ 'CounterConfig.start': '1', 'CounterConfig.end': '', 'CounterConfig.incr': '1', 'CounterConfig.name': 'n' },
    ...{ 'CounterConfig.format': '', 'CounterConfig.per_user': 'false', ...more },
  });
const throughput = (style: string, amount: string, ...children: Element[]) =>
  controller(
    'ThroughputController',
    'ThroughputControllerGui',
    'Throughput',
    {
      ...{ 'ThroughputController.style': style, 'ThroughputController.perThread': 'true' },
      ...{
        'ThroughputController.maxThroughput': style === '0' ? amount : '1',
        'ThroughputController.percentThroughput': style === '1' ? amount : '100',
      },
    },
    ...children,
  );
const interleave = (style: string, ...children: Element[]) =>
  controller(
    'InterleaveControl',
    'InterleaveControlGui',
    'Interleave',
    { 'InterleaveControl.style': style },
    ...children,
  );
const switchTo = (value: string, ...children: Element[]) =>
  controller('SwitchController', 'SwitchControllerGui', 'Switch', { 'SwitchController.value': value }, ...children);
const forEach = (more: Given, ...children: Element[]) =>
  controller(
    'ForeachController',
    'ForeachControlPanel',
    'ForEach',
    {
      'ForeachController.inputVal': 'v',
      'ForeachController.returnVal': 'each',
      'ForeachController.useSeparator': 'true',
      ...more,
    },
    ...children,
  );
/** With a host of its own, a module stays one when the plan is aimed. */
const here = { 'HTTPSampler.domain': '127.0.0.1', 'HTTPSampler.port': '${__P(port)}' };
const module = (...path: string[]) =>
  controller('ModuleController', 'ModuleControllerGui', 'Module', { 'ModuleController.node_path': list(...path) });
const once = (...children: Element[]) =>
  controller('OnceOnlyController', 'OnceOnlyControllerGui', 'Once', {}, ...children);
const action = (target: string, what: string, duration = '0') =>
  element('TestAction', 'TestActionGui', 'Flow', {
    'ActionProcessor.action': what,
    'ActionProcessor.target': target,
    'ActionProcessor.duration': duration,
  });

/** Each is the only one of its plan: it ends all of it. */
export function stopCases(): readonly Case[] {
  return [
    same('stop-test', (at) => [
      group(
        'users',
        { loops: 3, onError: 'stoptest' },
        http(at('/ok')),
        http(at('/status/500')),
        http(at('/ok?never')),
      ),
      group('more', {}, http(at('/ok?never'))),
      group('last', { kind: 'PostThreadGroup' }, http(at('/ok?last'))),
    ]),
  ];
}

export function flowCases(): readonly Case[] {
  const fails = (name: string, onError: string, users = 1) =>
    same(name, (at) =>
      group(
        'users',
        { onError, loops: 3, users },
        http(at('/ok?before')),
        loop(2, http(at('/status/500')), http(at('/ok?after'))),
        http(at('/ok?end')),
      ),
    );
  return [
    fails('error-continue', 'continue'),
    fails('error-next-loop', 'startnextloop'),
    fails('error-stop-thread', 'stopthread'),
    same('nested-loop', (at) => times(3, http(at('/ok?outer')), nested('true', http(at('/ok?inner'))))),
    same('nested-loop-once', (at) => times(3, http(at('/ok?outer')), nested('false', http(at('/ok?inner'))))),
    same('loop-zero', (at) => one(loop(0, http(at('/ok?never'))), http(at('/ok')))),
    same('loop-variable', (at) => one(variables(['count', '3']), loop('${count}', http(at('/ok'))))),
    same('loop-nonsense', (at) => one(loop('many', http(at('/ok?never'))), http(at('/ok')))),
    same('loops-missing-forever', (at) => {
      const main = bean('LoopController', { 'LoopController.loops': '2' });
      const fifth = '${__jexl3(${__counter(TRUE,)} == 5)}';
      return group(
        'users',
        { more: { 'ThreadGroup.main_controller': main } },
        http(at('/ok')),
        ifThen(fifth, {}, action('0', '0')),
      );
    }),
    same('if-expression', (at) =>
      one(
        variables(['yes', 'true'], ['other', 'TRUE']),
        ifThen('${yes}', {}, http(at('/ok?yes'))),
        ifThen('${other}', {}, http(at('/ok?upper'))),
        ifThen('${unknown}', {}, http(at('/ok?unknown'))),
        ifThen('', {}, http(at('/ok?blank'))),
      ),
    ),
    same('if-once-on-entry', (at) =>
      one(
        variables(['go', 'true']),
        ifThen('${go}', {}, http(at('/say?text=false'), {}, regex('go', '(.*)')), http(at('/ok?still'))),
        ifThen('${go}', {}, http(at('/ok?never'))),
      ),
    ),
    same('if-evaluate-all', (at) =>
      one(
        variables(['go', 'true']),
        ifThen(
          '${go}',
          { 'IfController.evaluateAll': 'true' },
          http(at('/say?text=false'), {}, regex('go', '(.*)')),
          http(at('/ok?never')),
        ),
      ),
    ),
    same('if-groovy', (at) =>
      one(
        variables(['n', '5']),
        ifThen('${__groovy(vars.get("n").toInteger() > 3)}', {}, http(at('/ok?more'))),
        ifThen('${__jexl3(${n} < 3)}', {}, http(at('/ok?less'))),
      ),
    ),
    same('if-last-ok', (at) =>
      one(
        http(at('/ok')),
        ifThen('${JMeterThread.last_sample_ok}', {}, http(at('/ok?then'))),
        http(at('/status/500')),
        ifThen('${JMeterThread.last_sample_ok}', {}, http(at('/ok?never'))),
      ),
    ),
    same('while-condition', (at) =>
      one(
        variables(['go', 'true']),
        whileTrue('${go}', http(at('/ok')), http(at('/say?text=false'), {}, regex('go', '(.*)')), http(at('/ok?rest'))),
      ),
    ),
    same('while-counter', (at) => one(whileTrue('${__jexl3(${__counter(TRUE,)} <= 3)}', http(at('/ok'))))),
    same('while-blank', (at) => one(whileTrue('', http(at('/ok')), http(at('/status/500'))), http(at('/ok?end')))),
    same('while-last', (at) =>
      one(http(at('/status/500')), whileTrue('LAST', http(at('/ok?never'))), http(at('/ok?end'))),
    ),
    same('while-false', (at) => one(whileTrue('false', http(at('/ok?never'))), http(at('/ok')))),
    ...['25', '33.3', '50', '60', '100', '0'].map((percent) =>
      same(`throughput-${percent}`, (at) =>
        times(20, throughput('1', percent, http(at('/ok?some'))), http(at('/ok?all'))),
      ),
    ),
    same('throughput-total', (at) => times(6, throughput('0', '2', http(at('/ok?some'))), http(at('/ok?all')))),
    ...['0', '1'].map((style) =>
      same(`interleave-${style}`, (at) =>
        times(
          5,
          interleave(style, http(at('/ok?a')), simple(http(at('/ok?b1')), http(at('/ok?b2'))), http(at('/ok?c'))),
        ),
      ),
    ),
    ...['0', '1', '2', '9', '', 'second', 'none of them'].map((value, index) =>
      same(`switch-${index}`, (at) =>
        one(
          switchTo(
            value,
            http(at('/ok?0'), { name: 'first' }),
            http(at('/ok?1'), { name: 'second' }),
            simple(http(at('/ok?2')), http(at('/ok?2b'))),
          ),
          http(at('/ok?end')),
        ),
      ),
    ),
    same('switch-default', (at) =>
      one(switchTo('nonsense', http(at('/ok?0'), { name: 'first' }), http(at('/ok?d'), { name: 'default' }))),
    ),
    same('foreach', (at) =>
      one(variables(['v_1', 'a'], ['v_2', 'b'], ['v_3', 'c'], ['v_5', 'e']), forEach({}, http(at('/echo?${each}')))),
    ),
    same('foreach-range', (at) =>
      one(
        variables(['v_1', 'a'], ['v_2', 'b'], ['v_3', 'c']),
        forEach({ 'ForeachController.startIndex': '1', 'ForeachController.endIndex': '2' }, http(at('/echo?${each}'))),
      ),
    ),
    same('foreach-no-separator', (at) =>
      one(
        variables(['v1', 'a'], ['v2', 'b']),
        forEach({ 'ForeachController.useSeparator': 'false' }, http(at('/echo?${each}'))),
      ),
    ),
    same('foreach-none', (at) => one(forEach({}, http(at('/ok?never'))), http(at('/ok')))),
    same('once', (at) => times(3, once(http(at('/ok?once'))), http(at('/ok')))),
    same('once-in-loop', (at) => times(2, loop(3, once(http(at('/ok?once'))), http(at('/ok'))))),
    same(
      'random',
      (at) =>
        times(
          20,
          controller(
            'RandomController',
            'RandomControlGui',
            'Random',
            { 'InterleaveControl.style': '0' },
            http(at('/ok'), { name: 'one of them' }),
            http(at('/ok'), { name: 'one of them' }),
          ),
        ),
      { anyOrder: true },
    ),
    same(
      'random-order',
      (at) =>
        times(
          3,
          controller(
            'RandomOrderController',
            'RandomOrderControllerGui',
            'Order',
            {},
            http(at('/ok?a')),
            http(at('/ok?b')),
            http(at('/ok?c')),
          ),
        ),
      { anyOrder: true },
    ),
    same(
      'critical-section',
      (at) =>
        group(
          'users',
          { users: 4, loops: 3 },
          controller(
            'CriticalSectionController',
            'CriticalSectionControllerGui',
            'Alone',
            { 'CriticalSectionController.lockName': 'lock' },
            http(at('/slow/5')),
          ),
        ),
      { anyOrder: true },
    ),
    ...['true', 'false'].flatMap((parent) =>
      ['/ok', '/status/500'].map((path, index) =>
        same(`transaction-${parent}-${index}`, (at) =>
          times(
            2,
            transaction(
              'buy',
              { 'TransactionController.parent': parent, 'TransactionController.includeTimers': 'false' },
              http(at('/ok?first')),
              http(at(path)),
              loop(2, http(at('/ok?loop'))),
            ),
          ),
        ),
      ),
    ),
    same('transaction-nested', (at) =>
      one(
        transaction(
          'outer',
          { 'TransactionController.parent': 'true' },
          transaction('inner', { 'TransactionController.parent': 'true' }, http(at('/ok'))),
          http(at('/ok?2')),
        ),
      ),
    ),
    same('transaction-empty', (at) =>
      one(
        transaction('empty', { 'TransactionController.parent': 'false' }, ifThen('false', {}, http(at('/ok?never')))),
        http(at('/ok')),
      ),
    ),
    same('transaction-assertion', (at) =>
      one(
        transaction(
          'buy',
          { 'TransactionController.parent': 'true' },
          assertion(2, ['nothing like it']),
          http(at('/ok')),
        ),
      ),
    ),
    same('transaction-error-next-loop', (at) =>
      group(
        'users',
        { loops: 2, onError: 'startnextloop' },
        transaction('buy', { 'TransactionController.parent': 'true' }, http(at('/status/500')), http(at('/ok?never'))),
        http(at('/ok?never2')),
      ),
    ),
    same('transaction-error-next-loop-apart', (at) =>
      group(
        'users',
        { loops: 2, onError: 'startnextloop' },
        transaction('buy', { 'TransactionController.parent': 'false' }, http(at('/status/500')), http(at('/ok?never'))),
        http(at('/ok?never2')),
      ),
    ),
    same('counter', (at) =>
      times(4, counter({ 'CounterConfig.end': '3', 'CounterConfig.format': '000' }), http(at('/echo?${n}'))),
    ),
    same(
      'counter-per-user',
      (at) =>
        group(
          'users',
          { users: 2, loops: 2 },
          counter({ 'CounterConfig.per_user': 'true', 'CounterConfig.start': '10', 'CounterConfig.incr': '5' }),
          http(at('/echo?${__threadNum}-${n}')),
        ),
      { anyOrder: true },
    ),
    same(
      'user-parameters',
      (at) =>
        group(
          'users',
          { users: 3, loops: 2 },
          element('UserParameters', 'UserParametersGui', 'Parameters', {
            'UserParameters.names': list('who', 'what'),
            'UserParameters.thread_values': list(list('ana', 'x'), list('bea', 'y')),
            'UserParameters.per_iteration': 'false',
          }),
          http(at('/echo?${who}-${what}')),
        ),
      { anyOrder: true },
    ),
    same('flow-stop', (at) => group('users', { loops: 3 }, http(at('/ok')), action('0', '0'), http(at('/ok?never')))),
    same('flow-break', (at) =>
      times(2, loop(3, http(at('/ok')), action('0', '5'), http(at('/ok?never'))), http(at('/ok?end'))),
    ),
    same('flow-continue', (at) =>
      times(2, loop(2, http(at('/ok')), action('0', '4'), http(at('/ok?never'))), http(at('/ok?end'))),
    ),
    same('flow-next-main', (at) =>
      times(2, loop(2, http(at('/ok')), action('0', '3'), http(at('/ok?never'))), http(at('/ok?never2'))),
    ),
    same('disabled', (at) =>
      one(
        { ...http(at('/ok?never')), enabled: false },
        { ...simple(http(at('/ok?never'))), enabled: false },
        http(at('/ok')),
      ),
    ),
    same('set-up-and-tear-down', (at) => [
      group('last', { kind: 'PostThreadGroup' }, http(at('/ok?last'))),
      group('users', {}, http(at('/ok?main'))),
      group('first', { kind: 'SetupThreadGroup' }, http(at('/ok?first'))),
    ]),
    same('module', (at) =>
      times(
        2,
        { ...simple(http(at('/ok?module'), { more: here }), timer(1)), enabled: false },
        module('Test Plan', 'Test Plan', 'module users', 'Simple'),
      ),
    ),
    same('include', (at) =>
      one(
        variables(['word', 'hello']),
        controller('IncludeController', 'IncludeControllerGui', 'Include', {
          'IncludeController.includepath': 'fragment.jmx',
        }),
        http(at('/ok')),
      ),
    ),
    same('aimed-module', (at) => [
      controller('TestFragmentController', 'TestFragmentControllerGui', 'fragment', {}, simple(http(at('/ok')))),
      group(
        'users',
        {},
        defaults({ ...here, 'HTTPSampler.domain': 'localhost' }),
        module('Test Plan', 'Test Plan', 'aimed-module fragment', 'Simple'),
      ),
    ]),
    same('aimed-include', (at) =>
      one(
        controller('IncludeController', 'IncludeControllerGui', 'Include', {
          'IncludeController.includepath': 'homeless.jmx',
        }),
        http(at('/ok')),
      ),
    ),
    same('no-users', (at) => group('users', { users: 0 }, http(at('/ok?never'))), { silent: true }),
    same('empty-group', () => one(), { silent: true }),
    same(
      'group-skipped',
      (at) =>
        group(
          'users',
          { more: { 'ThreadGroup.scheduler': 'true', 'ThreadGroup.duration': '0' } },
          http(at('/ok?never')),
        ),
      { silent: true },
    ),
  ];
}
