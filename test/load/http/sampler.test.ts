import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { httpElements } from '../../../src/load/http/catalogue.ts';
import {
  type Around,
  argument,
  arguments_,
  bean,
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
  type UserOptions,
} from './rig.ts';

const agent = 'User-Agent: Relevo (as Apache-HttpClient/4.5)';

/** What a request of these properties looks like to the server, and the sample of it. */
async function sent(given: Readonly<Record<string, Given>>, around: Around = {}, options: UserOptions = {}) {
  await using server = await RawServer.listen((socket) => socket.write(reply('ok')));
  using user = new TestUser(options);
  user.variables.set('who', 'me');
  const sample = await sampleOf(compile(request(server.port, given), around), user);
  return { ...partsOf(server.requests[0]), sample, port: server.port };
}

describe('a request', () => {
  it('is sent as JMeter sends it', async () => {
    await using server = await RawServer.listen((socket) =>
      socket.write(reply('hello', { 'Content-Type': 'text/html;charset=utf-8' })),
    );
    using user = new TestUser();
    const sample = await sampleOf(compile(request(server.port)), user);
    const text = `GET / HTTP/1.1\r\nConnection: keep-alive\r\nHost: 127.0.0.1:${server.port}\r\n${agent}\r\n\r\n`;
    expect(server.requests).toEqual([text]);
    expect(sample).toMatchObject({
      label: 'Home',
      code: '200',
      message: 'OK',
      success: true,
      unknown: false,
      type: 'text',
      encoding: 'utf-8',
      url: `http://127.0.0.1:${server.port}/`,
      sent: text.length,
      received: reply('hello', { 'Content-Type': 'text/html;charset=utf-8' }).length,
      children: [],
    });
    expect(sample.response?.text()).toBe('hello');
    expect(sample.response?.headers).toBe(
      'HTTP/1.1 200 OK\nContent-Type: text/html;charset=utf-8\nContent-Length: 5\n',
    );
    expect(sample.response?.requestHeaders).toBe(`Connection: keep-alive\nHost: 127.0.0.1:${server.port}\n${agent}\n`);
    expect(sample.connect).toBeGreaterThan(0);
    expect(sample.latency).toBeGreaterThanOrEqual(sample.connect);
    expect(sample.elapsed).toBeGreaterThanOrEqual(sample.latency);
  });

  it('keeps its connection', async () => {
    await using server = await RawServer.listen((socket) => socket.write(reply('ok')));
    using user = new TestUser();
    const sampler = compile(request(server.port));
    for (let i = 0; i < 3; i++) await sampler.sample(user);
    expect((await sampleOf(sampler, user)).connect).toBe(0);
    expect(server.connections).toBe(1);
  });

  it('begins anew with each iteration where that is another person', async () => {
    await using server = await RawServer.listen((socket) => socket.write(reply('ok')));
    using user = new TestUser({ newEachIteration: true });
    const sampler = compile(request(server.port));
    await sampler.sample(user);
    await sampler.sample(user);
    user.iteration++;
    await sampler.sample(user);
    expect(server.connections).toBe(2);
  });

  it('has no response where nobody looks at it', async () => {
    await using server = await RawServer.listen((socket) => socket.write(reply('ok')));
    using user = new TestUser();
    const sampler = compile(request(server.port));
    sampler.needs?.(false);
    expect((await sampleOf(sampler, user)).response).toBeUndefined();
  });

  it.each([
    ['use_keepalive is missing', { 'HTTPSampler.use_keepalive': '' }, 'Connection: close'],
    ['use_keepalive is true', {}, 'Connection: keep-alive'],
  ])('says what becomes of its connection: %s', async (_, given, line) => {
    expect((await sent(given)).headers).toContain(line);
  });

  it.each([
    ['a path', { 'HTTPSampler.path': '/a b?c=d' }, 'GET /a%20b?c=d HTTP/1.1'],
    ['no slash', { 'HTTPSampler.path': 'x' }, 'GET /x HTTP/1.1'],
    ['doubled slashes', { 'HTTPSampler.path': '//a///b/' }, 'GET /a/b/ HTTP/1.1'],
    ['other letters', { 'HTTPSampler.path': '/é?ü' }, 'GET /%C3%A9?%C3%BC HTTP/1.1'],
    ['a fragment', { 'HTTPSampler.path': '/a#b' }, 'GET /a HTTP/1.1'],
    ['a variable', { 'HTTPSampler.path': '/${who}' }, 'GET /me HTTP/1.1'],
    ['another method', { 'HTTPSampler.method': 'HEAD' }, 'HEAD / HTTP/1.1'],
  ])('has a line for %s', async (_, given, line) => {
    if (line.startsWith('HEAD')) {
      await using server = await RawServer.listen((socket) =>
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n'),
      );
      using user = new TestUser();
      await sampleOf(compile(request(server.port, given)), user);
      expect(partsOf(server.requests[0]).line).toBe(line);
    } else expect((await sent(given)).line).toBe(line);
  });

  it('takes a whole URL from its path', async () => {
    await using server = await RawServer.listen((socket) => socket.write(reply()));
    using user = new TestUser();
    const path = `http://127.0.0.1:${server.port}/whole?a=b`;
    const sample = await sampleOf(
      compile(request(1, { 'HTTPSampler.path': path, 'HTTPSampler.domain': 'nowhere.invalid' })),
      user,
    );
    expect([sample.url, partsOf(server.requests[0]).line]).toEqual([path, 'GET /whole?a=b HTTP/1.1']);
  });

  it('goes to the target where it has no host of its own', async () => {
    await using server = await RawServer.listen((socket) => socket.write(reply()));
    using user = new TestUser();
    const target = new URL(`http://127.0.0.1:${server.port}/app/`);
    const given = { 'HTTPSampler.domain': '', 'HTTPSampler.port': '', 'HTTPSampler.path': '/x' };
    const sample = await sampleOf(compile(request(1, given), { target }), user);
    expect(sample.url).toBe(`http://127.0.0.1:${server.port}/app/x`);
  });

  it('asks who answered, and tells it', async () => {
    await using server = await RawServer.listen((socket) => socket.write(reply('', { 'X-Relevo-Server': 'web-2' })));
    using user = new TestUser();
    const sample = await sampleOf(compile(request(server.port), { askServer: true }), user);
    expect(partsOf(server.requests[0]).headers).toContain('X-Relevo-Ask: server');
    expect(sample.server).toBe('web-2');
  });
});

describe('parameters (arguments)', () => {
  const two = arguments_(argument('a b', 'c&d'), argument('e', 'é'));

  it.each(['GET', 'DELETE', 'OPTIONS'])('stand in the URL of %s', async (method) => {
    const { line } = await sent({ 'HTTPSampler.method': method, 'HTTPsampler.Arguments': two });
    expect(line).toBe(`${method} /?a+b=c%26d&e=%C3%A9 HTTP/1.1`);
  });

  it('are added to a query that is there', async () => {
    const given = { 'HTTPSampler.path': '/?x=y', 'HTTPsampler.Arguments': arguments_(argument('a', 'b')) };
    expect((await sent(given)).line).toBe('GET /?x=y&a=b HTTP/1.1');
  });

  it('are as the plan encodes them', async () => {
    const all = arguments_(
      argument('raw', '%41 b'.replace(' ', '+'), { 'HTTPArgument.always_encode': false }),
      argument('', 'no name'),
      argument('flag', '', { 'Argument.metadata': '' }),
    );
    expect((await sent({ 'HTTPsampler.Arguments': all })).line).toBe('GET /?raw=%41+b&flag HTTP/1.1');
  });

  it('are written in the content encoding', async () => {
    const given = { 'HTTPSampler.contentEncoding': 'ISO-8859-1', 'HTTPsampler.Arguments': two };
    expect((await sent(given)).line).toBe('GET /?a+b=c%26d&e=%E9 HTTP/1.1');
  });

  it('are the form of a POST', async () => {
    const { headers, body } = await sent({ 'HTTPSampler.method': 'POST', 'HTTPsampler.Arguments': two });
    expect(body).toBe('a+b=c%26d&e=%C3%A9');
    expect(headers.slice(1, 3)).toEqual([
      'Content-Length: 18',
      'Content-Type: application/x-www-form-urlencoded; charset=UTF-8',
    ]);
  });

  it('that are encoded already are not encoded again, and those without a name or value of one are left out', async () => {
    const all = arguments_(
      argument('a%20b', 'c+d', { 'HTTPArgument.always_encode': false }),
      argument(' ', 'x'),
      argument('${nobody}', 'x'),
    );
    expect((await sent({ 'HTTPSampler.method': 'POST', 'HTTPsampler.Arguments': all })).body).toBe('a+b=c+d');
  });

  it('fail the sample where an escape is none', async () => {
    const all = arguments_(argument('a', '%zz', { 'HTTPArgument.always_encode': false }));
    using user = new TestUser();
    const sample = await sampleOf(
      compile(request(1, { 'HTTPSampler.method': 'POST', 'HTTPsampler.Arguments': all })),
      user,
    );
    expect(sample.code).toBe('Non HTTP response code: java.lang.IllegalArgumentException');
  });

  it('are the body as they are where all names are blank, or where the body is said to be raw', async () => {
    const plain = argument('', '{"a": "${who}"}', { 'HTTPArgument.always_encode': false });
    const given = { 'HTTPSampler.method': 'POST', 'HTTPsampler.Arguments': arguments_(plain, plain) };
    const { body, headers } = await sent(given);
    expect(body).toBe('{"a": "me"}{"a": "me"}');
    expect(headers).toContain('Content-Type: text/plain; charset=UTF-8');
    const named = {
      ...given,
      'HTTPsampler.Arguments': arguments_(argument('n', 'x y')),
      'HTTPSampler.postBodyRaw': true,
    };
    expect((await sent(named)).body).toBe('x+y');
  });

  it('are the body of a GET too where it is raw', async () => {
    const plain = argument('', 'q', { 'HTTPArgument.always_encode': false });
    const { body, line } = await sent({ 'HTTPSampler.postBodyRaw': true, 'HTTPsampler.Arguments': arguments_(plain) });
    expect([line, body]).toEqual(['GET / HTTP/1.1', 'q']);
  });

  it('leave an empty form where there are none', async () => {
    const { headers, body } = await sent({ 'HTTPSampler.method': 'PUT' });
    expect([headers[1], body]).toEqual(['Content-Length: 0', '']);
  });

  it('do not say what their body is where a header manager does', async () => {
    const around = { configs: [headerManager({ 'Content-Type': 'application/json', 'Content-Length': '9' })] };
    const { headers } = await sent({ 'HTTPSampler.method': 'POST' }, around);
    expect(headers.filter((each) => /^content-/i.test(each))).toEqual([
      'Content-Type: application/json',
      'Content-Length: 0',
    ]);
  });
});

describe('files', () => {
  const files = (...all: Given[]) => bean('HTTPFileArgs', { 'HTTPFileArgs.files': all as never });
  const file = (path: string, name: string, type: string) =>
    bean('HTTPFileArg', { 'File.path': path, 'File.paramname': name, 'File.mimetype': type });

  it('are the body where one is alone and has no name', async () => {
    const given = { 'HTTPSampler.method': 'PUT', 'HTTPsampler.Files': files(file('a.bin', '', 'application/x')) };
    const { headers, body } = await sent(given, {}, { files: { 'a.bin': 'content' } });
    expect([headers[1], headers[2], body]).toEqual(['Content-Type: application/x', 'Content-Length: 7', 'content']);
  });

  it('are parts, with the parameters', async () => {
    const given = {
      'HTTPSampler.method': 'POST',
      'HTTPsampler.Files': files(file('dir/a"é.txt', 'up', 'text/x')),
      'HTTPsampler.Arguments': arguments_(argument('n', 'ü')),
    };
    const { headers, body } = await sent(given, {}, { files: { 'dir/a"é.txt': 'content' } });
    const boundary = /boundary=([\w-]+); charset=UTF-8$/.exec(
      headers.find((each) => each.startsWith('Content-Type')) ?? '',
    )?.[1];
    const expected = [
      `--${boundary}`,
      'Content-Disposition: form-data; name="n"',
      'Content-Type: text/plain; charset=UTF-8',
      'Content-Transfer-Encoding: 8bit',
      '',
      'ü',
      `--${boundary}`,
      'Content-Disposition: form-data; name="up"; filename="a%22é.txt"',
      'Content-Type: text/x',
      'Content-Transfer-Encoding: binary',
      '',
      'content',
      `--${boundary}--`,
      '',
    ];
    expect(Buffer.from(body, 'latin1').toString()).toBe(expected.join('\r\n'));
  });

  it('are parts as browsers write them, if told so; a content type of a header manager makes room', async () => {
    const given = {
      'HTTPSampler.method': 'POST',
      'HTTPSampler.DO_MULTIPART_POST': true,
      'HTTPSampler.BROWSER_COMPATIBLE_MULTIPART': true,
      'HTTPsampler.Arguments': arguments_(argument('n', 'v')),
    };
    const { headers, body } = await sent(given, { configs: [headerManager({ 'Content-Type': 'text/plain' })] });
    expect(body).toMatch(/^--[\w-]+\r\nContent-Disposition: form-data; name="n"\r\n\r\nv\r\n--[\w-]+--\r\n$/);
    expect(headers.filter((each) => each.startsWith('Content-Type'))).toHaveLength(1);
  });

  it('of plans of JMeter 2 are read as well', async () => {
    const given = {
      'HTTPSampler.method': 'POST',
      'HTTPSampler.FILE_NAME': 'f',
      'HTTPSampler.FILE_FIELD': 'n',
      'HTTPSampler.mimetype': 'a/b',
    };
    expect((await sent(given, {}, { files: { f: 'x' } })).body).toContain(
      'name="n"; filename="f"\r\nContent-Type: a/b',
    );
  });

  it('fail the sample where one is missing', async () => {
    using user = new TestUser();
    const given = { 'HTTPSampler.method': 'POST', 'HTTPsampler.Files': files(file('gone', 'n', 'a/b')) };
    const sample = await sampleOf(compile(request(1, given)), user);
    expect(sample).toMatchObject({ success: false, code: 'Non HTTP response code: java.io.FileNotFoundException' });
  });
});

describe('failures', () => {
  it.each([
    ['a refused connection', {}, 'org.apache.http.conn.HttpHostConnectException'],
    ['an illegal URL', { 'HTTPSampler.path': '/a|b' }, 'java.net.URISyntaxException'],
    ['another protocol', { 'HTTPSampler.protocol': 'gopher' }, 'java.net.MalformedURLException'],
    ['no host', { 'HTTPSampler.domain': '' }, 'org.apache.http.client.ClientProtocolException'],
    ['a method that is none', { 'HTTPSampler.method': 'G E T' }, 'java.lang.IllegalArgumentException'],
  ])('are samples: %s', async (_, given, type) => {
    using user = new TestUser();
    const sample = await sampleOf(compile(request(1, given)), user);
    expect(sample).toMatchObject({
      success: false,
      unknown: false,
      label: 'Home',
      code: `Non HTTP response code: ${type}`,
    });
    expect(sample.message).toMatch(/^Non HTTP response message: /);
    expect(sample.response?.text()).toContain(type);
  });

  it('name the illegal character as Java does', async () => {
    using user = new TestUser();
    const sample = await sampleOf(compile(request(80, { 'HTTPSampler.path': '/a|b' })), user);
    expect(sample.message).toBe(
      'Non HTTP response message: Illegal character in path at index 18: http://127.0.0.1/a|b',
    );
  });

  it('are unknown where the connection was lost after the request was sent', async () => {
    await using server = await RawServer.listen((socket) =>
      socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc'),
    );
    using user = new TestUser();
    const sample = await sampleOf(compile(request(server.port)), user);
    expect(sample).toMatchObject({
      success: false,
      unknown: true,
      code: 'Non HTTP response code: org.apache.http.ConnectionClosedException',
    });
  });

  it('end a wait after the response timeout', async () => {
    await using server = await RawServer.listen(() => undefined);
    using user = new TestUser();
    const sample = await sampleOf(compile(request(server.port, { 'HTTPSampler.response_timeout': 40 })), user);
    expect(sample).toMatchObject({ code: 'Non HTTP response code: java.net.SocketTimeoutException', unknown: true });
    expect(sample.message).toBe('Non HTTP response message: Read timed out');
  });

  it('end a wait when the run ends', async () => {
    using user = new TestUser();
    await using server = await RawServer.listen(() => user.abort.abort());
    expect(await sampleOf(compile(request(server.port)), user)).toMatchObject({ success: false, unknown: true });
  });

  it.each([
    ['404 Not Found', false],
    ['399 Odd', true],
    ['400 Bad', false],
    ['204 No Content', true],
  ])('are judged by the status: %s', async (status, success) => {
    await using server = await RawServer.listen((socket) => socket.write(reply('', {}, status)));
    using user = new TestUser();
    const sample = await sampleOf(compile(request(server.port)), user);
    expect(sample).toMatchObject({ success, code: status.slice(0, 3), message: status.slice(4) });
  });
});

describe('a response', () => {
  const answered = async (answer: string | Buffer, given: Readonly<Record<string, Given>> = {}) => {
    await using server = await RawServer.listen((socket) => socket.write(answer));
    using user = new TestUser();
    return await sampleOf(compile(request(server.port, given)), user);
  };
  const zipped = (body: Buffer, coding = 'gzip') =>
    Buffer.concat([
      Buffer.from(`HTTP/1.1 200 OK\r\nContent-Encoding: ${coding}\r\nContent-Length: ${body.length}\r\n\r\n`),
      body,
    ]);

  it('is decompressed; its bytes are those of the wire', async () => {
    const answer = zipped(gzipSync('text '.repeat(1000)));
    const sample = await answered(answer);
    expect(sample.response?.text()).toBe('text '.repeat(1000));
    expect(sample.received).toBe(answer.length);
  });

  it('that is no gzip is a failure, unless nobody knows its coding', async () => {
    expect((await answered(zipped(Buffer.from('plain')))).code).toBe(
      'Non HTTP response code: java.util.zip.ZipException',
    );
    expect((await answered(zipped(Buffer.from('plain'), 'odd'))).response?.text()).toBe('plain');
  });

  it('that becomes too large is a failure', async () => {
    const sample = await answered(zipped(gzipSync(Buffer.alloc(65 * 1024 * 1024))));
    expect(sample.message).toContain('larger than 67108864 bytes when it is decompressed');
  });

  it.each([
    ['image/png', 'bin', ''],
    ['image/svg+xml', 'text', ''],
    ['video/mp4', 'bin', ''],
    ['application/octet-stream', 'text', ''],
    ['text/html; charset="ISO-8859-1"', 'text', 'ISO-8859-1'],
    ['text/plain; Charset=latin1; format=flowed', 'text', 'latin1'],
  ])('of the type %s is %s', async (type, expected, encoding) => {
    expect(await answered(reply('x', { 'Content-Type': type }))).toMatchObject({ type: expected, encoding });
  });

  it('may say its character set in itself', async () => {
    const page = '<meta http-equiv="Content-Type" content="text/html; charset=ISO-8859-1"><p>\u00e9';
    const answer = Buffer.from(reply(page, { 'Content-Type': 'text/html' }), 'latin1');
    const sample = await answered(answer);
    expect(sample.encoding).toBe('ISO-8859-1');
    expect(sample.response?.text()).toBe(page);
  });

  it('is a sum if told so', async () => {
    const sample = await answered(reply('hello'), { 'HTTPSampler.md5': true });
    expect(sample.response?.text()).toBe(createHash('md5').update('hello').digest('hex'));
  });
});

describe('defaults', () => {
  const defaults = (given: Readonly<Record<string, Given>>) => element('ConfigTestElement', given);

  it('fill what is missing or empty, the innermost first; parameters are put together', async () => {
    await using server = await RawServer.listen((socket) => socket.write(reply()));
    using user = new TestUser();
    const inner = defaults({
      'HTTPSampler.domain': '',
      'HTTPSampler.path': '/inner',
      'HTTPsampler.Arguments': arguments_(argument('b', '2')),
    });
    const outer = defaults({
      'HTTPSampler.domain': '127.0.0.1',
      'HTTPSampler.port': server.port,
      'HTTPSampler.path': '/outer',
    });
    const own = element('HTTPSamplerProxy', {
      'HTTPSampler.domain': '',
      'HTTPsampler.Arguments': arguments_(argument('a', '1')),
    });
    const sample = await sampleOf(compile(own, { configs: [inner, outer] }), user);
    expect(sample.url).toBe(`http://127.0.0.1:${server.port}/inner?a=1&b=2`);
  });

  it('do not replace what is false', async () => {
    const configs = [defaults({ 'HTTPSampler.use_keepalive': true })];
    expect((await sent({ 'HTTPSampler.use_keepalive': false }, { configs })).headers).toContain('Connection: close');
  });
});

describe('header managers', () => {
  it('are merged: of a name, in any case, the inner one counts', async () => {
    const configs = [
      headerManager({ accept: 'inner', 'X-A': '${who}' }),
      headerManager({ Accept: 'outer', 'X-B': 'b' }),
    ];
    const { headers } = await sent({}, { configs });
    expect(headers.slice(1, 4)).toEqual(['accept: inner', 'X-A: me', 'X-B: b']);
  });

  it.each([
    ['other.test', (port: number) => `other.test:${port}`],
    ['other.test:99', () => 'other.test:99'],
    ['other.test:80', () => 'other.test'],
  ])('may say another host: %s', async (value, expected) => {
    const { headers, port } = await sent({}, { configs: [headerManager({ Host: value, 'User-Agent': 'mine' })] });
    expect(headers).toEqual(['Connection: keep-alive', `Host: ${expected(port)}`, 'User-Agent: mine']);
  });

  it('end no line', async () => {
    const { headers } = await sent({}, { configs: [headerManager({ 'X-A': 'a\r\nX-Evil: \u20ac\u00e9' })] });
    expect(headers[1]).toBe('X-A: a  X-Evil: ?\u00e9');
  });
});

describe('the catalogue', () => {
  const refusals = (given: Readonly<Record<string, Given>>, kind = 'HTTPSamplerProxy') => {
    const support = httpElements[kind];
    return support === undefined || support.role === 'skipped' ? undefined : support.inspect?.(element(kind, given));
  };

  it('refuses what it can not honour', () => {
    expect(refusals({ 'HTTPSampler.proxyHost': 'p' })).toHaveLength(1);
    expect(refusals({ 'HTTPSampler.protocol': 'file' })).toHaveLength(1);
    expect(refusals({ 'HTTPSampler.contentEncoding': 'klingon' })).toHaveLength(1);
    expect(refusals({ 'HTTPSampler.implementation': 'Mine' })).toHaveLength(1);
    expect(refusals({ 'HTTPSampler.implementation': 'HttpClient4', 'HTTPSampler.contentEncoding': 'GBK' })).toEqual([]);
    expect(refusals({ 'HTTPSampler.proxyHost': 'p' }, 'HttpDefaultsGui')).toHaveLength(1);
    const auth = (mechanism: string) => ({
      'AuthManager.auth_list': [bean('Authorization', { 'Authorization.mechanism': mechanism })],
    });
    expect(refusals(auth('KERBEROS'), 'AuthManager')).toHaveLength(1);
    expect(refusals(auth('DIGEST'), 'AuthManager')).toEqual([]);
  });

  it('knows the tags of JMeter 2', () => {
    expect(Object.keys(httpElements)).toEqual(
      expect.arrayContaining(['HTTPSampler', 'HTTPSampler2', 'HTTPSamplerProxy']),
    );
  });
});
