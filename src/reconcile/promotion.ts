/**
 * Promote first, repair later: what each balancer does by itself, with what it sees and without LXD. It only rewrites
 * the roles in its own haproxy.cfg; a promoted backup is told by the comment on its line, so that nothing need be remembered.
 */

export interface ServerLine {
  readonly backend: string;
  readonly name: string;
  readonly role: 'primary' | 'backup' | 'promoted';
}

const note = '# promoted';

export function serverLines(config: string): ServerLine[] {
  let backend = '';
  return config.split('\n').flatMap((line): ServerLine[] => {
    backend = /^backend (\S+)/.exec(line)?.[1] ?? backend;
    const [, name] = /^\s+server (\S+) /.exec(line) ?? [];
    if (name === undefined) return [];
    const role = line.endsWith(note) ? 'promoted' : / backup( |$)/.test(line) ? 'backup' : 'primary';
    return [{ backend, name, role }];
  });
}

export interface Change {
  readonly promote: readonly string[];
  readonly demote: readonly string[];
}

/** The configuration with these servers in other roles. */
export function withRoles(config: string, { promote, demote }: Change): string {
  const lines = config.split('\n').map((line) => {
    const name = /^\s+server (\S+) /.exec(line)?.[1] ?? '';
    if (promote.includes(name)) return `${line.replace(/ backup(?= |$)/, '')} ${note}`;
    if (demote.includes(name)) return `${line.replace(/^(\s+server \S+ \S+)/, '$1 backup').slice(0, -note.length - 1)}`;
    return line;
  });
  return lines.join('\n');
}

/** Milliseconds that a primary must be DOWN before a backup takes its place, and UP before the backup steps back. */
export const [downFor, upFor] = [250, 5000];

/** How long each server has been as it is. */
export class Watch {
  readonly #since = new Map<string, { up: boolean; at: number }>();

  see(states: Readonly<Record<string, string>>, now: number): void {
    for (const [name, state] of Object.entries(states)) {
      const up = state.startsWith('UP');
      if (this.#since.get(name)?.up !== up) this.#since.set(name, { up, at: now });
    }
  }

  /** Milliseconds; 0 where it is not so, or nothing is known. */
  lasting(name: string, up: boolean, now: number): number {
    const known = this.#since.get(name);
    return known?.up === up ? now - known.at : 0;
  }
}

/** One full server for each primary that is DOWN, as far as there are backups that are UP. MAINT and DRAIN are somebody's will. */
export function promotions(
  lines: readonly ServerLine[],
  states: Readonly<Record<string, string>>,
  watch: Watch,
  now: number,
): Change {
  const change = { promote: [] as string[], demote: [] as string[] };
  for (const backend of new Set(lines.map((line) => line.backend))) {
    const own = lines.filter((line) => line.backend === backend);
    const named = (role: ServerLine['role']) => own.filter((line) => line.role === role).map(({ name }) => name);
    const isDown = (name: string) => states[name]?.startsWith('DOWN') === true;
    const down = named('primary').filter((name) => isDown(name) && watch.lasting(name, false, now) >= downFor);
    const unsettled = named('primary').filter(
      (name) => watch.lasting(name, true, now) < upFor && states[name] !== 'MAINT',
    );
    const promoted = named('promoted');
    const ready = named('backup').filter((name) => states[name]?.startsWith('UP'));
    change.promote.push(...ready.slice(0, Math.max(0, down.length - promoted.filter((name) => !isDown(name)).length)));
    change.demote.push(...promoted.slice(Math.min(promoted.length, unsettled.length)));
  }
  return change;
}
