import { describe, expect, it } from 'vitest';
import { runSteps } from '../../src/apply/run.ts';
import type { EventBody } from '../../src/domain/event.ts';
import { RelevoError } from '../../src/domain/failure.ts';
import type { Step } from '../../src/domain/step.ts';

const step = (id: string, ...after: string[]): Step => ({ id, after, reason: '', kind: 'image.delete', alias: id });

/** Steps that end when they are told to. */
function stage(steps: readonly Step[]) {
  const begun: string[] = [];
  const ends = new Map<string, { resolve(): void; reject(error: Error): void }>();
  const events: EventBody[] = [];
  const act = (each: Step) => {
    begun.push(each.id);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    ends.set(each.id, { resolve, reject });
    return promise;
  };
  const result = runSteps(
    steps,
    act,
    (event) => events.push(event),
    () => 0,
  );
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return {
    ...{ begun, events, result },
    end(id: string) {
      ends.get(id)?.resolve();
      return settle();
    },
    fail(id: string, error: Error) {
      ends.get(id)?.reject(error);
      return settle();
    },
  };
}

describe('running steps', () => {
  it('begins each as soon as what it comes after is done', async () => {
    const { begun, end, result } = stage([step('a'), step('b', 'a'), step('c'), step('d', 'b', 'c')]);
    expect(begun).toEqual(['a', 'c']);
    await end('a');
    expect(begun).toEqual(['a', 'c', 'b']);
    await end('b');
    expect(begun).toHaveLength(3);
    await end('c');
    await end('d');
    expect(await result).toEqual({ succeeded: 4 });
  });

  it('does so much at once as there is room for, on one machine and on all of them', async () => {
    const warm = (id: string, machine: string): Step => {
      const image = { name: 'web', alias: 'web', recipe: { base: '', packages: [], files: [], run: [] } };
      return { id, machine, image, kind: 'image.warm', reason: '', after: [] };
    };
    const onOne = Array.from({ length: 8 }, (_, index) => warm(`a${index}`, 'm1'));
    const others = Array.from({ length: 5 }, (_, index) => warm(`b${index}`, `m${index + 2}`));
    expect(stage(onOne).begun).toHaveLength(6);
    const onThree = Array.from({ length: 9 }, (_, index) => warm(`c${index}`, `m${index % 3}`));
    expect(stage([...onThree, step('on none', 'c0')]).begun).toHaveLength(6);
    const { begun, end } = stage([...onOne, ...others]);
    expect(begun).toEqual(['a0', 'a1', 'a2', 'a3', 'a4', 'a5', 'b0', 'b1', 'b2', 'b3', 'b4']);
    await end('b0');
    expect(begun.slice(11)).toEqual([]);
    await end('a1');
    expect(begun.slice(11)).toEqual(['a6']);
  });

  it('has members join one after another', async () => {
    const join = (name: string): Step => ({
      ...{ id: name, kind: 'cluster.join', reason: '', after: [], through: 'm1' },
      machine: { name, address: '', image: '' },
    });
    const { begun, end } = stage([join('m2'), join('m3')]);
    expect(begun).toEqual(['m2']);
    await end('m2');
    expect(begun).toEqual(['m2', 'm3']);
  });

  it('begins nothing after a failure, and lets what runs finish', async () => {
    const { begun, end, fail, result, events } = stage([step('a'), step('b'), step('c', 'b')]);
    await fail('a', new RelevoError({ code: 'unhealthy', message: 'no' }));
    await end('b');
    expect(begun).toEqual(['a', 'b']);
    expect(await result).toEqual({ succeeded: 1, failure: { code: 'unhealthy', message: 'no' } });
    expect(events.map(({ type }) => type)).toEqual(['step-started', 'step-started', 'step-failed', 'step-succeeded']);
  });

  it('shows where a bug was thrown', async () => {
    const { fail, result } = stage([step('a')]);
    await fail('a', new TypeError('x is not a function'));
    const { failure } = await result;
    expect(failure).toMatchObject({ code: 'failed', message: 'x is not a function', evidence: { title: 'stack' } });
  });
});
