import { describe, expect, it } from 'vitest';
import { VirtualCluster } from '../rig/virtual-cluster.ts';
import { VirtualTerminal } from '../rig/virtual-terminal.ts';

const compose = `services:
  web:
    image: nginx
    env_file: web.env
    environment: ["COLOUR=\${COLOUR}", "SIZE=\${SIZE}"]
    volumes: ["./html:/usr/share/nginx/html:ro", "cache:/var/cache"]
    ports: ["8000:80"]
`;

/** Ana's home with a Compose file in `shop`. */
async function typed(line: string, more: Record<string, string> = {}, answers?: readonly string[]) {
  const files = new Map(
    Object.entries({
      '/home/ana/shop/compose.yaml': compose,
      '/home/ana/shop/.env': 'COLOUR=green\nSIZE=1\n',
      '/home/ana/shop/web.env': 'MODE=fast\n',
      ...more,
    }),
  );
  const cluster = new VirtualCluster();
  const options = { files, env: { SIZE: '2' }, ...(answers && { answers }) };
  const terminal = new VirtualTerminal(cluster, line.split(' '), options);
  const code = await cluster.clock.until(terminal.code);
  return { code, files, terminal, stdout: terminal.stdout, stderr: terminal.stderr };
}

describe('relevo import', () => {
  it('prints the file alone, and says the rest beside it', async () => {
    const { code, stdout, stderr, files } = await typed('import shop/compose.yaml');
    expect(code).toBe(0);
    expect(stdout).toContain('name: shop\n');
    expect(stdout).toContain('{ source: ./html, target: /var/www/html }');
    for (const variable of ['MODE: fast', 'COLOUR: green', 'SIZE: "2"']) expect(stdout).toContain(variable);
    expect(stdout).not.toContain('Without a counterpart');
    expect(stderr).toMatch(/Without a counterpart\n.*line 6 {2}web\.volumes: an instance keeps nothing/);
    expect(files.size).toBe(3);
  });

  it('writes it where it is told, with paths from there on, and says what to do next', async () => {
    const { code, stdout, stderr, files } = await typed('import shop/compose.yaml -o relevo.yaml');
    expect([code, stdout]).toEqual([0, '']);
    expect(files.get('/home/ana/relevo.yaml')).toContain('{ source: shop/html, target: /var/www/html }');
    expect(stderr).toMatch(/wrote relevo\.yaml\nnext: relevo plan\n$/);
  });

  it('says first what is left to fill in, be it accepted without', async () => {
    const more = { '/home/ana/shop/compose.yaml': compose.replace('image: nginx', 'image: wordpress') };
    const { stderr } = await typed('import shop/compose.yaml -o relevo.yaml', more);
    expect(stderr).toMatch(/next: fill in what is left, then relevo plan\n$/);
  });

  it('overwrites nothing that it was not allowed to', async () => {
    const there = { '/home/ana/relevo.yaml': 'mine\n' };
    const line = 'import shop/compose.yaml -o relevo.yaml';
    const alone = await typed(line, there);
    expect([alone.code, alone.files.get('/home/ana/relevo.yaml')]).toEqual([9, 'mine\n']);
    const no = await typed(line, there, ['n']);
    expect([no.code, no.files.get('/home/ana/relevo.yaml')]).toEqual([9, 'mine\n']);
    expect(no.terminal.asked).toEqual(['relevo.yaml exists already. Overwrite it? [y/N] ']);
    for (const yes of [await typed(line, there, ['y']), await typed(`${line} --yes`, there)])
      expect([yes.code, yes.files.get('/home/ana/relevo.yaml')]).toEqual([0, expect.stringContaining('name: shop')]);
  });

  it('as JSON has the file and the notes', async () => {
    const { stdout } = await typed('import shop/compose.yaml --json');
    const { text, notes, ready } = JSON.parse(stdout);
    expect(text).toContain('name: shop');
    expect(ready).toBe(true);
    expect(notes).toContainEqual(expect.objectContaining({ kind: 'left-out', lines: [6], what: 'web.volumes' }));
  });

  it('says what is wrong with a file that is none', async () => {
    const bad = await typed('import shop/compose.yaml', { '/home/ana/shop/compose.yaml': 'services: [\n' });
    expect([bad.code, bad.stderr]).toEqual([3, expect.stringContaining('shop/compose.yaml')]);
    expect(await typed('import nowhere.yaml')).toMatchObject({
      code: 10,
      stderr: expect.stringContaining('there is no file nowhere.yaml'),
    });
  });

  it.each(['.env', 'web.env'])('refuses %s beside it where that is no text', async (name) => {
    const { code, stdout, stderr } = await typed('import shop/compose.yaml', { [`/home/ana/shop/${name}`]: 'A=\0' });
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toContain(`shop/${name} this is no text in UTF-8`);
  });
});
