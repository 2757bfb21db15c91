import { type Failure, RelevoError } from '../../domain/failure.ts';
import { tryCommand, type Way } from './command.ts';

type Named = Pick<Failure, 'code' | 'message'> & { readonly hint?: string };

/** What OpenSSH says, and what it means. Source: the messages of openssh-portable, sshconnect*.c, and of sudo. */
const meanings: readonly (readonly [said: RegExp, means: (way: Way, said: string) => Named])[] = [
  [
    /REMOTE HOST IDENTIFICATION HAS CHANGED/,
    ({ name, address, port, knownHosts }) => ({
      code: 'refused',
      message: `${name} has another host key than before: it was reinstalled, or somebody is in the middle`,
      hint:
        knownHosts === undefined
          ? `if it was reinstalled: ssh-keygen -R ${port === undefined || port === 22 ? address : `'[${address}]:${port}'`}`
          : 'if it was reinstalled, write its new key into `host_key`',
    }),
  ],
  [
    /Host key verification failed|No \S+ host key is known/,
    ({ name, knownHosts, jump }) => ({
      code: 'refused',
      message:
        knownHosts === undefined
          ? `the host key of ${name}${jump === undefined ? '' : `, or of ${jump},`} is not known, and may not be trusted unseen`
          : `${name} has another host key than the one in the file`,
      hint:
        knownHosts === undefined ? 'connect once with ssh and look at its fingerprint' : 'compare it with `host_key`',
    }),
  ],
  [
    /Too many authentication failures/,
    ({ name, address }) => ({
      code: 'refused',
      message: `${name} refuses to look at more keys`,
      hint: `name the right one in ~/.ssh/config: Host ${address}, IdentityFile …, IdentitiesOnly yes`,
    }),
  ],
  [
    /Permission denied \(/,
    ({ name, user }) => ({
      code: 'refused',
      message: `${name} lets nobody in with your keys${user === undefined ? '' : ` as ${user}`}`,
      hint: 'is the key in its authorized_keys, and the user right? Where the key has a passphrase, load it: ssh-add',
    }),
  ],
  [
    /sudo: (a password is required|a terminal is required|interactive authentication is required)/,
    ({ name, user }) => ({
      code: 'refused',
      message: `sudo on ${name} wants a password`,
      hint: `let it go without: echo '${user ?? 'USER'} ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/relevo, or run this on a terminal, which is asked once`,
    }),
  ],
  [
    /incorrect password attempt|Sorry, try again|no password was provided/,
    ({ name }) => ({ code: 'refused', message: `sudo on ${name} does not take this password` }),
  ],
  [
    /sudo: command not found|sudo: not found|exec: sudo|sudo: No such file/,
    ({ name }) => ({
      code: 'refused',
      message: `${name} has no sudo, and its user is not root`,
      hint: 'install sudo there, or name `user: root`',
    }),
  ],
  [
    /is not in the sudoers file|is not allowed to (execute|run sudo)|may not run sudo/,
    ({ name, user }) => ({
      code: 'refused',
      message: `${user ?? 'the user'} may not become root on ${name}`,
      hint: `let root there run: usermod -aG sudo ${user ?? 'USER'}`,
    }),
  ],
  [
    /you must have a tty to run sudo/,
    ({ name, user }) => ({
      code: 'refused',
      message: `sudo on ${name} works on terminals only (requiretty)`,
      hint: `let root there run: echo 'Defaults:${user ?? 'USER'} !requiretty' > /etc/sudoers.d/relevo`,
    }),
  ],
  [
    /[Pp]assword (change required|has expired|expired)|change your password immediately|password is expired/,
    ({ name, user = 'USER' }) => ({
      code: 'refused',
      message: `the password of ${user === 'USER' ? 'the user' : user} on ${name} has expired`,
      hint: `log in there and change it, or let root run: chage -M -1 ${user}`,
    }),
  ],
  [
    /account has expired|account validation failure/,
    ({ name, user = 'USER' }) => ({
      code: 'refused',
      message: `the account of ${user === 'USER' ? 'the user' : user} on ${name} has expired or is locked`,
      hint: `let root there run: chage -E -1 ${user}`,
    }),
  ],
  [
    /This account is currently not available/,
    ({ name, user = 'USER' }) => ({
      code: 'refused',
      message: `${user === 'USER' ? 'the user' : user} on ${name} has no shell (nologin)`,
      hint: `name another \`user\`, or let root there run: chsh -s /bin/sh ${user}`,
    }),
  ],
  [
    /Could not resolve hostname/,
    ({ name, jump }) => ({
      code: 'unreachable',
      message: `${jump ?? name} has no address: its name can't be resolved`,
    }),
  ],
  [/Connection refused/, ({ name }) => ({ code: 'unreachable', message: `no SSH server listens on ${name}` })],
  [
    /timed out|No route to host|Network is unreachable|Host is down/,
    ({ name, address }) => ({ code: 'unreachable', message: `${name} (${address}) does not answer` }),
  ],
];

/**
 * A failure of ssh, or of sudo before our script began. `isIn`: somebody was logged in. What is said in words that nobody knows may be
 * the host's last ones, which is silence: the others go on without it. Pure.
 */
export function failureOf(way: Way, said: string, isIn = false): RelevoError {
  const meaning = meanings.find(([pattern]) => pattern.test(said))?.[1](way, said);
  const unknown: Named = isIn
    ? { code: 'unreachable', message: `${way.name} lets us in, and runs no commands as root` }
    : { code: 'unreachable', message: `${way.name} can't be reached over SSH` };
  const named = meaning ?? unknown;
  const see = `to see it yourself: ${tryCommand(way)}`;
  return new RelevoError({
    ...named,
    hint: named.hint === undefined ? see : `${named.hint}; ${see}`,
    evidence: { title: `ssh to ${way.name}`, lines: linesOf(said) },
  });
}

export function brokenOff(way: Way, what: string, said: string): RelevoError {
  return new RelevoError({
    code: 'unreachable',
    message: `the connection to ${way.name} broke off while ${what} ran`,
    hint: `what was begun there may go on; every step may be repeated. To see whether it answers: ${tryCommand(way)}`,
    evidence: { title: `ssh to ${way.name}`, lines: linesOf(said) },
  });
}

export function tooLate(way: Way, what: string, seconds: number): RelevoError {
  const message = `${what} did not end within ${seconds} s`;
  return new RelevoError({ code: 'unreachable', message, hint: `to see whether it answers: ${tryCommand(way)}` });
}

/** True: trying again with the right password may help. */
export function isWrongPassword(said: string): boolean {
  return /incorrect password attempt|Sorry, try again|no password was provided/.test(said);
}

export function wantsPassword(said: string): boolean {
  return /sudo: (a password is required|a terminal is required|interactive authentication is required)/.test(said);
}

function linesOf(said: string): string[] {
  return said.trim().split(/\r?\n/).slice(-8);
}
