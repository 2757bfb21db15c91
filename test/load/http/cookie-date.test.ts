import { describe, expect, it } from 'vitest';
import { cookieDate } from '../../../src/load/http/cookie-date.ts';

describe('the date of a cookie', () => {
  it.each([
    ['Thu, 01 Jan 2099 00:00:01 GMT', '2099-01-01T00:00:01.000Z'],
    ['Thursday, 01-Jan-99 10:20:30 GMT', '1999-01-01T10:20:30.000Z'],
    ['Wed Feb  3 04:05:06 2021', '2021-02-03T04:05:06.000Z'],
    ['3 feb 69 4:5:6', '2069-02-03T04:05:06.000Z'],
    ['04:05:06 december 2021 3rd', '2021-12-03T04:05:06.000Z'],
  ])('%s', (text, expected) => {
    expect(new Date(cookieDate(text) ?? 0).toISOString()).toBe(expected);
  });

  it.each(['', 'tomorrow', '01 Jan 2099', '32 Jan 2099 00:00:00', '01 Jan 1500 00:00:00', '01 Jan 2099 24:00:00', '0'])(
    'is none: %s',
    (text) => {
      expect(cookieDate(text)).toBeUndefined();
    },
  );
});
