/** What ssh needs to know of a machine; the rest is the user's own configuration. */
export interface SshWay {
  readonly address: string;
  readonly user?: string;
  readonly port?: number;
  readonly jump?: string;
  /** An ssh_config in place of the user's. */
  readonly config?: string;
}

/** Words for somebody's own terminal; `command` is run there in place of a shell. */
export function sshWords({ address, ...way }: SshWay, command: readonly string[] = []): string[] {
  return ['ssh', ...sshOptions(way), '--', address, ...(command.length === 0 ? [] : [command.map(quoted).join(' ')])];
}

/** Those that say how to get there. */
export function sshOptions({ user, port, jump, config }: Omit<SshWay, 'address'>): string[] {
  return [
    ...(config === undefined ? [] : ['-F', config]),
    ...(jump === undefined ? [] : ['-J', jump]),
    ...(user === undefined ? [] : ['-l', user]),
    ...(port === undefined ? [] : ['-p', String(port)]),
  ];
}

/** For a POSIX shell. */
function quoted(word: string): string {
  return /^[\w./:@%+,=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
