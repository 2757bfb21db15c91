import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeSystem } from '../../src/adapters/node/system.ts';
import { readDirectory } from '../../src/apply/directories.ts';
import { imageFiles } from '../../src/plan/files.ts';

describe('a directory as source', () => {
  let root = '';
  const put = (path: string, text = path) => {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const read = () => readDirectory(root, nodeSystem().files);

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'relevo-directory-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('is carried whole, with modes and links, without what version control keeps', async () => {
    put('index.html');
    put('css/a.css');
    put('.git/config');
    put('.htaccess');
    put('bin/run');
    chmodSync(join(root, 'bin/run'), 0o755);
    chmodSync(join(root, 'index.html'), 0o640);
    symlinkSync('../css/a.css', join(root, 'bin/link'));
    mkdirSync(join(root, 'tmp/pids'), { recursive: true });
    chmodSync(join(root, 'tmp'), 0o770);
    const asset = await read();
    if (!('entries' in asset)) throw new Error(JSON.stringify(asset));
    const file = { source: 'site', target: '/srv', template: false } as const;
    const carried = imageFiles(
      { files: [{ ...file, owner: 'www-data' }], run: [] },
      { ...none, files: { site: asset } },
    );
    const shown = carried.map(({ target, mode, kind, owner }) => [target, mode.toString(8), kind, owner]);
    expect(shown).toEqual([
      ['/srv', '755', 'directory', 'www-data'],
      ['/srv/.htaccess', '644', undefined, 'www-data'],
      ['/srv/bin', '755', 'directory', 'www-data'],
      ['/srv/bin/link', '777', 'link', 'www-data'],
      ['/srv/bin/run', '755', undefined, 'www-data'],
      ['/srv/css', '755', 'directory', 'www-data'],
      ['/srv/css/a.css', '644', undefined, 'www-data'],
      ['/srv/index.html', '640', undefined, 'www-data'],
      ['/srv/tmp', '770', 'directory', 'www-data'],
      ['/srv/tmp/pids', '755', 'directory', 'www-data'],
    ]);
    const [top, first, second] = imageFiles(
      { files: [{ ...file, mode: 0o640 }], run: [] },
      { ...none, files: { site: asset } },
    );
    expect([top?.mode, first?.mode, second?.mode]).toEqual([0o750, 0o640, 0o750]);
  });

  it('gives way to a file that is named by itself', async () => {
    put('index.html');
    put('z.html');
    const files = [
      { source: 'one.html', target: '/srv/index.html', template: false },
      { source: 'site', target: '/srv', template: false },
    ];
    const site = await read();
    if ('message' in site) throw new Error(site.message);
    const one = { bytes: new TextEncoder().encode('one') };
    const carried = imageFiles({ files, run: [] }, { ...none, files: { site, 'one.html': one } });
    expect(carried.map(({ target }) => target)).toEqual(['/srv', '/srv/index.html', '/srv/z.html']);
    expect(carried[1]?.content).toBe(one.bytes);
  });

  it.each([
    ['is empty', () => {}, 'the directory is empty'],
    [
      'has a link that leads out',
      () => symlinkSync('/etc/passwd', join(root, 'a')),
      'the link `a` leads out of the directory, to `/etc/passwd`',
    ],
    [
      'has one that climbs',
      () => symlinkSync('../x', join(root, 'a')),
      'the link `a` leads out of the directory, to `../x`',
    ],
  ])('is refused where it %s', async (_, make, message) => {
    make();
    expect(await read()).toMatchObject({ message });
  });
});

describe('a template', () => {
  const files = [{ source: 'site.conf', target: '/etc/apache2/sites-available/site.conf', template: true }];
  const carried = (run: string[]) => imageFiles({ files, run }, { ...none, files: { 'site.conf': { bytes: text } } });
  const text = new TextEncoder().encode('{{name}}');

  it('is in the image as it is where something is run that may look for it', () => {
    expect(carried(['a2ensite site'])).toMatchObject([{ target: files[0]?.target, content: text }]);
  });

  it('is each instance’s own otherwise', () => expect(carried([])).toEqual([]));
});

const none = { files: {}, secrets: {}, controller: { node: '24', program: '' } };
