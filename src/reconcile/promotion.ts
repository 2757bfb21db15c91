import { serverState } from '../domain/server.ts';
import type { ServerStat } from '../observe/haproxy.ts';
import { setWeight } from '../render/haproxy-runtime.ts';

/**
 * Promote first, repair later: what each balancer does by itself, with what it sees and without LXD. A backup is promoted by
 * giving it a weight, and steps back when it loses it. HAProxy itself says who has one: nothing need be remembered.
 */
export interface RoleChange {
  readonly promote: readonly ServerStat[];
  readonly demote: readonly ServerStat[];
}

/** Milliseconds that a primary must be DOWN before a backup takes its place, and UP before the backup steps back. */
export const [downFor, upFor] = [250, 5000];

/** How long each server has been as it is. */
export class Watch {
  readonly #since = new Map<string, { up: boolean; at: number }>();

  see(states: Readonly<Record<string, string>>, now: number): void {
    for (const [name, state] of Object.entries(states)) {
      const up = serverState(state) === 'up';
      if (this.#since.get(name)?.up !== up) this.#since.set(name, { up, at: now });
    }
  }

  /** Milliseconds; 0 where it is not so, or nothing is known. */
  lasting(name: string, up: boolean, now: number): number {
    const known = this.#since.get(name);
    return known?.up === up ? now - known.at : 0;
  }
}

/**
 * One full server for each primary that is DOWN, as far as there are backups that are UP. MAINT and DRAIN of a primary are
 * somebody's will: nobody is promoted for them, but who is promoted already stays until all primaries serve again.
 */
export function promotions(servers: readonly ServerStat[], watch: Watch, now: number): RoleChange {
  const change = { promote: [] as ServerStat[], demote: [] as ServerStat[] };
  for (const own of Map.groupBy(servers, ({ backend }) => backend).values()) {
    const primaries = own.filter(({ twin }) => twin === undefined);
    const backups = own.filter(({ twin }) => twin !== undefined);
    const down = primaries.filter((each) => isDown(each) && watch.lasting(each.name, false, now) >= downFor);
    const unsettled = primaries.filter(({ name }) => watch.lasting(name, true, now) < upFor);
    const promoted = backups.filter(({ weight }) => weight > 0);
    const serving = promoted.filter(isUp);
    const ready = backups.filter((each) => each.weight === 0 && isUp(each));
    change.promote.push(...ready.slice(0, Math.max(0, down.length - serving.length)));
    // who does not serve goes first, else two backups would change places with each turn
    change.demote.push(...[...serving, ...promoted.filter((each) => !isUp(each))].slice(unsettled.length));
  }
  return change;
}

export function isUp({ status }: ServerStat): boolean {
  return serverState(status) === 'up';
}

export function isDown({ status }: ServerStat): boolean {
  return serverState(status) === 'down';
}

/**
 * Commands of the Runtime API, for all ports of a backup. A promoted one has the weight that its load agent, if there is one, gives
 * its twin.
 */
export function commandsFor(servers: readonly ServerStat[], { promote, demote }: RoleChange): string[] {
  return servers.flatMap((server) => {
    const promoted = !demote.includes(server) && (server.weight > 0 || promote.includes(server));
    return [server, ...server.further].flatMap(({ backend, weight, twin }) => {
      const wanted = promoted ? Math.max(1, twin?.weight ?? weight) : 0;
      return twin === undefined || wanted === weight ? [] : [setWeight(backend, server.name, wanted)];
    });
  });
}
