import { describe, expect, test } from 'vitest';
import { escapeHtml } from '../../src/render/error-page.ts';
import { errorCodes, errorResponse, largestErrorPage } from '../../src/render/haproxy-errors.ts';
import { macOf } from '../../src/render/mac.ts';
import { sha512Crypt } from '../../src/render/sha512-crypt.ts';

describe('sha512Crypt', () => {
  // Source: the test vectors of Ulrich Drepper's "Unix crypt using SHA-256 and SHA-512".
  test.each([
    [
      'Hello world!',
      'saltstringsaltst',
      10_000,
      'OW1/O6BYHV6BcXZu8QVeXbDWra3Oeqh0sbHbbMCVNSnCM/UrjmM0Dp8vOuZeHBy/YTBmSK6H9qs/y3RnOaw5v.',
    ],
    [
      'This is just a test',
      'toolongsaltstrin',
      5000,
      'lQ8jolhgVRVhY4b5pZKaysCLi0QBxGoNeKQzQ3glMhwllF7oGDZxUhx1yxdYcz/e1JSbq3y6JMxxl8audkUEm0',
    ],
  ])('%s', (password, salt, rounds, hash) => {
    expect(sha512Crypt(password, salt, rounds)).toBe(`$6$rounds=${rounds}$${salt}$${hash}`);
  });
});

describe('error pages', () => {
  test.each(errorCodes.filter((code) => code !== '408'))('%s is a whole response that fits', (code) => {
    const response = errorResponse(code);
    const [head = '', body = ''] = response.split('\r\n\r\n');
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${code} [A-Z]`));
    expect(head).toContain(`Content-Length: ${new TextEncoder().encode(body).length}`);
    expect(body).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/);
    expect(response.length).toBeLessThan(largestErrorPage);
  });

  test('408 says nothing, unless there is a page of the user’s own, in bytes not characters', () => {
    expect(errorResponse('408')).toBe('');
    expect(errorResponse('408', 'ñ')).toContain('Content-Length: 2\r\n');
  });

  test('escapeHtml', () => {
    expect(escapeHtml(`<a href="x" id='y'>&`)).toBe('&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;');
  });
});

describe('macOf', () => {
  test('is the same for the same address, and nobody else has it', () => {
    expect(macOf('198.19.0.13')).toBe('02:72:c6:13:00:0d');
    expect(Number.parseInt(macOf('0.0.0.0').slice(0, 2), 16) & 3).toBe(2); // locally administered, of one receiver
  });
});
