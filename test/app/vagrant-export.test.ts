import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeSystem } from '../../src/adapters/node/system.ts';
import { exportVagrant } from '../../src/app/vagrant-export.ts';
import { specOf } from '../rig/world.ts';

const text = (more = '', machines = 'provider: vagrant, hosts: [m1, m2]') => `version: 1
name: shop
machines: { ${machines} }
services:
  web:
    packages: [apache2]
    port: 80
    files: [{ source: site/index.html, target: /var/www/html/index.html }]
${more}
`;

/** A disk: files by path. */
function desk(files: Readonly<Record<string, string>>) {
  const disk = new Map<string, string>(Object.entries(files));
  const modes = new Map<string, number>();
  const within = (path: string) => [...disk.keys()].filter((each) => each.startsWith(`${path}/`));
  return {
    ...{ disk, modes },
    read: async (path: string) => (disk.has(path) ? new TextEncoder().encode(disk.get(path)) : undefined),
    exists: async (path: string) => disk.has(path),
    list: async (path: string) => within(path),
    walk: async () => [],
    makeDirectory: async () => {},
    remove: async (path: string) => {
      for (const each of within(path)) disk.delete(each);
    },
    write: async (path: string, content: string | Uint8Array, mode: number) => {
      disk.set(path, typeof content === 'string' ? content : new TextDecoder().decode(content));
      modes.set(path, mode);
    },
  };
}

const site = { '/home/site/index.html': '<p>', '/home/token.txt': 'secret' };
const program = async () => [{ path: 'relevo.js', content: 'run()' }];

function exported(files: ReturnType<typeof desk>, file: string) {
  return exportVagrant({ spec: specOf(file), text: file, from: '/home', to: '/out', named: 'out' }, files, program);
}

describe('an export for Vagrant of a directory', () => {
  let home = '';
  const { files } = nodeSystem();
  const put = (path: string) => {
    mkdirSync(join(home, path, '..'), { recursive: true });
    writeFileSync(join(home, path), path);
  };
  const exportIt = () => {
    const file = text().replace('site/index.html, target: /var/www/html/index.html', 'site, target: /var/www/html');
    return exportVagrant(
      { spec: specOf(file), text: file, from: home, to: join(home, 'out'), named: 'out' },
      files,
      program,
    );
  };

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'relevo-export-'));
    put('site/css/deep/a.css');
    mkdirSync(join(home, 'site/tmp'));
    chmodSync(join(home, 'site/tmp'), 0o750);
  });
  afterEach(() => rmSync(home, { recursive: true }));

  it('has what is in it, with its modes, and files in place of links', async () => {
    symlinkSync('css/deep/a.css', join(home, 'site/b.css'));
    await exportIt();
    const mode = (path: string) => (statSync(join(home, 'out/project/site', path)).mode & 0o777).toString(8);
    expect(['css', 'css/deep', 'css/deep/a.css', 'tmp'].map(mode)).toEqual(['755', '755', '644', '750']);
    expect(readFileSync(join(home, 'out/project/site/b.css'), 'utf8')).toBe('site/css/deep/a.css');
    expect(lstatSync(join(home, 'out/project/site/b.css')).isFile()).toBe(true);
  });

  it('refuses a link to a directory in it', async () => {
    symlinkSync('css/', join(home, 'site/styles'));
    await expect(exportIt()).rejects.toThrow('the link site/styles leads to a directory, css/');
  });
});

describe('an export for Vagrant', () => {
  it('has the file, what it names, the program, and the words for whoever finds it', async () => {
    const files = desk(site);
    const file = text('    secrets: { TOKEN: { file: token.txt } }');
    expect(await exported(files, file)).toEqual(['token.txt']);
    const written = [...files.disk.keys()].filter((path) => path.startsWith('/out/')).sort();
    expect(written).toEqual(
      [
        'README.md',
        'Vagrantfile',
        'project/relevo.yaml',
        'project/site/index.html',
        'project/token.txt',
        'relevo/install.sh',
        'relevo/relevo.js',
      ].map((path) => `/out/${path}`),
    );
    expect(files.disk.get('/out/project/relevo.yaml')).toBe(file);
    expect(files.modes.get('/out/project/token.txt')).toBe(0o600);
  });

  it('takes the place of an earlier one, and of nothing else', async () => {
    const files = desk(site);
    await exported(files, text());
    files.disk.set('/out/project/old.txt', '');
    await exported(files, text());
    expect(files.disk.has('/out/project/old.txt')).toBe(false);
    const other = desk({ ...site, '/out/thesis.txt': '' });
    await expect(exported(other, text())).rejects.toThrow('out is there already, and no export of Relevo');
    expect([...other.disk.keys()]).toEqual([...Object.keys(site), '/out/thesis.txt']);
  });

  it.each([
    [text('', 'hosts: [m1]'), 'the machines of the file are those of the provider `local`'],
    [
      text('', 'provider: vagrant, hosts: [m1], vagrantfile: Vagrantfile'),
      'a Vagrantfile of your own can’t be exported',
    ],
    [text('    secrets: { TOKEN: { env: TOKEN } }'), 'the secret TOKEN of web comes from this computer'],
    [text('    secrets: { TOKEN: { file: ../token.txt } }'), '../token.txt lies outside of the file'],
    [text('    secrets: { TOKEN: { file: /etc/token } }'), '/etc/token lies outside of the file'],
  ])('is refused before anything is written: %#', async (file, message) => {
    const files = desk(site);
    await expect(exported(files, file)).rejects.toThrow(message);
    expect([...files.disk.keys()]).toEqual(Object.keys(site));
  });
});
