import { expect, it } from 'vitest';
import { Journal } from '../../src/app/journal.ts';
import type { Event, EventBody } from '../../src/domain/event.ts';

const line = (text: string): EventBody => ({ type: 'step-progress', step: 'build', line: text });
const words = (events: readonly Event[]) =>
  events.map((event) => `${event.seq} ${event.type === 'step-progress' ? event.line : event.type}`);

const fresh = () => new Journal(() => new Date(0));

it('whoever follows from a number gets what was there and what comes, each once and in order', () => {
  const journal = fresh();
  const all: Event[] = [];
  const late: Event[] = [];
  journal.follow(1, (event) => all.push(event));
  for (const text of ['a', 'b', 'c']) journal.add(line(text));
  journal.follow(2, (event) => late.push(event));
  journal.add(line('d'));
  expect(words(all)).toEqual(['1 a', '2 b', '3 c', '4 d']);
  expect(words(late)).toEqual(['2 b', '3 c', '4 d']);
  expect(all[0]?.at).toBe('1970-01-01T00:00:00.000Z');
});

it('a number that is yet to come is waited for', () => {
  const journal = fresh();
  const seen: Event[] = [];
  journal.follow(3, (event) => seen.push(event));
  for (const text of ['a', 'b', 'c']) journal.add(line(text));
  expect(words(seen)).toEqual(['3 c']);
});

it('an event that is added while another one is shown comes after it, for all', () => {
  const journal = fresh();
  const [one, other]: [Event[], Event[]] = [[], []];
  journal.follow(1, (event) => {
    one.push(event);
    if (event.seq === 1) journal.add(line('answer'));
  });
  journal.follow(1, (event) => other.push(event));
  journal.add(line('a'));
  expect(words(one)).toEqual(['1 a', '2 answer']);
  expect(words(other)).toEqual(words(one));
});

it('who could not show one is shown the next ones', () => {
  const journal = fresh();
  const seen: Event[] = [];
  journal.follow(1, (event) => {
    if (event.seq === 1) throw new Error('a bug in a printer');
    seen.push(event);
  });
  expect(() => journal.add(line('a'))).toThrow('a bug in a printer');
  journal.add(line('b'));
  expect(words(seen)).toEqual(['2 b']);
});

it('who has left is told nothing more', () => {
  const journal = fresh();
  const seen: Event[] = [];
  const following = journal.follow(1, (event) => seen.push(event));
  journal.add(line('a'));
  following[Symbol.dispose]();
  journal.add(line('b'));
  expect(words(seen)).toEqual(['1 a']);
});
