import { EventEmitter } from 'node:events';
import { afterEach, expect, it, vi } from 'vitest';
import type WebSocket from 'ws';
import { endsInSilence } from '../../src/adapters/lxd/endpoint.ts';

afterEach(() => void vi.useRealTimers());

const socket = (readyState: number) =>
  Object.assign(new EventEmitter(), { readyState, OPEN: 1, CLOSED: 3, ping: vi.fn(), terminate: vi.fn() });

const watched = (each: ReturnType<typeof socket>) => endsInSilence(each as unknown as WebSocket);

it('a socket that closed before it was watched leaves no timer, which would keep the process for ever', () => {
  vi.useFakeTimers();
  watched(socket(3));
  expect(vi.getTimerCount()).toBe(0);
});

it('a socket whose peer answers no ping is ended, and its timer with it', () => {
  vi.useFakeTimers();
  const silent = socket(1);
  watched(silent);
  vi.advanceTimersByTime(15_000);
  expect(silent.terminate).toHaveBeenCalled();
  silent.emit('close');
  expect(vi.getTimerCount()).toBe(0);
});
