import { describe, expect, it } from 'vitest';
import type { Sample } from '../../../src/load/sample.ts';
import { el, type Part, plan, request, run, seen, users } from './rig.ts';

const transaction = (properties: Record<string, string>, ...children: Part[]) =>
  el('TransactionController', { name: 'T', ...properties }, ...children);

const withParent = { 'TransactionController.parent': 'true' };
const withoutTimers = { 'TransactionController.includeTimers': 'false' };
const timer = el('ConstantTimer', { 'ConstantTimer.delay': '100' });

async function samplesOf(...parts: Part[]): Promise<readonly Sample[]> {
  return (await run(plan({}, users({}, ...parts)))).samples.map(({ sample }) => sample);
}

describe('transactions beside their samples', () => {
  it('report after those inside, timers included', async () => {
    const ran = await run(
      plan({}, users({}, transaction({}, timer, request('a', { ms: '10' }), request('b', { ms: '20' })))),
    );
    expect(seen(ran)).toEqual(['a@100', 'b@210', 'T@0']);
    expect(ran.samples[2]?.sample).toMatchObject({
      ...{ elapsed: 230, idle: 0, success: true, code: '200', received: 20, sent: 10 },
      message: 'Number of samples in transaction : 2, number of failing samples : 0',
      ...{ thread: 'Users 1-1', groupThreads: 1, allThreads: 1, beside: true },
    });
  });

  it('have only their samples’ time where timers do not count', async () => {
    const samples = await samplesOf(
      transaction(withoutTimers, timer, request('a', { ms: '10' }), request('b', { ms: '20' })),
    );
    expect(samples[2]).toMatchObject({ elapsed: 30, idle: 200 });
  });

  it('fail with one that fails, without a code', async () => {
    const samples = await samplesOf(transaction({}, request('a', { ok: 'false' }), request('b')));
    expect(samples[2]).toMatchObject({
      ...{ success: false, code: '' },
      message: 'Number of samples in transaction : 2, number of failing samples : 1',
    });
  });

  it('are inside one another', async () => {
    const samples = await samplesOf(
      transaction({ name: 'outer' }, request('a'), transaction({}, request('b')), request('c')),
    );
    expect(samples.map(({ label }) => label)).toEqual(['a', 'b', 'T', 'c', 'outer']);
    // JMeter counts a look that comes to nothing as a call of the controllers around, too.
    expect(samples[4]?.message).toBe('Number of samples in transaction : 4, number of failing samples : 0');
  });

  it('are told where the group begins its next loop after a failure', async () => {
    const group = { loops: '2', 'ThreadGroup.on_sample_error': 'startnextloop' };
    const { samples } = await run(plan({}, users(group, transaction({}, request('a', { ok: 'false' }), request('b')))));
    expect(samples.map(({ label, sample }) => `${label} ${sample.success}`)).toEqual([
      'a false',
      'T false',
      'a false',
      'T false',
    ]);
  });
});

describe('transactions with a parent sample', () => {
  it('give one sample with those inside', async () => {
    const samples = await samplesOf(
      transaction(withParent, timer, request('a', { ms: '10' }), request('b', { ms: '20' })),
      request('c'),
    );
    expect(samples.map(({ label }) => label)).toEqual(['T', 'c']);
    expect(samples[0]).toMatchObject({
      ...{ elapsed: 230, idle: 0, success: true, code: '200', received: 20, sent: 10 },
      message: 'Number of samples in transaction : 2, number of failing samples : 0',
      thread: 'Users 1-1',
    });
    expect(samples[0]?.children.map(({ label, start, elapsed }) => [label, start - 1_000_000, elapsed])).toEqual([
      ['a', 100, 10],
      ['b', 210, 20],
    ]);
  });

  it('have only their samples’ time where timers do not count', async () => {
    const [sample] = await samplesOf(
      transaction({ ...withParent, ...withoutTimers }, timer, request('a', { ms: '10' })),
    );
    expect(sample).toMatchObject({ elapsed: 10, idle: 100 });
  });

  it('have the code of the first that failed', async () => {
    const [sample] = await samplesOf(
      transaction(withParent, request('a'), request('b', { ok: 'false' }), request('c')),
    );
    expect(sample).toMatchObject({
      ...{ success: false, code: '500' },
      message: 'Number of samples in transaction : 3, number of failing samples : 1',
    });
  });

  it('are judged by assertions of their own level and above', async () => {
    const [sample] = await samplesOf(
      transaction(
        withParent,
        el('Check', { name: 'C', fails: '${fails}' }),
        request('a', {}, el('Set', { name: 'fails', value: 'true' })),
      ),
    );
    expect(sample).toMatchObject({ success: false, failure: 'C failed' });
  });

  it('are inside one another', async () => {
    const samples = await samplesOf(
      transaction(
        { ...withParent, name: 'outer' },
        request('a'),
        transaction(withParent, request('b'), request('c')),
        request('d'),
      ),
      request('e'),
    );
    const tree = ({ label, children }: Sample): string =>
      children.length === 0 ? label : `${label}(${children.map(tree).join(' ')})`;
    expect(samples.map(tree)).toEqual(['outer(a T(b c) d)', 'e']);
  });

  it('are told when the user is stopped inside', async () => {
    const group = { 'ThreadGroup.on_sample_error': 'stopthread' };
    const { samples } = await run(
      plan({}, users(group, transaction(withParent, request('a', { ok: 'false' }), request('b')))),
    );
    expect(samples.map(({ label, sample }) => [label, sample.children.length, sample.success])).toEqual([
      ['T', 1, false],
    ]);
  });

  it('are told when the group begins its next loop after a failure', async () => {
    const group = { loops: '2', 'ThreadGroup.on_sample_error': 'startnextloop' };
    const inner = transaction({ ...withParent, name: 'inner' }, request('a', { ok: 'false' }), request('b'));
    const { samples } = await run(plan({}, users(group, transaction(withParent, inner))));
    const tree = ({ label, children }: Sample): string =>
      children.length === 0 ? label : `${label}(${children.map(tree).join(' ')})`;
    expect(samples.map(({ sample }) => tree(sample))).toEqual(['T(inner(a))', 'T(inner(a))']);
  });

  it('keep a sample’s Result Status Action Handler from hearing it, where that is outside', async () => {
    const stop = el('ResultAction', { 'OnError.action': '1' });
    const outside = await run(
      plan({}, users({}, stop, transaction(withParent, request('a', { ok: 'false' }), request('b')))),
    );
    expect(outside.samples[0]?.sample.children.map(({ label }) => label)).toEqual(['a', 'b']);
    const inside = await run(
      plan({}, users({}, transaction(withParent, request('a', { ok: 'false' }, stop), request('b')))),
    );
    expect(inside.samples[0]?.sample.children.map(({ label }) => label)).toEqual(['a']);
  });
});
