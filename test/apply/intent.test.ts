import { expect, it } from 'vitest';
import { changeIntent } from '../../src/apply/intent.ts';
import type { Intent } from '../../src/domain/intent.ts';
import { intentAlias, intentOf } from '../../src/observe/intent-record.ts';
import { intentMark } from '../../src/observe/marks.ts';
import type { LxdImages } from '../../src/ports/lxd.ts';
import { FakeMarks } from '../rig/fake-marks.ts';

const drain = (machine: string) => (before: Intent) => ({ ...before, drained: [...before.drained, machine] });

it('keeps both of two changes that come at the same time, and what a later version wrote', async () => {
  const marks = new FakeMarks();
  const images = marks.for('') as LxdImages;
  await Promise.all([changeIntent(images, drain('m1')), changeIntent(images, drain('m2'))]);
  const text = marks.all.get(intentMark)?.description ?? '';
  expect(intentOf(text).drained.toSorted()).toEqual(['m1', 'm2']);
  marks.all.set(intentMark, intentAlias({ drained: [], paused: true } as Intent));
  await changeIntent(images, drain('m3'));
  expect(intentOf(marks.all.get(intentMark)?.description ?? '')).toEqual({ drained: ['m3'], paused: true });
});

it('writes nothing where it is so already: before `configure` there is nowhere to write', async () => {
  const marks = new FakeMarks();
  await changeIntent(marks.for('') as LxdImages, (before) => ({ ...before, drained: [] }));
  expect(marks.all.size).toBe(0);
});

it.each(['', 'null', '{}', '{"drained":"m1"}', '{"drained":[1]}', '[]'])('%s is no record, and not none', (text) => {
  expect(() => intentOf(text)).toThrow("what people want beyond the file can't be read");
});
