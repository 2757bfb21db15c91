import { RelevoError } from '../../domain/failure.ts';
import type { BaseImages } from '../../ports/provider.ts';
import type { System } from '../../ports/system.ts';

/** Raised when the base's content changes, so that cached ones are not taken for new ones. */
const baseVersion = 2;

const codenames: Readonly<Record<string, { suite: string; keyring: string }>> = {
  'debian/11': { suite: 'bullseye', keyring: '/usr/share/keyrings/debian-archive-keyring.gpg' },
  'debian/12': { suite: 'bookworm', keyring: '/usr/share/keyrings/debian-archive-keyring.gpg' },
  'debian/13': { suite: 'trixie', keyring: '/usr/share/keyrings/debian-archive-keyring.gpg' },
  'ubuntu/22.04': { suite: 'jammy', keyring: '/usr/share/keyrings/ubuntu-archive-keyring.gpg' },
  'ubuntu/24.04': { suite: 'noble', keyring: '/usr/share/keyrings/ubuntu-archive-keyring.gpg' },
};

const packages = 'systemd,systemd-sysv,systemd-resolved,libnss-systemd,udev,dbus,iproute2,ca-certificates';

/**
 * Base images built from the distribution's mirror with mmdebstrap, kept in `cache`.
 * The build runs in a PID namespace of its own that dies with this process, so nothing of it survives a kill.
 */
export function debianBaseImages(system: System, cache: string): BaseImages {
  return {
    async ensure(base, onLine) {
      const file = `${cache}/base-${base.replace('/', '-')}-v${baseVersion}.tar.zst`;
      if (await system.files.exists(file)) return file;
      const known = codenames[base];
      if (known === undefined) {
        const hint = `known: ${Object.keys(codenames).join(', ')}`;
        throw new RelevoError({ code: 'build-failed', message: `no way to build the base image ${base}`, hint });
      }
      await build(system, cache, base, known, file, onLine);
      return file;
    },
  };
}

async function build(
  system: System,
  cache: string,
  base: string,
  { suite, keyring }: { suite: string; keyring: string },
  file: string,
  onLine: (line: string) => void,
): Promise<void> {
  await removeLeftovers(system, cache);
  const work = `${cache}/work-${process.pid}`;
  await system.files.makeDirectory(work, 0o700);
  await system.files.write(`${work}/metadata.yaml`, metadata(base), 0o644);
  await system.files.write(`${work}/templates/hostname.tpl`, '{{ container.name }}\n', 0o644);
  const lines: string[] = [];
  const note = (line: string) => {
    lines.push(line);
    onLine(line);
  };
  const contained = [
    'setpriv',
    '--pdeathsig',
    'KILL',
    'unshare',
    '--mount',
    '--pid',
    '--fork',
    '--kill-child',
    '--mount-proc',
  ];
  const result = await system.run([...contained, ...mmdebstrap(suite, keyring, `${work}/rootfs`)], { onLine: note });
  if (result.code !== 0) {
    await system.files.remove(work);
    const evidence = { title: 'mmdebstrap', lines: lines.slice(-15) };
    const hint = 'is the mirror reachable? Try `apt-get update` on this host';
    throw new RelevoError({
      code: 'build-failed',
      message: `the base image ${base} could not be built`,
      hint,
      evidence,
    });
  }
  onLine('packing');
  const part = `${file}.${process.pid}.part`;
  const tar = [
    'tar',
    '--numeric-owner',
    '--xattrs',
    '-I',
    'zstd -3 -T0',
    '-cf',
    part,
    '-C',
    work,
    'metadata.yaml',
    'templates',
    'rootfs',
  ];
  const packed = await system.run(tar);
  await system.files.remove(work);
  if (packed.code !== 0) {
    throw new RelevoError({
      code: 'build-failed',
      message: `the base image ${base} could not be packed`,
      evidence: { title: 'tar', lines: [packed.stderr] },
    });
  }
  await system.files.rename(part, file);
}

/** What builds left that were killed: the directory bears their process's id. */
async function removeLeftovers(system: System, cache: string): Promise<void> {
  for (const name of await system.files.list(cache)) {
    const owner = /^work-(\d+)$/.exec(name)?.[1];
    if (owner !== undefined && !(await system.files.exists(`/proc/${owner}`)))
      await system.files.remove(`${cache}/${name}`);
  }
}

/** Source: LXD's doc/image-handling.md. Without the template every clone would bear the build host's name. */
function metadata(base: string): string {
  return `architecture: ${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}
creation_date: 1
properties: {description: "relevo base ${base}"}
templates: {/etc/hostname: {when: [create, copy], template: hostname.tpl}}
`;
}

function mmdebstrap(suite: string, keyring: string, target: string): string[] {
  const inTarget = (script: string) => `--customize-hook=chroot "$1" sh -ec '${script}'`;
  return [
    ...[
      'mmdebstrap',
      '--mode=root',
      '--variant=apt',
      '--format=directory',
      `--keyring=${keyring}`,
      `--include=${packages}`,
    ],
    '--aptopt=Acquire::Languages "none"',
    '--aptopt=APT::Install-Recommends "false"',
    '--dpkgopt=force-unsafe-io',
    ...['man', 'locale', 'doc', 'info'].map((each) => `--dpkgopt=path-exclude=/usr/share/${each}/*`),
    '--dpkgopt=path-include=/usr/share/doc/*/copyright',
    inTarget(`printf "${network}" > /etc/systemd/network/10-eth0.network`),
    inTarget('systemctl enable systemd-networkd systemd-resolved; systemctl mask systemd-networkd-wait-online'),
    inTarget('ln -sf /run/systemd/resolve/stub-resolv.conf /etc/resolv.conf; : > /etc/machine-id'),
    ...[suite, target],
  ];
}

/** DHCP by MAC, so that an address reserved for the NIC survives a new image or a lost lease. */
const network =
  '[Match]\\nName=eth0\\n[Network]\\nDHCP=ipv4\\nLinkLocalAddressing=no\\nIPv6AcceptRA=no\\n[DHCPv4]\\nClientIdentifier=mac\\n';
