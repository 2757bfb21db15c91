import { describe, expect, it } from 'vitest';
import { type Bench, buildBase } from '../../src/adapters/debian/build-base.ts';
import { surroundingsScript } from '../../src/render/surroundings.ts';

const release = { suite: 'trixie', keyring: '/usr/share/keyrings/debian-archive-keyring.gpg', resolvedApart: true };
const job = { base: 'debian/13', release, work: '/w', file: '/c/base.tar.zst' };

/** Another host, whose apt has this mirror for the release, and which knows these things of its network. */
function bench(mirror: string, around: readonly string[], fails = '') {
  const ran: { argv: string; environment: unknown }[] = [];
  const removed: string[] = [];
  const written: string[] = [];
  const made: Bench = {
    async run(argv, onLine, environment) {
      if (argv[2] === surroundingsScript) for (const line of around) onLine(line);
      else if (argv[0] === 'apt-get') for (const line of ['bookworm http://old/', mirror]) onLine(line);
      else if (argv[0] === 'uname') onLine('aarch64');
      else ran.push({ argv: argv.join(' '), environment });
      if (fails !== '' && argv.includes(fails)) onLine('E: no way');
      return { code: fails !== '' && argv.includes(fails) ? 1 : 0 };
    },
    write: async (_, text) => void written.push(text),
    remove: async (path) => void removed.push(path),
  };
  return { made, ran, removed, written };
}

describe('a base that is built', () => {
  it('comes from the mirror of the host’s apt, through its proxies, and is whole or not there', async () => {
    const around = ['proxy no_proxy intranet', 'apt Acquire::http::Proxy "http://192.0.2.1:3128";'];
    const { made, ran, removed, written } = bench('trixie http://mirror.example.org/debian', around);
    await buildBase(made, job, () => {});
    const [bootstrap, pack, keep] = ran;
    expect(bootstrap?.argv).toMatch(
      /^setpriv .* mmdebstrap .* trixie \/w\/rootfs http:\/\/mirror\.example\.org\/debian$/,
    );
    expect(bootstrap?.environment).toEqual({ http_proxy: 'http://192.0.2.1:3128', no_proxy: 'intranet' });
    expect(pack?.argv).toMatch(/^tar .* -cf \/c\/base\.tar\.zst\.\d+\.part -C \/w /);
    expect(keep?.argv).toMatch(/^mv \/c\/base\.tar\.zst\.\d+\.part \/c\/base\.tar\.zst$/);
    expect(removed).toEqual(['/w']);
    expect(written[0]).toMatch(/^architecture: aarch64$/m); // that of the host that builds
  });

  it('takes the distribution’s mirror where apt has none that speaks HTTP', async () => {
    const { made, ran } = bench('trixie file:/srv/debian', []);
    await buildBase(made, job, () => {});
    expect(ran[0]?.argv).toMatch(/ trixie \/w\/rootfs$/);
  });

  it('says what mmdebstrap said, and leaves nothing', async () => {
    const { made, removed } = bench('trixie http://m/', [], 'mmdebstrap');
    await expect(buildBase(made, job, () => {})).rejects.toMatchObject({
      failure: { code: 'build-failed', evidence: { title: 'mmdebstrap', lines: ['E: no way'] } },
    });
    expect(removed).toEqual(['/w']);
  });
});
