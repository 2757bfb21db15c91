import { expect, it } from 'vitest';
import { isOffline, isOnline } from '../../src/domain/member.ts';

it.each([
  ['Online', true, false],
  ['ONLINE', true, false],
  ['Offline', false, true],
  ['OFFLINE', false, true],
  ['Evacuated', false, false],
  [undefined, false, false],
])('a member that is %s is online: %s, offline: %s', (word, online, offline) => {
  expect([isOnline(word), isOffline(word)]).toEqual([online, offline]);
});
