import { describe, expect, it } from 'vitest';
import {
  argument,
  arguments_,
  compile,
  type Given,
  headerManager,
  partsOf,
  RawServer,
  reply,
  request,
  sampleOf,
  TestUser,
} from './rig.ts';

type Answers = Readonly<Record<string, string>>;

/** What a request to `/` brings where each path has its answer. */
async function visit(answers: Answers, given: Readonly<Record<string, Given>> = {}) {
  await using server = await RawServer.listen((socket, text) => {
    const path = partsOf(text).line.split(' ')[1]?.split('?')[0] ?? '';
    socket.write(answers[path] ?? reply('', {}, '404 Not Found'));
  });
  using user = new TestUser();
  const sample = await sampleOf(
    compile(request(server.port, given), { configs: [headerManager({ 'X-A': 'b' })] }),
    user,
  );
  const origin = `http://127.0.0.1:${server.port}`;
  return { sample, origin, lines: server.requests.map((each) => partsOf(each).line), requests: server.requests };
}

const to = (location: string, status = '302 Found') => reply('', { Location: location }, status);

describe('redirects that are followed', () => {
  it('are one sample with one below it for each request', async () => {
    const answers = { '/': to('/a'), '/a': to('b?c=d'), '/b': reply('end', { 'X-Relevo-Server': 'web-1' }) };
    const { sample, origin, lines } = await visit(answers);
    expect(lines).toEqual(['GET / HTTP/1.1', 'GET /a HTTP/1.1', 'GET /b?c=d HTTP/1.1']);
    expect(sample).toMatchObject({
      label: 'Home',
      code: '200',
      success: true,
      url: `${origin}/b?c=d`,
      server: 'web-1',
    });
    expect(sample.response?.text()).toBe('end');
    expect(sample.children.map(({ label, code, url }) => [label, code, url])).toEqual([
      ['Home-0', '302', `${origin}/`],
      ['Home-1', '302', `${origin}/a`],
      ['Home-2', '200', `${origin}/b?c=d`],
    ]);
    const sum = (of: 'received' | 'sent') => sample.children.reduce((bytes, each) => bytes + each[of], 0);
    expect([sample.received, sample.sent]).toEqual([sum('received'), sum('sent')]);
    const last = sample.children.at(-1);
    expect(sample.elapsed).toBeCloseTo((last?.start ?? 0) + (last?.elapsed ?? 0) - sample.start, 6);
  });

  it.each([
    ['301 Moved', 'POST', true],
    ['302 Found', 'POST', true],
    ['303 See Other', 'PUT', true],
    ['308 Permanent', 'POST', true],
    ['307 Temporary', 'GET', true],
    ['307 Temporary', 'HEAD', true],
    ['307 Temporary', 'POST', false],
    ['300 Choices', 'GET', false],
    ['304 Not Modified', 'GET', false],
  ])('with %s after %s: %s', async (status, method, followed) => {
    const head = `HTTP/1.1 ${status}\r\nLocation: /a\r\nContent-Length: 0\r\n\r\n`;
    const all = arguments_(argument('n', 'v'));
    const { sample, lines, requests } = await visit(
      { '/': head, '/a': reply() },
      { 'HTTPSampler.method': method, 'HTTPsampler.Arguments': all },
    );
    expect(lines[1]).toBe(followed ? `${method === 'HEAD' ? 'HEAD' : 'GET'} /a HTTP/1.1` : undefined);
    if (followed) expect(requests[1]).toMatch(/X-A: b\r\n/);
    if (followed) expect(requests[1]).not.toMatch(/Content-Length/);
    expect(sample.code).toBe(followed ? '200' : status.slice(0, 3));
  });

  it('end after 20 of them', async () => {
    const { sample, lines } = await visit({ '/': to('/') });
    expect(lines).toHaveLength(21);
    expect(sample).toMatchObject({ success: false, code: 'Non HTTP response code: java.io.IOException' });
    expect(sample.message).toBe('Non HTTP response message: Exceeded maximum number of redirects: 20');
    expect(sample.children).toHaveLength(22);
  });

  it('fail with the last request', async () => {
    expect((await visit({ '/': to('/gone') })).sample).toMatchObject({ code: '404', success: false });
  });

  it('may lead nowhere', async () => {
    const { sample } = await visit({ '/': to('gopher://x/') });
    expect(sample).toMatchObject({ success: false, code: 'Non HTTP response code: java.net.MalformedURLException' });
    expect(sample.children).toHaveLength(1);
  });

  it('may be of spaces and parents', async () => {
    const { lines } = await visit({ '/': to('/x/../a b') });
    expect(lines[1]).toBe('GET /a%20b HTTP/1.1');
  });
});

describe('redirects that are not followed', () => {
  const neither = { 'HTTPSampler.follow_redirects': false };

  it('are a success', async () => {
    const { sample, lines } = await visit({ '/': to('/a') }, neither);
    expect(sample).toMatchObject({ code: '302', success: true, children: [] });
    expect(lines).toHaveLength(1);
  });

  it('fail without a location, as in JMeter', async () => {
    const { sample, origin } = await visit({ '/': reply('', {}, '302 Found') }, neither);
    expect(sample.code).toBe('Non HTTP response code: java.lang.IllegalArgumentException');
    expect(sample.message).toContain(`Missing location header in redirect for GET ${origin}/ HTTP/1.1`);
  });
});

describe('redirects within the client', () => {
  const auto = { 'HTTPSampler.follow_redirects': false, 'HTTPSampler.auto_redirects': true };

  it('are one sample, of the last URL', async () => {
    const { sample, origin, lines } = await visit({ '/': to('/a'), '/a': to('/b'), '/b': reply('end') }, auto);
    expect(sample).toMatchObject({ code: '200', url: `${origin}/b`, children: [], received: reply('end').length });
    expect(lines).toHaveLength(3);
    expect(sample.connect).toBeGreaterThan(0);
  });

  it('keep method and body with 307 and 308', async () => {
    const all = arguments_(argument('n', 'v'));
    const post = { ...auto, 'HTTPSampler.method': 'POST', 'HTTPsampler.Arguments': all };
    const { lines, requests } = await visit({ '/': to('/a', '307 T'), '/a': to('/b', '302 F'), '/b': reply() }, post);
    expect(lines).toEqual(['POST / HTTP/1.1', 'POST /a HTTP/1.1', 'GET /b HTTP/1.1']);
    expect(requests[1]).toMatch(/n=v$/);
  });

  it('do not go in circles', async () => {
    const { sample, lines } = await visit({ '/': to('/a'), '/a': to('/b'), '/b': to('/a') }, auto);
    expect(sample).toMatchObject({
      success: false,
      code: 'Non HTTP response code: org.apache.http.client.ClientProtocolException',
    });
    expect(lines).toHaveLength(3);
  });
});
