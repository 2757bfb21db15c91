import { describe, expect, test } from 'vitest';
import { brief, complaints } from './helpers.ts';

describe('bytes that are no text', () => {
  test('NUL bytes', () => {
    expect(brief(complaints(new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 0x00])))).toEqual([
      '- this is a binary file, not YAML (is this the right file?)',
    ]);
  });

  test('UTF-16', () => {
    expect(brief(complaints(new Uint8Array([0xff, 0xfe, 0x61, 0x00])))).toEqual([
      '- the file is UTF-16, not UTF-8 (save it as UTF-8)',
    ]);
  });

  test('Latin-1, with the line at fault', () => {
    const bytes = Uint8Array.from('version: 1\nname: cami\u00f3n\n', (character) => character.charCodeAt(0));
    expect(brief(complaints(bytes))).toEqual([
      '2:11 this is not UTF-8 (save the file as UTF-8 (it may be Latin-1), or check that it is the right file)',
    ]);
  });

  test('a file that is far too large', () => {
    expect(brief(complaints(new Uint8Array(300_000).fill(0x20)))).toEqual([
      '- the file has 300000 bytes; at most 262144 are read (is this the right file?)',
    ]);
  });

  test.each([
    ['sequences', '- '.repeat(50_000)],
    ['maps', `${'{a: '.repeat(400)}1${'}'.repeat(400)}`],
  ])('nested %s neither throw nor load', (_, text) => {
    expect(complaints(text).length).toBeGreaterThan(0);
  });

  test('a byte order mark and Windows lines are no mistake, and columns are right behind them', () => {
    const text = '\ufeffversion: 1\r\nname: demo\r\nmachines: {hosts: [m1]}\r\nservices: {web: {port: many}}\r\n';
    expect(complaints(text)).toEqual([
      {
        file: 'relevo.yaml',
        line: 4,
        column: 24,
        length: 4,
        text: 'services: {web: {port: many}}',
        path: 'services.web.port',
        message: 'expected a port, a whole number from 1 to 65535, got the text "many"',
      },
    ]);
  });
});
