import type { HostSpec } from '../../domain/spec.ts';

/** How one host is reached. */
export interface Way extends HostSpec {
  /** What the file calls it. */
  readonly name: string;
  /** The master connection's socket; shorter than 88 bytes, for OpenSSH adds 17 to it while it is made. */
  readonly control: string;
  /** A known_hosts file of ours that has the key that the file pins; absent: the user's own. */
  readonly knownHosts?: string;
  /** The user's ssh_config, where it is not the usual one. */
  readonly config?: string;
  /** Keys of hosts that were never seen: the user's ssh_config may be stricter than ours. */
  readonly unknownKeys: 'accept-new' | 'yes';
  /** This ssh has options that make something else of a session than a command with its input: OpenSSH 8.7. */
  readonly hasSessionTypes?: boolean;
}

/** Seconds until a connection must be there. */
export const connectLimit = 5;

/** A connection whose host says nothing for 15 s has ended. No terminal, no questions, no forwarding. Source: ssh_config(5). */
const manner = [
  'BatchMode=yes',
  `ConnectTimeout=${connectLimit}`,
  'ConnectionAttempts=1',
  'ServerAliveInterval=5',
  'ServerAliveCountMax=3',
  'ForwardAgent=no',
  'ForwardX11=no',
  'PermitLocalCommand=no',
  'RemoteCommand=none',
  'EscapeChar=none',
  'LogLevel=ERROR',
];

/** Everything but what is asked of the host. */
function base(way: Way): string[] {
  const { user, port, jump, knownHosts, config, unknownKeys } = way;
  const keys =
    knownHosts === undefined
      ? [`StrictHostKeyChecking=${unknownKeys}`]
      : [
          'StrictHostKeyChecking=yes',
          `UserKnownHostsFile=${knownHosts}`,
          'GlobalKnownHostsFile=none',
          `HostKeyAlias=${pinnedAlias}`,
        ];
  const through = jump === undefined ? [] : [`ProxyCommand=${proxyCommand(way, jump)}`];
  return [
    ...['ssh', '-T'],
    ...(config === undefined ? [] : ['-F', config]),
    ...[...manner, ...keys, ...through, `ControlPath=${way.control}`].flatMap((option) => ['-o', option]),
    ...(user === undefined ? [] : ['-l', user]),
    ...(port === undefined ? [] : ['-p', String(port)]),
  ];
}

/** Under which a pinned key stands in our known_hosts. */
const pinnedAlias = 'relevo-host';

export function knownHostsLine(key: string): string {
  return `${pinnedAlias} ${key}\n`;
}

/**
 * In place of ProxyJump, which would ask, and trust nothing unknown. A shell reads it, so nothing may be in it that the file's
 * rules do not let through: letters, digits, `.`, `_`, `-`, `@` and `:`.
 */
function proxyCommand({ config, unknownKeys }: Way, jump: string): string {
  const [, user, host = '', port] = /^(?:([^@]+)@)?([^:]+)(?::(\d+))?$/.exec(jump) ?? [];
  const options = [...manner, `StrictHostKeyChecking=${unknownKeys}`].flatMap((option) => ['-o', option]);
  return [
    'ssh',
    ...(config === undefined ? [] : ['-F', `'${config.replaceAll("'", `'\\''`).replaceAll('%', '%%')}'`]),
    ...options,
    ...(user === undefined ? [] : ['-l', user]),
    ...(port === undefined ? [] : ['-p', port]),
    ...['-W', "'[%h]:%p'", host],
  ].join(' ');
}

/** An older ssh refuses what it does not know. Source: OpenSSH's release notes of 8.7. */
const ordinarySession = ['SessionType=default', 'StdinNull=no', 'ForkAfterAuthentication=no'];

/** Over the master, which the first one makes; it stays two minutes longer than it is used, also where we are killed. */
export function sessionArgv(way: Way, command: string): string[] {
  const session = way.hasSessionTypes ? ordinarySession : [];
  const shared = ['ClearAllForwardings=yes', 'ControlMaster=auto', 'ControlPersist=120'];
  return [...base(way), ...[...session, ...shared].flatMap((option) => ['-o', option]), ...at(way, command)];
}

/**
 * The master forwards a unix socket of this host to another one of the host, or to an address and a port. Without the user's
 * configuration: its own forwardings would be asked for as well. Later sessions don't cancel it, though they ask for none.
 */
export function forwardArgv(way: Way, local: string, remote: string): string[] {
  return [...toMaster(way, 'forward'), '-L', `${local}:${remote}`, ...at(way)];
}

export function exitArgv(way: Way): string[] {
  return [...toMaster(way, 'exit'), ...at(way)];
}

function toMaster({ control }: Way, what: 'forward' | 'exit'): string[] {
  return ['ssh', '-F', 'none', '-o', `ControlPath=${control}`, '-o', 'StreamLocalBindMask=0177', '-O', what];
}

/** What would be in effect, line by line. */
export function configArgv({ config, user, port, address }: Way): string[] {
  const file = config === undefined ? [] : ['-F', config];
  return ['ssh', '-G', ...file, ...(user ? ['-l', user] : []), ...(port ? ['-p', String(port)] : []), '--', address];
}

function at({ address }: Way, ...command: string[]): string[] {
  return ['--', address, ...command];
}

/** What people can type to see the same trouble. */
export function tryCommand({ user, port, jump, address, config }: Way): string {
  const words = [
    'ssh -o BatchMode=yes',
    ...(config === undefined ? [] : [`-F ${config}`]),
    ...(jump === undefined ? [] : [`-J ${jump}`]),
    ...(port === undefined ? [] : [`-p ${port}`]),
    user === undefined ? address : `${user}@${address}`,
  ];
  return `${words.join(' ')} true`;
}

/** What the far shell says once it reads: whatever came before it is a banner's. */
export const ready = 'relevo-ready';

/**
 * The whole of what goes into a command line: it reads the script as one line of base64 and leaves the rest of its input to it,
 * so that nothing of a script needs quoting for whatever login shell there is. A line before it that is not ours is a
 * password that nobody asked for. 255 is kept for ssh itself.
 */
const reader = `echo ${ready}; IFS= read -r l; case $l in relevo:*) ;; *) IFS= read -r l ;; esac; (eval "$(printf %s "\${l#relevo:}" | base64 -d)"); c=$?; [ $c -ne 255 ] || c=254; exit $c`;

/** How the far end becomes root, where it is another user's. */
export type Root = 'itself' | 'sudo' | 'sudo with a password';

/** Its words are looked at, so they must be English whatever the far end speaks. `env`: as any login shell understands it. */
const sudo = 'env LC_ALL=C sudo';

/** Prints how root is reached, and else what sudo says of it. */
export const rootProbe = `[ "$(id -u)" -ne 0 ] || { echo root; exit; }
command -v sudo >/dev/null || { echo 'sudo: not found'; exit 127; }
${sudo} -n true 2>&1 && echo sudo`;

export function remoteCommand(root: Root | undefined): string {
  const shell = `sh -c '${reader}'`;
  if (root === 'sudo') return `exec ${sudo} -n -- ${shell}`;
  if (root === 'sudo with a password') return `exec ${sudo} -k -S -p '' -- ${shell}`;
  return `exec ${shell}`;
}

/** The line that `reader` takes. */
export function scriptLine(script: string): string {
  return `relevo:${Buffer.from(script).toString('base64')}\n`;
}

export interface Shape {
  readonly environment?: Readonly<Record<string, string>> | undefined;
  readonly cwd?: string | undefined;
  readonly user?: number | undefined;
  /** Seconds; Infinity: none. */
  readonly timeout: number;
}

/** Where LXD's client keeps what it always writes: not in root's home. In memory. */
export const clientDirectory = '/run/relevo-lxc';

const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/snap/bin';

/** A script that becomes this command, and ends it in time whatever becomes of us. */
export function commandScript(argv: readonly string[], { environment = {}, cwd, user, timeout }: Shape): string {
  const variables = Object.entries({ LC_ALL: 'C', PATH: path, LXD_CONF: clientDirectory, ...environment });
  const words = [
    ...(user === undefined ? [] : ['setpriv', `--reuid=${user}`, `--regid=${user}`, '--clear-groups', '--']),
    ...(timeout === Infinity ? [] : ['timeout', '--kill-after=5', String(timeout)]),
    ...argv,
  ];
  return [
    ...variables.map(([name, value]) => `export ${name}=${quoted(value)}`),
    ...(cwd === undefined ? [] : [`cd ${quoted(cwd)} || exit 1`]),
    `exec ${words.map(quoted).join(' ')}`,
  ].join('\n');
}

/** For sh alone. */
export function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
