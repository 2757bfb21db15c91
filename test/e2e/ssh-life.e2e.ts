import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Operator, SshHosts } from '../rig/ssh-hosts.ts';
import { SshSite } from '../rig/ssh-site.ts';

/** What becomes of a cluster on hosts over SSH while hosts come, go and die. */
const names = ['alfa', 'beta', 'gamma', 'delta'] as const;

let operator: Operator;
let hosts: SshHosts;
let site: SshSite;

beforeAll(async () => {
  operator = new Operator();
  hosts = await SshHosts.make(names, operator.key);
  site = new SshSite('relevo-e2e-life', 1090, operator, hosts);
});

afterAll(async () => {
  if (site instanceof SshSite) await site.relevo('destroy', '--yes');
  if (hosts instanceof SshHosts) await hosts[Symbol.asyncDispose]();
  operator[Symbol.dispose]();
});

/** Containers of the project that run on the host, as its processes tell. */
const running = (host: string) =>
  hosts.on(host, 'sh', '-c', 'pgrep -fc "^.lxc monitor. .* relevo-e2e-life_" || :').trim();

const members = async () => (await site.status()).members.map(({ name }) => name).toSorted();

describe('a cluster on hosts over SSH', () => {
  it('comes up', async () => {
    site.write(['alfa', 'beta', 'gamma']);
    await site.must('up', '--yes');
  });

  it('takes a fourth host in and lets its founder go, and nobody notices', async () => {
    site.write(['beta', 'gamma', 'delta']);
    await site.unnoticed(() => site.must('up', '--yes'));
    expect(await members()).toEqual(['beta', 'delta', 'gamma']);
    expect(hosts.on('alfa', 'ls', '/var/lib')).not.toMatch(/relevo|lxd/);
  });

  it('gives up a host that is silent, and another one takes its place, killed at any moment', async () => {
    await hosts.setCable('gamma', 'down');
    const refused = await site.relevo('replace', 'beta', '--yes');
    expect([refused.code, refused.stdout + refused.stderr]).toEqual([
      9,
      expect.stringMatching(/beta answers at .*only a host that is gone can be replaced/),
    ]);
    site.write(['alfa', 'beta', 'delta']);
    await site.unnoticed(async () => {
      for (const seconds of [3, 8, 15]) {
        const running = site.relevo('replace', 'gamma', '--yes');
        setTimeout(() => running.kill(), seconds * 1000);
        await running;
      }
      const last = await site.relevo('replace', 'gamma', '--yes');
      if (/no host gamma is or was a member/.test(last.stderr + last.stdout)) await site.must('up', '--yes');
      else expect([last.code, last.stdout, last.stderr]).toEqual([0, expect.anything(), '']);
    });
    expect(await members()).toEqual(['alfa', 'beta', 'delta']);
  });

  it('is not disturbed by the old one when it is back', async () => {
    expect(Number(running('gamma'))).toBeGreaterThan(0);
    await site.unnoticed(async () => {
      await hosts.setCable('gamma', 'up');
      await expect.poll(() => running('gamma'), { timeout: 60_000 }).toBe('0');
    });
  });
});
