import { RelevoError } from '../../domain/failure.ts';
import type { BaseImages } from '../../ports/provider.ts';
import type { System } from '../../ports/system.ts';
import { imageServer } from './image-servers.ts';

/** Raised when the base's content changes, so that cached ones are not taken for new ones. */
const baseVersion = 2;

interface Release {
  readonly suite: string;
  readonly keyring: string;
  /** systemd-resolved is a package of its own. */
  readonly resolvedApart: boolean;
}

const debianKeyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
const ubuntuKeyring = '/usr/share/keyrings/ubuntu-archive-keyring.gpg';

const releases: Readonly<Record<string, Release>> = {
  'debian/11': { suite: 'bullseye', keyring: debianKeyring, resolvedApart: false },
  'debian/12': { suite: 'bookworm', keyring: debianKeyring, resolvedApart: true },
  'debian/13': { suite: 'trixie', keyring: debianKeyring, resolvedApart: true },
  'ubuntu/22.04': { suite: 'jammy', keyring: ubuntuKeyring, resolvedApart: false },
  'ubuntu/24.04': { suite: 'noble', keyring: ubuntuKeyring, resolvedApart: true },
};

const packages = ['systemd', 'systemd-sysv', 'libnss-systemd', 'udev', 'dbus', 'iproute2', 'ca-certificates'];

/** Nobody waits for a network that may have no address yet: LXD would start two minutes late. */
const noWaiting = 'systemctl mask systemd-networkd-wait-online';

/**
 * Base images from image servers, or built from the distribution's mirror with mmdebstrap; kept in `cache`.
 * A build runs in a PID namespace of its own that dies with this process, so nothing of it survives a kill.
 */
export function debianBaseImages(system: System, cache: string): BaseImages {
  const file = (base: string) => `${cache}/base-${base.replace('/', '-')}-v${baseVersion}.tar.zst`;
  return {
    file,
    isCached: (base) => system.files.exists(file(base)),
    server: (base, product) => imageServer(base, product, system),
    completion: { packages, run: [noWaiting] },
    async build(base, onLine) {
      const release = releases[base];
      if (release === undefined || !(await system.files.exists(release.keyring))) throw noWayTo(base, release);
      if (system.uid !== 0) throw onlyRoot(base);
      await build(system, cache, base, release, file(base), onLine);
    },
  };
}

function onlyRoot(base: string): RelevoError {
  const message = `no image server has given the base image ${base}, and only root can build it here`;
  const hint = 'put its file from a computer where Relevo has made it into the cache (`RELEVO_CACHE`)';
  return new RelevoError({ code: 'build-failed', message, hint });
}

function noWayTo(base: string, release: Release | undefined): RelevoError {
  const message = `no way to the base image ${base}: no image server has given it`;
  if (release === undefined) return new RelevoError({ code: 'build-failed', message });
  const keys = release.keyring === ubuntuKeyring ? 'ubuntu-keyring' : 'debian-archive-keyring';
  const hint = `to build it from the distribution's mirror, install the keys: apt-get install ${keys}`;
  return new RelevoError({ code: 'build-failed', message: `${message}, and ${release.keyring} is missing`, hint });
}

async function build(
  system: System,
  cache: string,
  base: string,
  release: Release,
  file: string,
  onLine: (line: string) => void,
): Promise<void> {
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
  const result = await system.run([...contained, ...mmdebstrap(release, `${work}/rootfs`)], { onLine: note });
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

/** Source: LXD's doc/image-handling.md. Without the template every clone would bear the build host's name. */
function metadata(base: string): string {
  return `architecture: ${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}
creation_date: 1
properties: {description: "relevo base ${base}"}
templates: {/etc/hostname: {when: [create, copy], template: hostname.tpl}}
`;
}

function mmdebstrap({ suite, keyring, resolvedApart }: Release, target: string): string[] {
  const inTarget = (script: string) => `--customize-hook=chroot "$1" sh -ec '${script}'`;
  return [
    ...[
      'mmdebstrap',
      '--mode=root',
      '--variant=apt',
      '--format=directory',
      `--keyring=${keyring}`,
      `--include=${[...packages, ...(resolvedApart ? ['systemd-resolved'] : [])].join(',')}`,
    ],
    '--aptopt=Acquire::Languages "none"',
    '--aptopt=APT::Install-Recommends "false"',
    '--dpkgopt=force-unsafe-io',
    ...['man', 'locale', 'doc', 'info'].map((each) => `--dpkgopt=path-exclude=/usr/share/${each}/*`),
    '--dpkgopt=path-include=/usr/share/doc/*/copyright',
    inTarget(`printf "${network}" > /etc/systemd/network/10-eth0.network`),
    inTarget(`systemctl enable systemd-networkd systemd-resolved; ${noWaiting}`),
    inTarget('ln -sf /run/systemd/resolve/stub-resolv.conf /etc/resolv.conf; : > /etc/machine-id'),
    ...[suite, target],
  ];
}

/** DHCP by MAC, so that an address reserved for the NIC survives a new image or a lost lease. */
const network =
  '[Match]\\nName=eth0\\n[Network]\\nDHCP=ipv4\\nLinkLocalAddressing=no\\nIPv6AcceptRA=no\\n[DHCPv4]\\nClientIdentifier=mac\\n';
