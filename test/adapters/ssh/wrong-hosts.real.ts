import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { Hosts } from '../../../src/adapters/ssh/hosts.ts';
import { type PowerDoors, sshProvider } from '../../../src/adapters/ssh/provider.ts';
import { RelevoError } from '../../../src/domain/failure.ts';
import { Secret } from '../../../src/domain/secret.ts';
import type { ClusterAccess } from '../../../src/ports/cluster.ts';
import { freePort } from '../../rig/port.ts';
import { Sshd, user } from '../../rig/sshd.ts';
import { specOf } from '../../rig/world.ts';

/**
 * Two hosts, each with an OpenSSH server of its own on this computer. What they say of themselves comes from programs that are laid
 * over this computer's, for their sessions alone: the scripts run as they do everywhere, and one host is wrong.
 */
const home = mkdtempSync('/tmp/rlv-wrong-');
const config = join(home, 'ssh_config');
const [alfa, beta] = ['192.0.2.11', '192.0.2.12'];
const sudoer = 'rlv-wrong';
const servers: Record<string, Sshd> = {};
let account: Disposable;

const spec = specOf(`version: 1
name: shop
machines: { provider: ssh, hosts: { alfa: { address: ${alfa}, user: root }, beta: { address: ${beta}, user: root } } }
services: { web: { packages: [apache2], port: 80 } }
balancer: { vip: 192.0.2.10, addresses: [192.0.2.20, 192.0.2.21] }
`);

/** By name; what is not named says what is well. */
type Programs = Readonly<Record<string, string>>;

const addresses = (address: string) =>
  JSON.stringify([{ ifname: 'ens3', addr_info: [{ family: 'inet', local: address, prefixlen: 24 }] }]);

const well = (address: string): Programs => ({
  uname: 'echo 6.1.0-35-amd64',
  ip: `case "$*" in *route*) echo '[]' ;; *neigh*del*) ;; *neigh*) echo FAILED ;; *) echo '${addresses(address)}' ;; esac`,
  ss: 'echo "LISTEN 0 128 0.0.0.0:22 0.0.0.0:*"',
  df: 'echo Avail; echo 50000000000',
  dpkg: 'true',
  lxd: 'true',
  lxc: 'echo "[]"',
  systemctl: 'echo inactive',
  ...{ iptables: 'exit 1', nft: 'exit 1', ufw: 'exit 1' },
});

/** A session of that host sees these in place of the computer's own. */
function lay(host: string, programs: Programs): void {
  const directory = join(home, host);
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory);
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(join(directory, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(directory, name), 0o755);
  }
}

/** Over each program that there is; the others are not asked for. Of this computer's own LXD and projects it sees nothing. */
const session = (host: string) => `#!/bin/sh
exec unshare -m --propagation private sh -c '
mount -t tmpfs tmpfs /var/lib; mkdir /var/lib/lxd /var/lib/relevo
for each in ${home}/${host}/*; do
  there=$(command -v "$(basename "$each")") && mount --bind "$each" "$(readlink -f "$there")"
done
[ ! -f ${home}/${host}.setup ] || . ${home}/${host}.setup
mount --bind ${home}/os-release "$(readlink -f /etc/os-release)"
exec sh -c "$SSH_ORIGINAL_COMMAND"'
`;

beforeAll(async () => {
  chmodSync(home, 0o755);
  for (const key of ['id', 'other']) spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(home, key)]);
  cpSync(join(home, 'id.pub'), join(home, 'authorized_keys'));
  runs('debian', '12');
  account = user(sudoer, 'correct horse');
  writeFileSync('/etc/sudoers.d/rlv-wrong', `${sudoer} ALL=(ALL) ALL\n`);
  const lines = [`UserKnownHostsFile ${home}/known_hosts`, 'IdentitiesOnly yes', 'IdentityAgent none'];
  for (const [name, address, own] of [
    ['alfa', alfa, '127.0.7.1'],
    ['beta', beta, '127.0.7.2'],
  ] as const) {
    const server = new Sshd(home, own, await freePort(own));
    servers[name] = server;
    writeFileSync(join(home, `${name}.sh`), session(name));
    chmodSync(join(home, `${name}.sh`), 0o755);
    lines.push(`Host ${address}`, `HostName ${own}`, `HostKeyAlias ${own}`, `Port ${server.port}`);
    await server.start(`Match User root`, `ForceCommand ${home}/${name}.sh`);
  }
  writeFileSync(config, [...lines, 'Host *', `IdentityFile ${home}/id`, ''].join('\n'));
  writeFileSync(`${config}-other`, readFileSync(config, 'utf8').replace(`${home}/id`, `${home}/other`));
}, 60_000);

afterAll(async () => {
  await Promise.all(Object.values(servers).map((server) => server.stop()));
  account[Symbol.dispose]();
  rmSync('/etc/sudoers.d/rlv-wrong', { force: true });
  rmSync(home, { recursive: true, force: true });
});

/** What both hosts are. */
function runs(id: string, version: string): void {
  writeFileSync(join(home, 'os-release'), `ID=${id}\nVERSION_ID=${version}\n`);
}

interface Wrong {
  readonly programs?: Programs;
  /** Lines of sh that change what a session sees of files. */
  readonly setup?: string;
  readonly config?: string;
  readonly user?: string;
  readonly port?: number;
  readonly password?: string;
}

/** What `up` says before it does anything: code, message, hint. */
async function refusal({ programs = {}, setup = '', password, config: file = config, ...way }: Wrong) {
  lay('alfa', well(alfa));
  lay('beta', { ...well(beta), ...programs });
  writeFileSync(join(home, 'beta.setup'), setup);
  const ask = async () => {
    if (password === undefined) throw new Error('nobody is there');
    return new Secret(password);
  };
  const hosts = new Hosts(home, file, ask);
  const ways = { ...spec.machines.ways, beta: { address: beta, user: 'root', ...way } };
  const wrong = { ...spec, machines: { ...spec.machines, ways } };
  await using provider = sshProvider(wrong, hosts, {} as ClusterAccess, {} as PowerDoors);
  try {
    const world = { network: {} as never, published: null };
    return (await provider.preflight(wrong, world)) ?? { code: 'none', message: '', hint: '' };
  } catch (error) {
    if (error instanceof RelevoError) return error.failure;
    throw error;
  }
}

/** A host of Ubuntu: snapd, which knows of LXD in its store, and the programs of `lxd-installer`, which would install it. */
const snapd = `mount -t tmpfs tmpfs /usr/local/bin
cat > /usr/local/bin/snap <<'END'
#!/bin/sh
[ "$1" != info ] || echo '  5.0/stable:       5.0.4-497fe1e   2025-01-21 (31333)  92MB -'
[ "$1" != list ] || exit 1
END
chmod 755 /usr/local/bin/snap`;
const installer = `touch ${home}/installed`;

const withoutLxd = 'mount --bind /dev/null "$(readlink -f "$(command -v lxd)")"';
const others = { project: 'blog', name: 'beta', hosts: {}, addresses: [], members: [] };

/** Two that lead to the same place are told apart by their words. */
const rows: readonly (readonly [what: string, wrong: Wrong, code: string, message: RegExp, hint: RegExp])[] = [
  ['it is unreachable', { port: 1 }, 'unreachable', /no SSH server listens on beta/, /ssh -o BatchMode=yes.* true/],
  [
    'its key is another one',
    { config: `${config}-other` },
    'refused',
    /lets nobody in with your keys/,
    /authorized_keys/,
  ],
  [
    'its user may not use sudo',
    { user: 'nobody-there' },
    'refused',
    /nobody in with your keys as nobody-there/,
    /user right/,
  ],
  ['sudo wants a password', { user: sudoer }, 'refused', /sudo on beta wants a password/, /NOPASSWD|terminal/],
  ['the password is wrong', { user: sudoer, password: 'wrong' }, 'refused', /does not take this password/, /ssh -o/],
  [
    'LXD’s port is taken',
    { setup: withoutLxd, programs: { ss: 'echo "LISTEN 0 9 0.0.0.0:8443 0.0.0.0:*"' } },
    'conflict',
    /port 8443 of beta is taken/,
    /ss -ltnp/,
  ],
  [
    'its kernel is old',
    { programs: { uname: 'echo 4.19.0-6-amd64' } },
    'host-lacks',
    /kernel of beta, 4\.19\.0-6-amd64, is older than 5\.4/,
    /upgrade/,
  ],
  [
    'its firewall drops what it would forward',
    {
      programs: {
        nft: `printf 'table inet mine {\\n\\tchain forward {\\n\\t\\ttype filter hook forward priority filter; policy drop;\\n\\t}\\n}\\n'`,
      },
    },
    'host-lacks',
    /instances on beta could reach nobody: its firewall drops/,
    /nft insert rule inet mine forward iifname relevo0 accept/,
  ],
  [
    'it has no space',
    { programs: { df: 'echo Avail; echo 1000000000' } },
    'host-lacks',
    /beta has 0\.9 GiB free/,
    /make room/,
  ],
  [
    'it is in a cluster',
    { setup: 'touch /var/lib/lxd/cluster.crt' },
    'conflict',
    /LXD on beta is in a cluster already/,
    /makes a cluster of hosts without one/,
  ],
  [
    'it is another project’s',
    { setup: `echo '${JSON.stringify(others)}' > /var/lib/relevo/project.json` },
    'conflict',
    /beta belongs to the project blog/,
    /destroy that one first/,
  ],
  [
    'its clock is off by an hour',
    { programs: { date: "perl -e 'print time + 3600'" } },
    'refused',
    /clock of beta differs from alfa's by 3\d{3} s/,
    /set-ntp true/,
  ],
  [
    'its LXD is half installed',
    {
      programs: {
        dpkg: 'echo "The following packages are only half configured:"; echo " lxd   Powerful system container"',
      },
    },
    'host-lacks',
    /packages on beta are half installed: lxd/,
    /doctor --fix/,
  ],
  [
    'its LXD is somebody’s',
    { programs: { lxc: 'case "$*" in *instances*) echo "[\\"/1.0/instances/db\\"]" ;; *) echo "[]" ;; esac' } },
    'conflict',
    /LXD on beta is in use: instance db/,
    /nothing in it/,
  ],
  [
    'its LXD does not tell what it has',
    { programs: { lxc: 'echo "Error: LXD is broken" >&2; exit 1' } },
    'host-lacks',
    /what LXD on beta has in it is not known: it says: Error: LXD is broken/,
    /journalctl -u lxd/,
  ],
];

describe('what up says before it does anything, where a host is wrong', () => {
  it('is nothing where all is well', { timeout: 60_000 }, async () => {
    expect(await refusal({})).toMatchObject({ code: 'none' });
  });

  it.each(rows)('where %s: why, and what to do', { timeout: 60_000 }, async (_, wrong, code, message, hint) => {
    const told = await refusal(wrong);
    expect([told.code, told.message, told.hint]).toEqual([
      code,
      expect.stringMatching(message),
      expect.stringMatching(hint),
    ]);
  });

  it('on Ubuntu is what snapd lacks; nothing is installed by looking', { timeout: 60_000 }, async () => {
    onTestFinished(() => {
      rmSync(join(home, 'alfa.setup'), { force: true });
      runs('debian', '12');
    });
    runs('ubuntu', '24.04');
    const programs = { lxd: installer, lxc: installer };
    writeFileSync(join(home, 'alfa.setup'), snapd);
    expect(await refusal({ setup: snapd, programs })).toMatchObject({ code: 'none' });
    const told = await refusal({ programs });
    expect([told.code, told.message]).toEqual(['host-lacks', 'beta has no snapd, from which its LXD comes']);
    expect(existsSync(join(home, 'installed'))).toBe(false);
  });

  it('where its key has changed: how to forget the old one', { timeout: 60_000 }, async () => {
    await servers['beta']?.withAnotherKey();
    const told = await refusal({});
    expect([told.code, told.message]).toEqual([
      'refused',
      expect.stringMatching(/beta has another host key than before/),
    ]);
    expect(told.hint).toMatch(/ssh-keygen -R/);
  });
});
