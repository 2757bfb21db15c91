import type { Element } from '../../../src/load/jmx/element.ts';
import { controller, element, type Given, group, http, simple, timer, transaction } from '../../rig/plan.ts';
import { type Case, same } from './case.ts';

const times = (loops: number, ...children: Element[]) => group('users', { loops }, ...children);
const random = (kind: string, offset: string, range: string) =>
  element(kind, `${kind}Gui`, kind, { 'ConstantTimer.delay': offset, 'RandomTimer.range': range });
const throughput = (calcMode: number, perMinute: number) =>
  element('ConstantThroughputTimer', 'TestBeanGUI', 'Throughput', {
    calcMode: String(calcMode),
    throughput: String(perMinute),
  });
const scheduled = (seconds: number, more: Given = {}): Given => ({
  ...{ 'ThreadGroup.scheduler': 'true', 'ThreadGroup.duration': String(seconds), 'ThreadGroup.delay': '0', ...more },
});
const pause = (milliseconds: number) =>
  element('TestAction', 'TestActionGui', 'Pause', {
    'ActionProcessor.action': '1',
    'ActionProcessor.target': '0',
    'ActionProcessor.duration': String(milliseconds),
  });
const openModel = (schedule: string, ...children: Element[]) =>
  element(
    'OpenModelThreadGroup',
    'OpenModelThreadGroupGui',
    'users',
    {
      ...{
        'ThreadGroup.on_sample_error': 'continue',
        'OpenModelThreadGroup.schedule': schedule,
        'OpenModelThreadGroup.random_seed': '7',
      },
      'ThreadGroup.main_controller': { kind: 'OpenModelThreadGroupController', properties: new Map() },
    },
    children,
  );

/** JMeter 5.6.3 counts their schedule from the test's beginning on, so it is the only group of its plan, and has time to wake up. */
export function openModelCases(): readonly Case[] {
  const schedule = 'pause(8 s) rate(5/s) even_arrivals(2 s) pause(1 s) rate(0/s) even_arrivals(2 s) rate(10/s)';
  return [same('even-arrivals', (at) => openModel(schedule, http(at('/ok'))), { anyOrder: true })];
}

/** What begins when, and lasts how long. */
export function timedCases(): readonly Case[] {
  return [
    same('constant', (at) => times(5, http(at('/ok')), http(at('/ok'), { name: 'late' }, timer(200)))),
    same('summed', (at) => times(3, timer(100), simple(timer(100), http(at('/ok?both'))), http(at('/ok?one')))),
    same('uniform', (at) => times(4, random('UniformRandomTimer', '200', '0'), http(at('/ok')))),
    same('gaussian', (at) => times(4, random('GaussianRandomTimer', '200', '0'), http(at('/ok')))),
    same('poisson', (at) => times(4, random('PoissonRandomTimer', '200', '0'), http(at('/ok')))),
    same('disabled-timer', (at) => times(3, { ...timer(2000), enabled: false }, http(at('/ok')))),
    same('ramp-up', (at) => group('users', { users: 5, ramp: 2 }, http(at('/ok')))),
    same('throughput-thread', (at) => times(6, throughput(0, 300), http(at('/ok')))),
    same('throughput-all', (at) => group('users', { users: 2, loops: 4 }, throughput(1, 600), http(at('/ok'))), {
      anyOrder: true,
    }),
    same('throughput-shared', (at) => group('users', { users: 2, loops: 4 }, throughput(3, 300), http(at('/ok'))), {
      anyOrder: true,
    }),
    same(
      'throughput-group-shared',
      (at) => group('users', { users: 2, loops: 4 }, throughput(4, 300), http(at('/ok'))),
      { anyOrder: true },
    ),
    same('scheduled', (at) => group('users', { loops: -1, more: scheduled(2) }, timer(200), http(at('/ok'))), {
      about: 2,
    }),
    same('scheduled-outlasted', (at) =>
      group('users', { loops: -1, more: scheduled(1) }, http(at('/ok')), http(at('/ok?never'), {}, timer(5000))),
    ),
    same('scheduled-loops', (at) => group('users', { loops: 3, more: scheduled(60) }, timer(100), http(at('/ok')))),
    same('pause', (at) => times(3, http(at('/ok')), pause(200))),
    same(
      'runtime',
      (at) =>
        times(
          1,
          controller('RunTime', 'RunTimeGui', 'Runtime', { 'RunTime.seconds': '1' }, http(at('/slow/150'))),
          http(at('/ok')),
        ),
      { about: 1 },
    ),
    same(
      'synchronizing',
      (at) =>
        group(
          'users',
          { users: 3, ramp: 1 },
          element('SyncTimer', 'TestBeanGUI', 'Together', { groupSize: '3', timeoutInMs: '5000' }),
          http(at('/ok')),
        ),
      { anyOrder: true },
    ),
    same('transaction-with-timers', (at) =>
      times(
        2,
        transaction(
          'buy',
          { 'TransactionController.parent': 'false', 'TransactionController.includeTimers': 'true' },
          http(at('/slow/50'), {}, timer(300)),
        ),
      ),
    ),
    same('transaction-without-timers', (at) =>
      times(
        2,
        transaction(
          'buy',
          { 'TransactionController.parent': 'false', 'TransactionController.includeTimers': 'false' },
          http(at('/slow/50'), {}, timer(300)),
        ),
      ),
    ),
    same('transaction-parent-timers', (at) =>
      times(
        2,
        transaction(
          'buy',
          { 'TransactionController.parent': 'true', 'TransactionController.includeTimers': 'true' },
          http(at('/slow/50'), {}, timer(300)),
        ),
      ),
    ),
    same('slow-answers', (at) => group('users', { users: 10, loops: 10 }, http(at('/slow/100'))), { anyOrder: true }),
  ];
}
