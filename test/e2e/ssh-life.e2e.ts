import { chmodSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
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

  it('takes the old one in again where somebody says so, and nothing of before is left on it', async () => {
    site.write(['alfa', 'beta', 'gamma']);
    const refused = await site.relevo('up', '--yes');
    expect([refused.code, refused.stdout + refused.stderr]).toEqual([
      9,
      expect.stringMatching(/gamma was given up, and is back/),
    ]);
    await site.unnoticed(() => site.must('replace', 'gamma', '--yes'));
    expect(await members()).toEqual(['alfa', 'beta', 'gamma']);
  });

  it('gives a host’s place to another computer at the same address', async () => {
    await site.unnoticed(async () => {
      await hosts.cutPower('beta');
      await hosts.renew('beta', operator.key);
      operator.forgetHost(hosts.address('beta'));
      const refused = await site.relevo('up', '--yes');
      expect([refused.code, refused.stdout + refused.stderr]).toEqual([
        9,
        expect.stringMatching(/the host at \S+ knows nothing of it/),
      ]);
      await site.must('replace', 'beta', '--yes');
    });
    expect(await members()).toEqual(['alfa', 'beta', 'gamma']);
  });

  it('loses a host’s power by the file’s command, which gives it back by itself', async () => {
    const { path, serve } = powerSwitch(operator, hosts);
    using _ = serve();
    const words = (what: string) => `[${path}, '{{name}}', '${what}']`;
    site.extra = { gamma: `, power: { off: ${words('off')}, on: ${words('on')} }` };
    site.write(['alfa', 'beta', 'gamma']);
    const no = await site.relevo('fault inject', 'machine.off', 'beta', '--for', '10s');
    expect([no.code, no.stderr]).toEqual([9, expect.stringMatching(/the power of beta can't be cut from here/)]);
    await site.unnoticed(async () => {
      // longer than ssh takes to know that its connection is dead: until then `status` waits
      await site.must('fault inject', 'machine.off', 'gamma', '--for', '60s');
      expect(await site.must('fault list --active')).toMatch(/machine\.off/);
      await site.until('off', 45, ({ machines }) =>
        machines.some(({ name, state }) => name === 'gamma' && state === 'unknown'),
      );
      await site.until('back', 180, ({ members }) => members.every(({ state }) => state === 'ONLINE'));
    });
    expect(await site.must('fault list --active')).not.toMatch(/machine\.off/);
    await site.must('up', '--yes');
  });

  it('has its LXD upgraded, host after host, and no container stops', async () => {
    newerLxd('alfa');
    const monitors = () => names.slice(0, 3).map((host) => hosts.on(host, 'sh', '-c', 'pgrep -f "^.lxc monitor."'));
    const before = monitors();
    let said = '';
    await site.unnoticed(async () => {
      said = await site.must('upgrade', '--yes');
    });
    expect(said).toMatch(/alfa: lxd \S+ → \S+\+relevo1/);
    expect(monitors()).toEqual(before);
    for (const host of ['alfa', 'beta', 'gamma'])
      expect(hosts.on(host, 'dpkg-query', '-W', 'lxd')).toMatch(/\+relevo1/);
    expect(await site.must('upgrade', '--yes')).toMatch(/nothing is newer/);
  });

  it('is left, but for a host that does not answer, which is put back later', async () => {
    await hosts.setCable('gamma', 'down');
    const no = await site.relevo('destroy', '--yes');
    expect([no.code, no.stderr]).toEqual([8, expect.stringMatching(/destroy --without gamma/)]);
    expect(await site.must('destroy', '--yes', '--without', 'gamma')).toMatch(/stays: all that is on gamma/);
    await hosts.setCable('gamma', 'up');
    await site.must('destroy', '--yes');
    for (const host of names.slice(0, 3)) expect(hosts.on(host, 'ls', '/var/lib')).not.toMatch(/relevo|lxd/);
  });
});

describe('a cluster that somebody else made', () => {
  const three = ['alfa', 'beta', 'gamma'] as const;
  const lxc = (host: string, ...argv: string[]) => hosts.on(host, 'env', 'LXD_CONF=/run/theirs', 'lxc', ...argv);

  beforeAll(() => {
    for (const host of three) hosts.on(host, 'sh', '-ec', installLxd);
    const own = (host: string) => `https_address: ${hosts.address(host)}:8443`.replace('https_address: ', '');
    const first = `config: { core.https_address: "${own('alfa')}" }
cluster: { enabled: true, server_name: alfa }
storage_pools: [{ name: ssd, driver: btrfs, config: { source: /srv/ssd } }]`;
    hosts.on('alfa', 'sh', '-ec', `echo '${first}' | lxd init --preseed`);
    for (const host of ['beta', 'gamma']) {
      const token = lxc('alfa', 'cluster', 'add', host).trim().split('\n').at(-1);
      const joins = `cluster: { enabled: true, server_address: "${own(host)}", cluster_token: ${token}, member_config: [{ entity: storage-pool, name: ssd, key: source, value: /srv/ssd }] }`;
      hosts.on(host, 'sh', '-ec', `echo '${joins}' | lxd init --preseed`);
    }
    lxc('alfa', 'init', '--empty', 'db', '-s', 'ssd', '--target', 'beta');
  }, 300_000);

  const estate = () => [
    ...[
      'config show',
      'cluster list -f csv',
      'storage list -f csv',
      'network list -f csv',
      'config trust list -f csv',
    ].map((words) => lxc('alfa', ...words.split(' ')).replace(/database[-a-z]*|[\s"]/g, '')),
    ...['project list -f csv', 'list --all-projects -f csv -c nsL'].map((words) => lxc('alfa', ...words.split(' '))),
    ...three.map((host) =>
      hosts.on(host, 'sh', '-c', 'dpkg-query -W | sort; ls /var/lib /etc/systemd/system /usr/local'),
    ),
  ];

  it('has a guest, and nothing of it is left when that has gone', async () => {
    const before = estate();
    site.extra = {};
    site.write(three);
    const unnamed = await site.relevo('up', '--yes');
    expect([unnamed.code, unnamed.stderr]).toEqual([3, expect.stringMatching(/add `pool: ssd`/)]);
    site.machinesExtra = '\n  pool: ssd';
    site.write(three);
    await site.must('up', '--yes');
    expect(
      await site.unnoticed(() => site.must('fault inject', 'container.stop', 'web/1', '--for', '5s')),
    ).toBeGreaterThan(0);
    const no = await site.relevo('replace', 'gamma', '--yes');
    expect([no.code, no.stderr]).toEqual([9, expect.stringMatching(/was there before the project/)]);
    site.write(['alfa', 'beta']);
    await site.unnoticed(() => site.must('up', '--yes'));
    expect(lxc('alfa', 'cluster', 'list', '-f', 'csv')).toMatch(/^gamma,/m);
    await site.must('destroy', '--yes');
    expect(estate()).toEqual(before);
  });
});

/** As somebody would who has never heard of Relevo; the ids are those that exist in a system container. */
const installLxd = `export DEBIAN_FRONTEND=noninteractive
apt-get update -q && apt-get install -y -q --no-install-recommends lxd btrfs-progs nftables dnsmasq-base
for file in /etc/subuid /etc/subgid; do echo root:1000000:9000000 > $file; done
systemctl restart lxd && lxd waitready --timeout=60`;

/** Debian's LXD again, as if it had been corrected: in an archive of their own, on all hosts. */
function newerLxd(host: string): void {
  const make = `mkdir -p /opt/archive && cd /opt/archive && apt-get -q download lxd && dpkg-deb -R lxd_*.deb tree && rm lxd_*.deb
sed -i 's/^Version: .*/&+relevo1/' tree/DEBIAN/control
dpkg-deb -Zgzip -z1 -b tree lxd.deb && rm -r tree
{ dpkg-deb -f lxd.deb; echo "Filename: ./lxd.deb"; echo "Size: $(stat -c %s lxd.deb)"; echo "SHA256: $(sha256sum lxd.deb | cut -d ' ' -f 1)"; } > Packages
echo 'deb [trusted=yes] file:/opt/archive ./' > /etc/apt/sources.list.d/archive.list`;
  hosts.on(host, 'sh', '-ec', make);
  for (const file of ['/opt/archive/lxd.deb', '/opt/archive/Packages', '/etc/apt/sources.list.d/archive.list'])
    hosts.spread(file, host);
}

/** What an ordinary user can call, and we do: he has no LXD. */
function powerSwitch(of: Operator, all: SshHosts) {
  const directory = of.directory({
    switch: `#!/bin/sh
cd "$(dirname "$0")" && echo "$2" > "wish-$1.new" && mv "wish-$1.new" "wish-$1"
for _ in $(seq 600); do [ -e "wish-$1" ] || exit 0; sleep 0.1; done; exit 1
`,
  });
  const path = join(directory, 'switch');
  chmodSync(path, 0o755);
  return {
    path,
    serve(): Disposable {
      let busy = false;
      const timer = setInterval(async () => {
        const wish = readdirSync(directory).find((name) => /^wish-[a-z]+$/.test(name));
        if (busy || wish === undefined) return;
        busy = true;
        const host = wish.slice('wish-'.length);
        const on = readFileSync(join(directory, wish), 'utf8').trim() === 'on';
        await (on ? all.start(host) : all.cutPower(host));
        rmSync(join(directory, wish));
        busy = false;
      }, 100);
      return { [Symbol.dispose]: () => clearInterval(timer) };
    },
  };
}
