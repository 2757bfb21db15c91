import { networkInterfaces } from 'node:os';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HttpFailure } from '../../../src/load/http/failure.ts';
import { linksOf } from '../../../src/load/http/links.ts';
import { sourceOf } from '../../../src/load/http/source.ts';
import { parseUrl, resolveUrl } from '../../../src/load/http/url.ts';

describe('a URL', () => {
  it.each([
    ['http://h', { host: 'h', port: 80, secure: false }, 'h', '/'],
    ['HTTPS://Host/p', { host: 'Host', port: 443, secure: true }, 'Host', '/p'],
    ['http://h:80/', { host: 'h', port: 80, secure: false }, 'h:80', '/'],
    ['http://u:p@h:8080?q', { host: 'h', port: 8080, secure: false }, 'h:8080', '/?q'],
    ['http://[::1]:81/a#f', { host: '::1', port: 81, secure: false }, '[::1]:81', '/a'],
    ['http://h/%41?[x]=%20', { host: 'h', port: 80, secure: false }, 'h', '/%41?[x]=%20'],
    ['http://h/日', { host: 'h', port: 80, secure: false }, 'h', '/%E6%97%A5'],
  ])('%s', (text, peer, hostHeader, target) => {
    expect(parseUrl(text)).toMatchObject({ peer, hostHeader, target });
  });

  it.each([
    ['h/p', 'java.net.MalformedURLException', 'no protocol: h/p'],
    ['ftp://h/', 'java.net.MalformedURLException', 'unknown protocol: ftp'],
    ['http://h:x/', 'java.net.MalformedURLException', 'For input string: "x"'],
    [
      'http:///p',
      'org.apache.http.client.ClientProtocolException',
      'URI does not specify a valid host name: http:///p',
    ],
    ['http://h/a b', 'java.net.URISyntaxException', 'Illegal character in path at index 10: http://h/a b'],
    ['http://h/?{', 'java.net.URISyntaxException', 'Illegal character in query at index 10: http://h/?{'],
    ['http://h/#^', 'java.net.URISyntaxException', 'Illegal character in fragment at index 10: http://h/#^'],
    ['http://h/%4', 'java.net.URISyntaxException', 'Malformed escape pair at index 9: http://h/%4'],
    ['http://a"b/', 'java.net.URISyntaxException', 'Illegal character in authority at index 8: http://a"b/'],
  ])('is none: %s', (text, type, message) => {
    expect(() => parseUrl(text)).toThrow(HttpFailure);
    try {
      parseUrl(text);
    } catch (error) {
      expect(error).toMatchObject({ type, message });
    }
  });

  it.each([
    ['/x', 'http://h/x'],
    ['x?y=a b', 'http://h/d/x?y=a%20b'],
    ['//o:81/x', 'http://o:81/x'],
    ['../../../x', 'http://h/x'],
    ['?z', 'http://h/d/e?z'],
    ['x|{}[]^%', 'http://h/d/x%7C%7B%7D%5B%5D%5E%25'],
    ['mailto:x', undefined],
    ['http://', undefined],
  ])('leads on to %s', (reference, expected) => {
    expect(resolveUrl(parseUrl('http://h/d/e'), reference)?.text).toBe(expected);
  });

  it('is a URL or a failure, whatever is written', () => {
    const from = parseUrl('http://h/d/e');
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string().map((each) => `http://h/${each}`),
      fc.webUrl(),
    );
    fc.assert(
      fc.property(text, (each) => {
        const resolved = resolveUrl(from, each);
        if (resolved !== undefined) expect(resolved.target).toMatch(/^\/[!-~]*$/);
        try {
          expect(parseUrl(each).target).toMatch(/^\/[!-~]*$/);
        } catch (error) {
          expect(error).toBeInstanceOf(HttpFailure);
        }
        linksOf('text/html', `<img src="${each}"><p style='${each}'>`, from);
        linksOf('text/css', each, from);
      }),
    );
  });
});

describe('the address that requests come from', () => {
  const device =
    Object.entries(networkInterfaces()).find(([, all]) => all?.some(({ address }) => address === '127.0.0.1'))?.[0] ??
    '';

  it('is as given, or a network device’s', () => {
    expect(sourceOf('127.0.0.5', '0')).toBe('127.0.0.5');
    expect(sourceOf(device, '2')).toBe('127.0.0.1');
  });

  it.each([
    ['host.test', '0', 'host.test: Name or service not known'],
    ['nodevice', '1', 'Cannot find interface nodevice'],
  ])('is unknown: %s', (name, type, message) => {
    expect(() => sourceOf(name, type)).toThrow(message);
  });
});
