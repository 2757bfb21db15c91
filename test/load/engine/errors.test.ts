import { describe, expect, it } from 'vitest';
import { el, type Part, plan, request, run, seen, users } from './rig.ts';

const fails = request('f', { ok: 'false' });
const [a, b] = [request('a'), request('b')];

describe('on_sample_error', () => {
  it.each([
    [
      'continue',
      ['a@0', 'f@10', 'b@20', 'a@30', 'f@40', 'b@50', 'a@1000', 'f@1010', 'b@1020', 'a@1030', 'f@1040', 'b@1050'],
    ],
    ['startnextloop', ['a@0', 'f@10', 'a@20', 'f@30', 'a@1000', 'f@1010', 'a@1020', 'f@1030']],
    ['stopthread', ['a@0', 'f@10', 'a@1000', 'f@1010']],
    ['stoptest', ['a@0', 'f@10']],
    ['stoptestnow', ['a@0', 'f@10']],
  ])('%s', async (action, expected) => {
    const timed = (name: string, ok = 'true') => request(name, { ms: '10', ok });
    const group = { loops: '2', number: '2', rampUp: '2', 'ThreadGroup.on_sample_error': action };
    expect(seen(await run(plan({}, users(group, timed('a'), timed('f', 'false'), timed('b')))))).toEqual(expected);
  });

  it('stops in order, or breaks off what others are at', async () => {
    const others = users({ name: 'Others' }, request('long', { ms: '1000' }), b);
    const stopping = (action: string) =>
      users({ 'ThreadGroup.on_sample_error': action }, request('f', { ms: '10', ok: 'false' }));
    const graceful = await run(plan({}, stopping('stoptest'), others));
    expect(graceful.samples.map(({ label, sample }) => [label, sample.success, sample.elapsed])).toEqual([
      ['f', false, 10],
      ['long', true, 1000],
    ]);
    const now = await run(plan({}, stopping('stoptestnow'), others));
    expect(now.samples.map(({ label, sample }) => [label, sample.success, sample.elapsed])).toEqual([
      ['f', false, 10],
      ['long', false, 10],
    ]);
  });

  it('tells whether the last sample was fine', async () => {
    const label = request('${JMeterThread.last_sample_ok}');
    expect((await run(plan({}, users({}, label, fails, label)))).labels).toEqual(['true', 'f', 'false']);
  });
});

describe('result status action handler', () => {
  const loop = (...children: Part[]) => el('LoopController', { 'LoopController.loops': '2' }, ...children);

  it.each([
    ['0', 'a f b a f b c a f b a f b c'],
    ['1', 'a f'],
    ['2', 'a f'],
    ['3', 'a f'],
    ['4', 'a f a f'],
    ['5', 'a f a f c a f a f c'],
    ['6', 'a f c a f c'],
  ])('%s', async (action, expected) => {
    const handler = el('ResultAction', { 'OnError.action': action });
    const { labels } = await run(plan({}, users({ loops: '2' }, handler, loop(a, fails, b), request('c'))));
    expect(labels.join(' ')).toBe(expected);
  });
});

describe('flow control action', () => {
  const action = (number: string, properties: Record<string, string> = {}) =>
    el('TestAction', { 'ActionProcessor.action': number, ...properties });
  const loop = (...children: Part[]) => el('LoopController', { 'LoopController.loops': '2' }, ...children);

  it.each([
    ['stops its user', action('0'), 'a'],
    ['stops the test', action('0', { 'ActionProcessor.target': '2' }), 'a'],
    ['stops the test now', action('2', { 'ActionProcessor.target': '2' }), 'a'],
    ['begins the next iteration of the user', action('3'), 'a a'],
    ['begins the next iteration of the loop', action('4'), 'a a c a a c'],
    ['leaves the loop', action('5'), 'a c a c'],
  ])('%s', async (_, part, expected) => {
    const { labels } = await run(plan({}, users({ loops: '2' }, loop(a, part, b), request('c'))));
    expect(labels.join(' ')).toBe(expected);
  });

  it('pauses, after timers and without a sample, no longer than the user lives', async () => {
    const pause = (ms: string) => action('1', { 'ActionProcessor.duration': ms });
    const timer = el('ConstantTimer', { 'ConstantTimer.delay': '10' });
    expect(seen(await run(plan({}, users({}, a, pause('500'), b))))).toEqual(['a@0', 'b@500']);
    expect(seen(await run(plan({}, users({}, timer, a, pause('500'), b))))).toEqual(['a@10', 'b@530']);
    expect(seen(await run(plan({}, users({}, pause('soon'), a, pause('-5'), b))))).toEqual(['a@0', 'b@0']);
    const scheduled = { 'ThreadGroup.scheduler': 'true', 'ThreadGroup.duration': '2' };
    const ran = await run(plan({}, users(scheduled, a, pause('5000'), b)));
    expect([seen(ran), ran.ended]).toEqual([['a@0'], 2000]);
  });
});

describe('a stop from outside', () => {
  const forever = { loops: '-1', number: '3' };

  it('lets what is under way end, and whoever waits end at once', async () => {
    const waiting = users({ loops: '-1' }, el('ConstantTimer', { 'ConstantTimer.delay': '60000' }), a);
    const ran = await run(plan({}, users(forever, request('s', { ms: '400' })), waiting), { at: [1000, 'stop'] });
    expect(ran.samples.map(({ sample }) => sample.success)).toEqual(Array.from({ length: 9 }, () => true));
    expect(ran.ended).toBe(1200);
  });

  it('breaks off what is under way where it shall end now', async () => {
    const ran = await run(plan({}, users(forever, request('s', { ms: '400' }))), { at: [1000, 'stop now'] });
    expect(ran.samples.map(({ sample }) => sample.success)).toEqual([
      ...Array.from({ length: 6 }, () => true),
      false,
      false,
      false,
    ]);
    expect(ran.ended).toBe(1000);
  });
});
