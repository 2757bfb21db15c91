import { describe, expect, it } from 'vitest';
import { filesOf } from '../rig/law.ts';
import { allScripts, complaints } from '../rig/scripts.ts';

const scripts = await allScripts();

/**
 * Of no use here: variables come in from outside (SC2154), all run with `-e` (SC2164), `a= b=c` is meant (SC1007), and
 * lists of process ids are to be split
 * (SC2044, SC2046).
 */
const shellcheck = (language: string) =>
  [
    'shellcheck',
    `--shell=${language === 'sh' ? 'dash' : language}`,
    '--severity=warning',
    '--exclude=SC2154,SC2164,SC1007,SC2044,SC2046',
    '-',
  ] as const;

describe('each script that runs on a machine or in a container', () => {
  it.each(scripts.filter(({ language }) => language === 'perl'))('$name is understood by Perl', ({ text }) => {
    const said = complaints(['perl', '-c', '-'], text);
    expect(said).toBe('');
  });

  it.each(scripts.filter(({ language }) => language !== 'perl'))(
    '$name is understood by its shell',
    ({ text, language }) => {
      expect(complaints([language, '-n'], text)).toBe('');
      expect(complaints(shellcheck(language), text)).toBe('');
    },
  );

  /** Where scripts are written. A new place belongs into test/rig/scripts.ts. */
  it('is among them, wherever it is written', () => {
    const written = filesOf('.').filter(({ text }) => /#!\/|['"`](sh|bash|perl)['"`],?\s*['"`]-/.test(text));
    expect(written.map(({ path }) => path).sort()).toEqual([
      'src/adapters/debian/base-images.ts', // one line
      'src/adapters/debian/build-base.ts', // of surroundings.ts
      'src/adapters/local/daemon.ts', // run by every test on a real LXD
      'src/adapters/local/host.ts', // of user-ids.ts
      'src/adapters/local/power.ts', // likewise
      'src/adapters/local/provider.ts', // likewise
      'src/adapters/local/storage.ts', // of loop-device.ts
      'src/adapters/ssh/addresses.ts',
      'src/adapters/ssh/builder.ts', // of prepare.ts and surroundings.ts
      'src/adapters/ssh/destroy.ts', // one line
      'src/adapters/ssh/estate.ts',
      'src/adapters/ssh/examine.ts',
      'src/adapters/ssh/hosts.ts', // the script of look.ts
      'src/adapters/ssh/power.ts',
      'src/adapters/ssh/prepare.ts',
      'src/adapters/ssh/probe.ts',
      'src/adapters/ssh/provider.ts', // one line
      'src/adapters/ssh/remote.ts', // one line
      'src/adapters/ssh/undo.ts',
      'src/adapters/ssh/upgrade.ts',
      'src/adapters/vagrant/power.ts',
      'src/apply/build.ts', // likewise
      'src/apply/cluster.ts',
      'src/apply/seeds.ts', // one line
      'src/cli/commands/shell.ts', // no script
      'src/faults/keeper.ts',
      'src/import/dockerfile.ts', // reads what others wrote
      'src/observe/inside.ts',
      'src/render/agent.ts',
      'src/render/calls.ts',
      'src/render/handover.ts',
      'src/render/haproxy-load.ts',
      'src/render/haproxy-state.ts',
      'src/render/haproxy-tls.ts',
      'src/render/haproxy-workers.ts',
      'src/render/keepalived.ts',
      'src/render/link.ts', // as test/render/golden.test.ts has it
      'src/render/membership.ts',
      'src/render/peers.ts',
      'src/render/ports.ts',
      'src/render/vagrant-site.ts',
      'src/render/watch.ts',
      'src/spec/schema-program.ts', // an example for people
    ]);
  });

  it('is known in every kind', () => {
    const known = scripts.map(({ text }) => text).join('\n');
    for (const word of [
      'relevo_handover',
      'reload-or-restart haproxy',
      'openssl req',
      'dev/tcp',
      'relevo.crt',
      'systemd-run',
    ])
      expect(known).toContain(word);
    expect(scripts.filter(({ language }) => language === 'perl').length).toBeGreaterThanOrEqual(3);
  });
});
