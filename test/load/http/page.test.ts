import { describe, expect, it } from 'vitest';
import { linksOf } from '../../../src/load/http/links.ts';
import { parseUrl } from '../../../src/load/http/url.ts';
import { compile, type Given, partsOf, RawServer, reply, request, sampleOf, TestUser } from './rig.ts';

type Answers = Readonly<Record<string, string>>;

const html = (body: string) => reply(body, { 'Content-Type': 'text/html; charset=utf-8' });

async function visit(answers: Answers, given: Readonly<Record<string, Given>> = {}, response = true) {
  let atOnce = 0;
  let most = 0;
  await using server = await RawServer.listen((socket, text) => {
    const path = partsOf(text).line.split(' ')[1] ?? '';
    most = Math.max(most, ++atOnce);
    setTimeout(() => {
      atOnce--;
      socket.write(answers[path] ?? reply('', {}, '404 Not Found'));
    }, 5);
  });
  using user = new TestUser();
  const sampler = compile(request(server.port, { 'HTTPSampler.image_parser': true, ...given }));
  sampler.needs?.(response);
  const sample = await sampleOf(sampler, user);
  const origin = `http://127.0.0.1:${server.port}`;
  const paths = server.requests.map((each) => partsOf(each).line.split(' ')[1]);
  return { sample, origin, paths, most, connections: server.connections };
}

describe('embedded resources', () => {
  const page = html('<img src=a.png><script src="/b.js"></script><link rel=stylesheet href="c.css"><img src=a.png>');
  const rest = {
    '/a.png': reply('a'),
    '/b.js': reply('bb'),
    '/c.css': reply('@import "d.css";', { 'Content-Type': 'text/css' }),
    '/d.css': reply('d'),
  };

  it('are samples below the page', async () => {
    const { sample, paths } = await visit({ '/': page, ...rest });
    expect(paths).toEqual(['/', '/a.png', '/b.js', '/c.css', '/d.css']);
    expect(sample).toMatchObject({ label: 'Home', code: '200', success: true });
    expect(sample.children.map(({ label, children }) => [label, children.length])).toEqual([
      ['Home-0', 0],
      ['Home-1', 0],
      ['Home-2', 0],
      ['Home-3', 2],
    ]);
    expect(sample.received).toBe([page, ...Object.values(rest)].reduce((sum, each) => sum + each.length, 0));
    expect(sample.response?.text()).toContain('<img');
  });

  it('are found where nobody looks at the response', async () => {
    const { sample, paths } = await visit({ '/': page, ...rest }, {}, false);
    expect([paths.length, sample.response]).toEqual([5, undefined]);
  });

  it('leave a page without any alone', async () => {
    expect((await visit({ '/': html('<p>') })).sample.children).toEqual([]);
  });

  it('are not looked for in what is no page, or has failed', async () => {
    expect((await visit({ '/': reply('<img src=a>', { 'Content-Type': 'text/plain' }) })).paths).toEqual(['/']);
    const failed = reply('<img src=a>', { 'Content-Type': 'text/html' }, '500 Error');
    expect((await visit({ '/': failed })).paths).toEqual(['/']);
  });

  it('that fail, fail the page', async () => {
    const { sample, origin } = await visit({ '/': html('<img src=gone>') });
    expect(sample).toMatchObject({ success: false, code: '200' });
    expect(sample.message).toBe(`Embedded resource download error:${origin}/gone code:404 message:Not Found, `);
  });

  it('are those that the expressions let through', async () => {
    const given = { 'HTTPSampler.embedded_url_re': '.*[.](png|js)', 'HTTPSampler.embedded_url_exclude_re': '.*b[.]js' };
    expect((await visit({ '/': page, ...rest }, given)).paths).toEqual(['/', '/a.png']);
  });

  it('come at once, as many as the pool has places', async () => {
    const many = Array.from({ length: 12 }, (_, i) => `<img src=${i}>`).join('');
    const answers = {
      '/': html(many),
      ...Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`/${i}`, reply(`${i}`)])),
    };
    const { sample, most, connections } = await visit(answers, {
      'HTTPSampler.concurrentDwn': true,
      'HTTPSampler.concurrentPool': 4,
    });
    expect([most, connections]).toEqual([4, 4]);
    expect(sample.children.slice(1).map(({ url }) => url.split('/').at(-1))).toEqual([...Array(12).keys()].map(String));
    expect((await visit(answers)).most).toBe(1);
  });

  it('may redirect', async () => {
    const { sample } = await visit({
      '/': html('<img src=a>'),
      '/a': reply('', { Location: '/b' }, '302 F'),
      '/b': reply(),
    });
    expect(sample.children[1]).toMatchObject({
      label: 'Home-1',
      code: '200',
      children: [{ code: '302' }, { code: '200' }],
    });
  });

  it('of the page behind a redirect are beside its steps', async () => {
    const { sample } = await visit({
      '/': reply('', { Location: '/p' }, '302 F'),
      '/p': html('<img src=a>'),
      '/a': reply(),
    });
    expect(sample.children.map(({ label, code }) => `${label} ${code}`)).toEqual([
      'Home-0 302',
      'Home-1 200',
      'Home-2 200',
    ]);
  });

  it('in frames are looked for down to a depth of 5', async () => {
    const { paths } = await visit({
      '/': html('<iframe src="/?1">'),
      ...Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`/?${i}`, html(`<iframe src="/?${i + 1}">`)])),
    });
    expect(paths).toEqual(['/', '/?1', '/?2', '/?3', '/?4', '/?5', '/?6']);
  });
});

describe('links', () => {
  const page = parseUrl('http://h/dir/page');
  const found = (text: string, media = 'text/html') => linksOf(media, text, page).map(({ text }) => text);

  it.each([
    ['<body background=a>', ['http://h/dir/a']],
    ['<td background=a>', ['http://h/dir/a']],
    ['<base href="http://b/x/"><img src=a>', ['http://b/x/a']],
    ['<input type=IMAGE src=a><input src=b>', ['http://h/dir/a']],
    [
      '<frame src=a><iframe src=b></iframe><embed src=c><bgsound src=d>',
      ['http://h/dir/a', 'http://h/dir/b', 'http://h/dir/c', 'http://h/dir/d'],
    ],
    ['<object codebase=a data=b>', ['http://h/dir/a', 'http://h/dir/b']],
    ['<applet code=a>', ['http://h/dir/a']],
    ['<applet codebase=c code=a>', ['http://h/dir/c/a']],
    ['<applet codebase=c archive=z.jar code=a>', ['http://h/dir/c/z.jar']],
    [
      '<link rel=Icon href=a><link rel="shortcut icon" href=b><link rel=preload href=c><link rel=next href=d>',
      ['http://h/dir/a', 'http://h/dir/b', 'http://h/dir/c'],
    ],
    [`<p style="background: url('a')">`, ['http://h/dir/a']],
    [`<p style='background: URL( "a" )'>`, ['http://h/dir/a']],
    ['<p style="background: url(a)">', []],
    ['<a href=a>', []],
    ['<img src="a?b=1&amp;c=2">', ['http://h/dir/a?b=1&c=2']],
    ['<img src=data:x,y><img src=javascript:x><img src="mailto:x"><img src="">', []],
    ['<!-- <img src=a> --><!--[if IE]><img src=b><![endif]-->', []],
    ['<img src="a b|c">', ['http://h/dir/a%20b%7Cc']],
    ['<img src=a><img src=a>', ['http://h/dir/a']],
  ])('of %s', (text, expected) => {
    expect(found(text)).toEqual(expected);
  });

  it('of a style sheet are its imports', () => {
    const text = `@charset "utf-8"; /* @import "no"; */ @import "a"; @import url(b) screen; @import url('c');@import url( "d" );
      p { background: url(e) } @import "late";`;
    expect(found(text, 'text/css')).toEqual(['a', 'b', 'c', 'd'].map((each) => `http://h/dir/${each}`));
  });

  it('are found in any text without a hang', () => {
    for (const text of [
      'url("'.repeat(50_000),
      '@import '.repeat(50_000),
      '/*'.repeat(50_000),
      '<p style="'.repeat(20_000),
    ]) {
      expect(found(`<p style='${text}'>`).length + found(text, 'text/css').length).toBeLessThan(3);
    }
  });
});
