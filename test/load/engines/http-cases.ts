import { bean, defaults, element, type Given, group, headers, http, list, loop } from '../../rig/plan.ts';
import { type Case, same } from './case.ts';

const one = (...children: Parameters<typeof group>[2][]) => group('users', {}, ...children);
const twice = (...children: Parameters<typeof group>[2][]) => group('users', { loops: 2 }, ...children);

const cookieManager = (more: Given = {}, ...cookies: Given[]) =>
  element('CookieManager', 'CookiePanel', 'Cookies', {
    'CookieManager.cookies': cookies.map((each, index) => ({ name: `c${index}`, value: bean('Cookie', each) })),
    'CookieManager.clearEachIteration': 'false',
    ...more,
  });

const preset = (name: string, value: string): Given => ({
  ...{ 'Cookie.value': value, 'Cookie.domain': '127.0.0.1', 'Cookie.path': '/', 'Cookie.secure': 'false' },
  ...{ 'Cookie.expires': '0', 'Cookie.path_specified': 'true', 'Cookie.domain_specified': 'true' },
  'TestElement.name': name,
});

const cache = (more: Given = {}) =>
  element('CacheManager', 'CacheManagerGui', 'Cache', { clearEachIteration: 'false', useExpires: 'true', ...more });

const auth = (url: string, password: string) =>
  element('AuthManager', 'AuthPanel', 'Authorization', {
    'AuthManager.auth_list': list(
      bean('Authorization', {
        ...{ 'Authorization.url': url, 'Authorization.username': 'ana', 'Authorization.password': password },
        ...{ 'Authorization.domain': '', 'Authorization.realm': '' },
      }),
    ),
    'AuthManager.controlledByThreadGroup': 'false',
  });

const auto = { 'HTTPSampler.follow_redirects': 'false', 'HTTPSampler.auto_redirects': 'true' };
const neither = { 'HTTPSampler.follow_redirects': 'false', 'HTTPSampler.auto_redirects': 'false' };
const images = { 'HTTPSampler.image_parser': 'true' };

export function httpCases(port: number): readonly Case[] {
  const redirects = [301, 302, 303, 307, 308].flatMap((status) =>
    ['GET', 'HEAD', 'POST', 'PUT'].map((method) =>
      same(`redirect-${status}-${method}`, (at) =>
        one(
          http(at(`/redirect/${status}/2`), {
            method,
            ...(method === 'GET' || method === 'HEAD' ? {} : { body: 'x=1' }),
          }),
        ),
      ),
    ),
  );
  const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD'].map((method) =>
    same(`arguments-${method}`, (at) => {
      const body = [
        ['a', '1 2'],
        ['', 'nameless'],
        ['b', 'ü&='],
        ['empty', ''],
      ] as const;
      return one(http(at('/echo'), { method, body }), http(at('/echo?q=0'), { method, body }));
    }),
  );
  return [
    ...redirects,
    ...methods,
    same('redirect-auto', (at) =>
      one(
        http(at('/redirect/302/2'), { more: auto }),
        http(at('/redirect/302/1'), { more: auto, method: 'POST', body: 'x' }),
      ),
    ),
    same('redirect-neither', (at) => one(http(at('/redirect/302/1'), { more: neither }))),
    same('redirect-round', (at) => one(http(at('/round')))),
    same('redirect-relative', (at) => one(http(at('/away?to=ok')), http(at('/away?to=/redirect-relative/ok?x=1%232')))),
    same('redirect-elsewhere', (at) => one(http(at(`/away?to=http://localhost:${port}/redirect-elsewhere/ok`)))),
    same('redirect-nowhere', (at) => one(http(at('/away?to=')))),
    same('status', (at) =>
      one(
        ...['200', '204', '299', '300', '304', '400', '404', '500', '503'].map((code) => http(at(`/status/${code}`))),
      ),
    ),
    same('reason', (at) => one(http(at('/status/200/Fine%20by%20me')), http(at('/status/418/Teapot')))),
    same('bodies', (at) =>
      one(
        http(at('/empty')),
        http(at('/chunked')),
        http(at('/gzip')),
        http(at('/size/100000')),
        http(at('/latin')),
        http(at('/close')),
        http(at('/ok'), { method: 'HEAD' }),
      ),
    ),
    same('raw-body', (at) =>
      one(
        http(at('/echo'), { method: 'POST', body: '{"a": "ü"}' }),
        http(at('/echo'), { method: 'PUT', body: 'line 1\nline 2' }),
      ),
    ),
    same('raw-encoding', (at) =>
      one(http(at('/echo'), { method: 'POST', body: 'ü', more: { 'HTTPSampler.contentEncoding': 'UTF-8' } })),
    ),
    same('nameless-body', (at) =>
      one(
        http(at('/echo'), {
          method: 'POST',
          body: [
            ['', 'all'],
            ['', ' of it'],
          ],
        }),
      ),
    ),
    same('multipart', (at) =>
      one(
        http(at('/echo'), {
          method: 'POST',
          body: [
            ['a', '1'],
            ['b', 'two words'],
          ],
          more: { 'HTTPSampler.DO_MULTIPART_POST': 'true' },
        }),
      ),
    ),
    same('full-url', (at) => one(http(`http://localhost:${port}${at('/echo?a=b')}`))),
    same('odd-paths', (at) =>
      one(http(at('/echo?a=b c')), http(at('/echo?x=%20%C3%BC')), http(at('/echo#part')), http(at('/echo//double'))),
    ),
    same('headers', (at) =>
      one(
        headers(['X-A', 'outer'], ['X-B', 'outer'], ['Accept', 'text/*']),
        http(at('/ok'), {}, headers(['x-a', 'inner'], ['User-Agent', 'me'])),
        http(at('/ok')),
      ),
    ),
    same('header-content-type', (at) =>
      one(http(at('/echo'), { method: 'POST', body: '{}' }, headers(['Content-Type', 'application/json']))),
    ),
    same('header-host', (at) => one(http(at('/ok'), {}, headers(['Host', 'other.example'])))),
    same('no-keepalive', (at) => twice(http(at('/ok'), { more: { 'HTTPSampler.use_keepalive': 'false' } }))),
    same('keepalive', (at) => group('users', { loops: 3 }, http(at('/ok')), http(at('/size/5000')))),
    same('new-user', (at) =>
      group(
        'users',
        { loops: 3, more: { 'ThreadGroup.same_user_on_next_iteration': 'false' } },
        http(at('/ok')),
        http(at('/ok')),
      ),
    ),
    same('defaults', (at) =>
      one(
        defaults({ 'HTTPSampler.path': at('/echo?from=outer'), 'HTTPSampler.contentEncoding': 'UTF-8' }),
        http('', { name: 'no path' }),
        http('', { name: 'inner' }, defaults({ 'HTTPSampler.path': at('/echo?from=inner') })),
        http(at('/echo?own')),
      ),
    ),
    same('default-arguments', (at) =>
      one(
        defaults({
          'HTTPsampler.Arguments': bean('Arguments', {
            'Arguments.arguments': list(
              bean('HTTPArgument', {
                'Argument.name': 'd',
                'Argument.value': 'default',
                'Argument.metadata': '=',
                'HTTPArgument.always_encode': 'true',
                'HTTPArgument.use_equals': 'true',
              }),
            ),
          }),
        }),
        http(at('/echo'), { body: [['own', '1']] }),
        http(at('/echo'), { method: 'POST', body: [['own', '1']] }),
      ),
    ),
    same('cookies', (at) =>
      twice(
        cookieManager(),
        http(at('/cookie?set=a%3D1&set=b%3D2%3B%20Path%3D/')),
        http(at('/cookie?set=a%3D3')),
        http(at('/cookie?set=b%3D%3B%20Max-Age%3D0')),
        http(at('/cookie')),
      ),
    ),
    same('cookies-cleared', (at) =>
      group(
        'users',
        { loops: 3 },
        cookieManager({ 'CookieManager.clearEachIteration': 'true' }, preset('p', 'set')),
        http(at('/cookie')),
        http(at('/cookie?set=a%3D1')),
        http(at('/cookie')),
      ),
    ),
    same('cookies-none', (at) => one(http(at('/cookie?set=a%3D1')), http(at('/cookie')))),
    same('cookie-managers', (at) =>
      one(
        cookieManager({}, preset('who', 'outer')),
        http(at('/cookie'), {}, cookieManager({}, preset('who', 'inner'))),
      ),
    ),
    same('cookie-in-redirect', (at) =>
      one(cookieManager(), http(at('/cookie?set=r%3D1')), http(at('/redirect/302/1'))),
    ),
    same('cache-etag', (at) => group('users', { loops: 3 }, cache(), http(at('/etag')), http(at('/modified')))),
    same('cache-fresh', (at) =>
      group('users', { loops: 3 }, cache(), http(at('/fresh')), http(at('/fresh'), { method: 'POST', body: 'x' })),
    ),
    same('cache-cleared', (at) =>
      group('users', { loops: 2 }, cache({ clearEachIteration: 'true' }), http(at('/etag')), http(at('/etag'))),
    ),
    same('auth', (at) => one(auth(`http://127.0.0.1:${port}/`, 'secret'), http(at('/auth')), http(at('/auth')))),
    same('auth-wrong', (at) => one(auth(`http://127.0.0.1:${port}/`, 'wrong'), http(at('/auth')))),
    same('auth-elsewhere', (at) => one(auth('http://other.example/', 'secret'), http(at('/auth')))),
    same('resources', (at) => one(http(at('/page'), { more: images })), { anyOrder: true }),
    same(
      'resources-allowed',
      (at) => one(http(at('/page'), { more: { ...images, 'HTTPSampler.embedded_url_re': '.*/asset/[a-c]\\..*' } })),
      { anyOrder: true },
    ),
    same(
      'resources-excluded',
      (at) => one(http(at('/page'), { more: { ...images, 'HTTPSampler.embedded_url_exclude_re': '.*\\.png' } })),
      { anyOrder: true },
    ),
    same(
      'resources-pool',
      (at) =>
        one(
          http(at('/page'), {
            more: { ...images, 'HTTPSampler.concurrentDwn': 'true', 'HTTPSampler.concurrentPool': '3' },
          }),
        ),
      { anyOrder: true },
    ),
    same('resources-broken', (at) => one(http(at('/broken'), { more: images })), { anyOrder: true }),
    same(
      'resources-after-redirect',
      (at) => one(http(at('/away?to=/resources-after-redirect/page'), { more: images })),
      { anyOrder: true },
    ),
    same('resources-of-text', (at) => one(http(at('/ok'), { more: images }))),
    same('timeout', (at) =>
      one(
        http(at('/slow/2000'), { more: { 'HTTPSampler.response_timeout': '200' } }),
        http(at('/slow/50'), { more: { 'HTTPSampler.response_timeout': '2000' } }),
      ),
    ),
    same('refused', () =>
      one(http('/refused/', { more: { 'HTTPSampler.domain': '127.0.0.1', 'HTTPSampler.port': '9' } })),
    ),
    same('unknown-host', () => one(http('/x', { more: { 'HTTPSampler.domain': 'no-such-host.invalid' } }))),
    same('reset', (at) => one(http(at('/reset')), http(at('/reset'), { method: 'POST', body: 'x' }))),
    same('half', (at) => one(http(at('/half')))),
    same('md5', (at) => one(http(at('/ok'), { more: { 'HTTPSampler.md5': 'true' } }))),
    same('upload', (at) =>
      one(
        http(at('/echo'), {
          method: 'POST',
          body: [['field', 'value']],
          more: {
            'HTTPsampler.Files': bean('HTTPFileArgs', {
              'HTTPFileArgs.files': list(
                bean('HTTPFileArg', {
                  'File.path': 'upload.txt',
                  'File.paramname': 'file',
                  'File.mimetype': 'text/plain',
                }),
              ),
            }),
          },
        }),
        http(at('/echo'), {
          method: 'PUT',
          more: {
            'HTTPsampler.Files': bean('HTTPFileArgs', {
              'HTTPFileArgs.files': list(
                bean('HTTPFileArg', { 'File.path': 'upload.txt', 'File.paramname': '', 'File.mimetype': 'text/plain' }),
              ),
            }),
          },
        }),
      ),
    ),
    same('legacy-tag', (at) => one({ ...http(at('/echo?legacy')), kind: 'HTTPSampler' })),
    same(
      'many-users',
      (at) =>
        group(
          'users',
          { users: 20, loops: 10 },
          cookieManager(),
          loop(2, http(at('/cookie?set=a%3D1'))),
          http(at('/ok')),
        ),
      { anyOrder: true },
    ),
  ];
}
