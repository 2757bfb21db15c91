import { RelevoError } from '../../domain/failure.ts';
import { surroundingsOf, surroundingsScript } from '../../render/surroundings.ts';

type Environment = Readonly<Record<string, string>>;

/** Where a base is built, as root: this host, or another one. */
export interface Bench {
  run(
    argv: readonly string[],
    onLine: (line: string) => void,
    environment?: Environment,
  ): Promise<{ readonly code: number }>;
  write(path: string, text: string): Promise<void>;
  remove(path: string): Promise<void>;
}

export interface Release {
  readonly suite: string;
  readonly keyring: string;
  /** systemd-resolved is a package of its own. */
  readonly resolvedApart: boolean;
}

export const basePackages = [
  'systemd',
  'systemd-sysv',
  'libnss-systemd',
  'udev',
  'dbus',
  'iproute2',
  'ca-certificates',
];

/** Nobody waits for a network that may have no address yet: LXD would start two minutes late. */
export const noWaiting = 'systemctl mask systemd-networkd-wait-online';

export interface BaseJob {
  readonly base: string;
  readonly release: Release;
  /** A directory that is not there yet, and goes again. */
  readonly work: string;
  /** Of the image; whole when this resolves, nothing of it before. */
  readonly file: string;
}

/**
 * From the distribution's mirror, or the one that the bench's own apt has for this release, through the bench's proxies and with the
 * authorities that it trusts. It runs in a PID namespace that dies with who started it, so nothing of it survives a kill.
 */
export async function buildBase(bench: Bench, job: BaseJob, onLine: (line: string) => void): Promise<void> {
  const { base, release, work, file } = job;
  const part = `${file}.${process.pid}.part`;
  const mirror = await mirrorFor(bench, release.suite);
  try {
    await bench.write(`${work}/metadata.yaml`, metadata(base, await architectureOf(bench)));
    await bench.write(`${work}/templates/hostname.tpl`, '{{ container.name }}\n');
    const environment = await proxiesOf(bench);
    await must(bench, [...contained, ...mmdebstrap(release, `${work}/rootfs`, mirror)], onLine, {
      environment,
      message: `the base image ${base} could not be built`,
      hint: 'is the mirror reachable? Try `apt-get update` there',
    });
    onLine('packing');
    const what = ['-cf', part, '-C', work, 'metadata.yaml', 'templates', 'rootfs'];
    const tar = ['tar', '--numeric-owner', '--xattrs', '-I', 'zstd -3 -T0', ...what];
    await must(bench, tar, () => {}, { message: `the base image ${base} could not be packed` });
  } finally {
    await bench.remove(work);
  }
  await must(bench, ['mv', part, file], () => {}, { message: `the base image ${base} could not be kept` });
}

const contained = [
  ...['setpriv', '--pdeathsig', 'KILL'],
  ...['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'],
];

async function must(
  { run }: Bench,
  argv: readonly string[],
  onLine: (line: string) => void,
  { environment, ...failure }: { readonly message: string; readonly hint?: string; readonly environment?: Environment },
): Promise<void> {
  const lines: string[] = [];
  const { code } = await run(
    argv,
    (line) => {
      lines.push(line);
      onLine(line);
    },
    environment,
  );
  if (code === 0) return;
  const title = argv.find((word) => /^(mmdebstrap|tar|mv)$/.test(word)) ?? '';
  throw new RelevoError({ code: 'build-failed', ...failure, evidence: { title, lines: lines.slice(-15) } });
}

/** Those of its apt too, as variables: what mmdebstrap is told of apt stays in the image. */
async function proxiesOf({ run }: Bench): Promise<Environment> {
  const lines: string[] = [];
  await run(['sh', '-c', surroundingsScript], (line) => void lines.push(line));
  const { environment, apt } = surroundingsOf(lines.join('\n'));
  const ofApt = apt.flatMap((line) => {
    const [, scheme, proxy] = /^Acquire::(https?)::Proxy "(.+)";$/.exec(line) ?? [];
    return scheme === undefined || proxy === undefined ? [] : [[`${scheme}_proxy`, proxy] as const];
  });
  return { ...Object.fromEntries(ofApt), ...environment };
}

/** Undefined where the bench's apt has none of this release: mmdebstrap then takes the distribution's. Source: apt-get(8). */
async function mirrorFor({ run }: Bench, suite: string): Promise<string | undefined> {
  const sites: string[] = [];
  const ask = ['apt-get', 'indextargets', '--format', '$(CODENAME) $(SITE)'];
  const { code } = await run(ask, (line) => void sites.push(line)).catch(() => ({ code: 1 })); // no apt there
  const [, site] = (code === 0 && sites.map((line) => line.split(' ')).find(([codename]) => codename === suite)) || [];
  return site !== undefined && /^https?:/.test(site) ? site : undefined;
}

/** In the kernel's words, which are LXD's. */
async function architectureOf(bench: Bench): Promise<string> {
  let machine = '';
  await must(bench, ['uname', '-m'], (line) => (machine = line.trim()), { message: 'the processor is unknown' });
  return machine;
}

/** Source: LXD's doc/image-handling.md. Without the template every clone would bear the build host's name. */
function metadata(base: string, architecture: string): string {
  return `architecture: ${architecture}
creation_date: 1
properties: {description: "relevo base ${base}"}
templates: {/etc/hostname: {when: [create, copy], template: hostname.tpl}}
`;
}

function mmdebstrap({ suite, keyring, resolvedApart }: Release, target: string, mirror: string | undefined): string[] {
  const inTarget = (script: string) => `--customize-hook=chroot "$1" sh -ec '${script}'`;
  return [
    ...['mmdebstrap', '--mode=root', '--variant=apt', '--format=directory', `--keyring=${keyring}`],
    `--include=${[...basePackages, ...(resolvedApart ? ['systemd-resolved'] : [])].join(',')}`,
    '--aptopt=Acquire::Languages "none"',
    '--aptopt=APT::Install-Recommends "false"',
    '--dpkgopt=force-unsafe-io',
    ...['man', 'locale', 'doc', 'info'].map((each) => `--dpkgopt=path-exclude=/usr/share/${each}/*`),
    '--dpkgopt=path-include=/usr/share/doc/*/copyright',
    inTarget(`printf "${network}" > /etc/systemd/network/10-eth0.network`),
    inTarget(`systemctl enable systemd-networkd systemd-resolved; ${noWaiting}`),
    inTarget('ln -sf /run/systemd/resolve/stub-resolv.conf /etc/resolv.conf; : > /etc/machine-id'),
    ...[suite, target],
    ...(mirror === undefined ? [] : [mirror]),
  ];
}

/** DHCP by MAC, so that an address reserved for the NIC survives a new image or a lost lease. */
const network =
  '[Match]\\nName=eth0\\n[Network]\\nDHCP=ipv4\\nLinkLocalAddressing=no\\nIPv6AcceptRA=no\\n[DHCPv4]\\nClientIdentifier=mac\\n';
