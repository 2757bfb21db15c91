import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  argument,
  arguments_,
  bean,
  clock,
  compile,
  element,
  type Given,
  headerManager,
  partsOf,
  RawServer,
  reply,
  request,
  sampleOf,
  TestUser,
} from './rig.ts';

/** Values of a header of a request. */
const valuesOf = (request: string | undefined, name: string) =>
  partsOf(request)
    .headers.filter((each) => each.startsWith(`${name}: `))
    .map((each) => each.slice(name.length + 2));

const cookieManager = (given: Readonly<Record<string, Given>> = {}) => element('CookieManager', given);

describe('a cookie manager', () => {
  /** The `Cookie` of requests to these paths, where each answer sets what `sets` has. */
  async function cookies(
    sets: Readonly<Record<string, readonly string[]>>,
    paths: readonly string[],
    manager = cookieManager(),
    user = new TestUser(),
  ) {
    await using server = await RawServer.listen((socket, text) => {
      const lines = sets[partsOf(text).line.split(' ')[1] ?? ''] ?? [];
      socket.write(
        `HTTP/1.1 200 OK\r\n${lines.map((each) => `Set-Cookie: ${each}\r\n`).join('')}Content-Length: 0\r\n\r\n`,
      );
    });
    const samplers = new Map(
      paths.map((path) => [path, compile(request(server.port, { 'HTTPSampler.path': path }), { configs: [manager] })]),
    );
    for (const path of paths) await samplers.get(path)?.sample(user);
    user[Symbol.dispose]();
    return server.requests.map((each) => valuesOf(each, 'Cookie')[0]);
  }
  const sentAfter = async (...set: string[]) => (await cookies({ '/a/b': set }, ['/a/b', '/a/c']))[1];

  it.each([
    ['a=b', 'a=b'],
    ['a=b; Path=/', 'a=b'],
    ['a=b; path=/a; HttpOnly; SameSite=Lax', 'a=b'],
    ['a=b; Path=/x', undefined],
    ['a=b; Path=/a/b', undefined],
    ['a=b; Secure', undefined],
    ['a=b; Domain=127.0.0.1', 'a=b'],
    ['a=b; Domain=evil.test', undefined],
    ['a=b; Max-Age=60', 'a=b'],
    ['a=b; Max-Age=-1', undefined],
    ['a=b; Max-Age=0', undefined],
    ['a=b; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:01 GMT', 'a=b'],
    ['a=b; Expires=Thu, 01 Jan 1970 00:00:01 GMT', undefined],
    ['a=b; Expires=Thu, 01-Jan-2099 00:00:01 GMT', 'a=b'],
    ['a=b; Expires=whenever', 'a=b'],
    ['a=', undefined],
    ['=b', undefined],
    ['a', undefined],
    ['a="b"', 'a=b'],
    ['a=b c', 'a="b c"'],
  ])('reads %s', async (set, sent) => {
    expect(await sentAfter(set)).toBe(sent);
  });

  it('sends those of longer paths first, and replaces what has the same name, path and domain', async () => {
    expect(await sentAfter('a=1; Path=/', 'b=2; Path=/a', 'a=3; Path=/', 'c=4; Path=/a')).toBe('b=2; c=4; a=3');
  });

  it('forgets what is set to nothing', async () => {
    expect(await sentAfter('a=1', 'a=')).toBeUndefined();
  });

  it('sends its own cookies, with variables', async () => {
    const own = {
      name: 'own',
      value: bean('Cookie', { 'Cookie.value': '${who}', 'Cookie.domain': '127.0.0.1', 'Cookie.path': '/' }),
    };
    const other = {
      name: 'no',
      value: bean('Cookie', { 'Cookie.value': 'x', 'Cookie.domain': 'other.test', 'Cookie.path': '/' }),
    };
    const user = new TestUser();
    user.variables.set('who', 'me');
    const manager = cookieManager({ 'CookieManager.cookies': [own, other] });
    expect(await cookies({}, ['/'], manager, user)).toEqual(['own=me']);
  });

  it.each([
    [{ 'CookieManager.clearEachIteration': true }, {}, undefined],
    [{}, {}, 'a=b'],
    [{ 'CookieManager.clearEachIteration': true, 'CookieManager.controlledByThreadGroup': true }, {}, 'a=b'],
    [{ 'CookieManager.controlledByThreadGroup': true }, { newEachIteration: true }, undefined],
  ])('begins an iteration anew with %o and %o', async (given, options, sent) => {
    await using server = await RawServer.listen((socket) => socket.write(reply('', { 'Set-Cookie': 'a=b' })));
    using user = new TestUser(options);
    const sampler = compile(request(server.port), { configs: [cookieManager(given)] });
    await sampler.sample(user);
    await sampler.sample(user);
    user.iteration++;
    await sampler.sample(user);
    expect(server.requests.map((each) => valuesOf(each, 'Cookie')[0])).toEqual([undefined, 'a=b', sent]);
  });

  it('of the policy ignoreCookies does neither', async () => {
    const manager = cookieManager({ 'CookieManager.policy': 'ignoreCookies' });
    expect(await cookies({ '/': ['a=b'] }, ['/', '/'], manager)).toEqual([undefined, undefined]);
  });

  it('takes the place of a header manager’s Cookie, once it has one; the outermost manager counts', async () => {
    await using server = await RawServer.listen((socket) => socket.write(reply('', { 'Set-Cookie': 'a=b' })));
    using user = new TestUser();
    const ignoring = cookieManager({ 'CookieManager.policy': 'ignoreCookies' });
    const sampler = compile(request(server.port), {
      configs: [headerManager({ Cookie: 'mine=1' }), ignoring, cookieManager()],
    });
    await sampler.sample(user);
    await sampler.sample(user);
    expect(server.requests.map((each) => valuesOf(each, 'Cookie'))).toEqual([['mine=1'], ['a=b']]);
  });

  it('takes the cookies of each redirect', async () => {
    await using server = await RawServer.listen((socket, _, number) =>
      socket.write(number === 1 ? reply('', { 'Set-Cookie': 'a=b', Location: '/x' }, '302 Found') : reply()),
    );
    using user = new TestUser();
    await compile(request(server.port), { configs: [cookieManager()] }).sample(user);
    expect(valuesOf(server.requests[1], 'Cookie')).toEqual(['a=b']);
  });
});

describe('a cache manager', () => {
  const uses = { useExpires: true };

  /** Samples one after another, and the requests that came of them. */
  async function visits(
    headers: Readonly<Record<string, string>>,
    given: Readonly<Record<string, Given>>,
    more: {
      times?: number;
      method?: string;
      status?: string;
      configs?: readonly ReturnType<typeof headerManager>[];
    } = {},
  ) {
    await using server = await RawServer.listen((socket) => socket.write(reply('', headers, more.status)));
    using user = new TestUser();
    const configs = [...(more.configs ?? []), element('CacheManager', given)];
    const sampler = compile(request(server.port, { 'HTTPSampler.method': more.method ?? 'GET' }), { configs });
    const samples = [];
    for (let i = 0; i < (more.times ?? 2); i++) samples.push(await sampler.sample(user));
    const conditions = server.requests.map((each) => [
      ...valuesOf(each, 'If-Modified-Since'),
      ...valuesOf(each, 'If-None-Match'),
    ]);
    return { there: samples.map((each) => each !== undefined), conditions };
  }
  const soon = new Date(Date.now() + 60_000).toUTCString();
  const past = new Date(Date.now() - 60_000).toUTCString();

  it.each([
    ['an age', { 'Cache-Control': 'public, max-age=60, x' }],
    ['a date', { Expires: soon }],
    ['a tag only: for a year', { ETag: '"1"' }],
    ['a modification long ago', { 'Last-Modified': 'Thu, 01 Jan 1998 00:00:00 GMT', Date: new Date().toUTCString() }],
  ])('makes no sample of what is fresh by %s', async (_, headers) => {
    expect((await visits(headers, uses)).there).toEqual([true, false]);
  });

  it.each([
    ['an age of 0', { 'Cache-Control': 'max-age=0', ETag: '"1"' }, ['"1"']],
    ['a date in the past', { Expires: past, ETag: '"1"' }, ['"1"']],
    ['a date that is none', { Expires: '0', 'Last-Modified': past }, [past]],
    ['no-cache', { 'Cache-Control': 'no-cache', ETag: '"1"' }, ['"1"']],
    ['no-store', { 'Cache-Control': 'no-store', ETag: '"1"' }, []],
    ['nothing', {}, []],
  ])('asks again with %s', async (_, headers, conditions) => {
    expect(await visits(headers, uses)).toEqual({ there: [true, true], conditions: [[], conditions] });
  });

  it('only asks whether something changed where it does not use expiry', async () => {
    const { there, conditions } = await visits(
      { 'Cache-Control': 'max-age=60', ETag: '"1"', 'Last-Modified': past },
      {},
    );
    expect([there, conditions[1]]).toEqual([
      [true, true],
      [past, '"1"'],
    ]);
  });

  it('keeps neither failures nor other methods', async () => {
    expect((await visits({ Expires: soon }, uses, { status: '500 Error' })).there).toEqual([true, true]);
    expect((await visits({ Expires: soon }, uses, { method: 'POST' })).there).toEqual([true, true]);
  });

  it('regards Vary', async () => {
    const configs = [headerManager({ Accept: 'a' })];
    expect((await visits({ Expires: soon, Vary: 'Accept' }, uses, { configs })).there).toEqual([true, false]);
    expect((await visits({ Expires: soon, Vary: '*' }, uses, { configs })).there).toEqual([true, true]);
  });

  it('holds no more than it may', async () => {
    await using server = await RawServer.listen((socket) => socket.write(reply('', { Expires: soon })));
    using user = new TestUser();
    const configs = [element('CacheManager', { ...uses, maxSize: 2 })];
    const there = [];
    for (const path of ['/1', '/2', '/3', '/3', '/1']) {
      there.push(
        (await compile(request(server.port, { 'HTTPSampler.path': path }), { configs }).sample(user)) !== undefined,
      );
    }
    expect(there).toEqual([true, true, true, false, true]);
  });

  it('begins anew with an iteration if told so', async () => {
    await using server = await RawServer.listen((socket) => socket.write(reply('', { Expires: soon })));
    using user = new TestUser();
    const sampler = compile(request(server.port), {
      configs: [element('CacheManager', { ...uses, clearEachIteration: true })],
    });
    await sampler.sample(user);
    user.iteration++;
    expect(await sampler.sample(user)).toBeDefined();
  });

  it('leaves resources that are fresh out of a page', async () => {
    await using server = await RawServer.listen((socket, text) =>
      socket.write(
        text.startsWith('GET /a')
          ? reply('', { Expires: soon })
          : reply('<img src=a>', { 'Content-Type': 'text/html' }),
      ),
    );
    using user = new TestUser();
    const sampler = compile(request(server.port, { 'HTTPSampler.image_parser': true }), {
      configs: [element('CacheManager', uses)],
    });
    const counts = [];
    for (let i = 0; i < 2; i++) counts.push((await sampleOf(sampler, user)).children.length);
    expect(counts).toEqual([2, 1]);
  });
});

describe('an authorization manager', () => {
  const auth = (given: Readonly<Record<string, Given>>) =>
    element('AuthManager', {
      'AuthManager.auth_list': [
        bean('Authorization', { 'Authorization.username': 'me', 'Authorization.password': 'secret', ...given }),
      ],
    });
  const basic = `Basic ${Buffer.from('me:secret').toString('base64')}`;

  /** `Authorization` of all requests of one sample. */
  async function sent(
    manager: ReturnType<typeof auth>,
    challenge: string | undefined,
    given: Readonly<Record<string, Given>> = {},
    more: readonly ReturnType<typeof headerManager>[] = [],
  ) {
    await using server = await RawServer.listen((socket, text, number) =>
      socket.write(
        challenge !== undefined && number === 1 && !text.includes('never')
          ? reply('no', { 'WWW-Authenticate': challenge }, '401 Unauthorized')
          : reply('yes'),
      ),
    );
    using user = new TestUser();
    const url = `http://127.0.0.1:${server.port}/`;
    for (const each of ['port', 'url']) user.variables.set(each, each === 'url' ? url : String(server.port));
    const sample = await sampleOf(compile(request(server.port, given), { configs: [...more, manager] }), user);
    return {
      sample,
      values: server.requests.map((each) => valuesOf(each, 'Authorization')[0]),
      connections: server.connections,
    };
  }

  it('sends Basic at once, where the URL begins so', async () => {
    expect((await sent(auth({ 'Authorization.url': '${url}' }), undefined)).values).toEqual([basic]);
    expect((await sent(auth({ 'Authorization.url': '${url}x' }), undefined)).values).toEqual([undefined]);
    expect((await sent(auth({ 'Authorization.url': '' }), undefined)).values).toEqual([basic]);
  });

  it('writes the domain before the name', async () => {
    const { values } = await sent(auth({ 'Authorization.domain': 'corp' }), undefined);
    expect(values).toEqual([`Basic ${Buffer.from('CORP\\me:secret').toString('base64')}`]);
  });

  it('does not send the same again', async () => {
    const { sample, values } = await sent(auth({}), 'Basic realm="r"');
    expect([sample.code, values]).toEqual(['401', [basic]]);
  });

  it('leaves what a header manager says', async () => {
    const { values } = await sent(auth({}), undefined, {}, [headerManager({ Authorization: 'Bearer x' })]);
    expect(values).toEqual(['Bearer x']);
  });

  it('answers a digest challenge over the same connection; the sample is of the last answer', async () => {
    const challenge = 'Digest realm="r", nonce="n\\"1", qop="auth,auth-int", opaque="o", algorithm=MD5';
    const { sample, values, connections } = await sent(auth({ 'Authorization.mechanism': 'DIGEST' }), challenge);
    expect([sample.code, sample.success, values[0], connections]).toEqual(['200', true, undefined, 1]);
    expect(sample.received).toBe(reply('yes').length);
    const field = (name: string) => new RegExp(`${name}="?((?:[^",\\\\]|\\\\.)*)`).exec(values[1] ?? '')?.[1] ?? '';
    const md5 = (text: string) => createHash('md5').update(text).digest('hex');
    const expected = md5(`${md5('me:r:secret')}:n"1:00000001:${field('cnonce')}:auth:${md5('GET:/')}`);
    expect(field('response')).toBe(expected);
    expect(values[1]).toMatch(
      /^Digest username="me", realm="r", nonce="n\\"1", uri="\/", .*qop=auth, nc=00000001, .*opaque="o"$/,
    );
  });

  it('takes a digest with the body where the server offers it, and SHA-256', async () => {
    const post = { 'HTTPSampler.method': 'POST', 'HTTPsampler.Arguments': arguments_(argument('a', 'b')) };
    const challenge = 'Basic realm="r", Digest realm="r", nonce="n", qop="auth-int", algorithm=SHA-256';
    const { values } = await sent(auth({ 'Authorization.mechanism': 'DIGEST' }), challenge, post);
    const sha = (text: string) => createHash('sha256').update(text).digest('hex');
    const cnonce = /cnonce="(\w+)"/.exec(values[1] ?? '')?.[1];
    const second = sha(`POST:/:${sha('a=b')}`);
    expect(values[1]).toContain(`response="${sha(`${sha('me:r:secret')}:n:00000001:${cnonce}:auth-int:${second}`)}"`);
  });

  it('answers Basic too where it waited for the challenge, and only of its realm', async () => {
    const waiting = auth({ 'Authorization.mechanism': 'DIGEST', 'Authorization.realm': 'r' });
    expect((await sent(waiting, 'Basic realm="r"')).values).toEqual([undefined, basic]);
    expect((await sent(waiting, 'Basic realm="other"')).values).toEqual([undefined]);
    expect((await sent(waiting, 'NTLM')).values).toEqual([undefined]);
  });

  it('reads any challenge without a hang', async () => {
    const before = clock.now();
    const { sample } = await sent(
      auth({ 'Authorization.mechanism': 'DIGEST' }),
      `Digest ${'a'.repeat(200_000)} ${'b='.repeat(10_000)}`,
    );
    expect(sample.code).toBe('401');
    expect(clock.now() - before).toBeLessThan(3000);
  });
});

describe('a DNS cache manager', () => {
  it('has addresses of its own for hosts', async () => {
    await using server = await RawServer.listen((socket) => socket.write(reply()));
    using user = new TestUser();
    const hosts = [bean('StaticHost', { 'StaticHost.Name': 'Shop.test', 'StaticHost.Address': '127.0.0.1' })];
    const manager = element('DNSCacheManager', {
      'DNSCacheManager.hosts': hosts,
      'DNSCacheManager.isCustomResolver': true,
    });
    const sample = await sampleOf(
      compile(request(server.port, { 'HTTPSampler.domain': 'shop.test' }), { configs: [manager] }),
      user,
    );
    expect(sample).toMatchObject({ success: true, url: `http://shop.test:${server.port}/` });
    expect(valuesOf(server.requests[0], 'Host')).toEqual([`shop.test:${server.port}`]);
  });

  it('asks the servers that it names', async () => {
    using user = new TestUser();
    const given = { 'DNSCacheManager.isCustomResolver': true, 'DNSCacheManager.servers': ['127.0.0.1:1'] };
    const sample = await sampleOf(
      compile(request(80, { 'HTTPSampler.domain': 'shop.test' }), { configs: [element('DNSCacheManager', given)] }),
      user,
    );
    expect(sample.code).toBe('Non HTTP response code: java.net.UnknownHostException');
  });
});
