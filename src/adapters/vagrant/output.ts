import type { RunState } from '../../domain/status.ts';

/** Of `vagrant status --machine-readable`: `1700000000,alfa,state,running`, by machine. Source: Vagrant's docs/cli/machine-readable. */
export function statesOf(text: string): ReadonlyMap<string, string> {
  const fields = text.split('\n').map((line) => line.split(','));
  return new Map(
    fields.flatMap(([, name = '', type, state = '']) => (type === 'state' ? [[name, state] as const] : [])),
  );
}

/** Vagrant's providers have their own words: whatever is neither running nor absent has no power, or waits to be resumed. */
export function runStateOf(state: string | undefined): RunState {
  if (state === undefined || state === 'not_created') return 'absent';
  if (state === 'running') return 'running';
  return state === 'unknown' || state === 'inaccessible' ? 'unknown' : 'stopped';
}

/** One machine's part of `vagrant ssh-config`: how ssh reaches it. */
export interface SshBlock {
  readonly name: string;
  /** `Port 2222`, a line each. */
  readonly options: readonly string[];
}

/** Lines before the first `Host` are messages of Vagrant's and its plugins. */
export function sshBlocks(text: string): SshBlock[] {
  const blocks: { name: string; options: string[] }[] = [];
  for (const line of text.split('\n').map((each) => each.trim())) {
    const name = /^Host\s+(\S+)$/.exec(line)?.[1];
    if (name !== undefined) blocks.push({ name, options: [] });
    else if (line !== '') blocks.at(-1)?.options.push(line);
  }
  return blocks;
}

/** The same by the machines' addresses, which is how hosts over SSH are called. */
export function sshConfig(blocks: readonly SshBlock[], addresses: Readonly<Record<string, string>>): string {
  return blocks
    .flatMap(({ name, options }) => {
      const address = addresses[name];
      return address === undefined ? [] : [`Host ${address}`, ...options.map((each) => `  ${each}`)];
    })
    .map((line) => `${line}\n`)
    .join('');
}
