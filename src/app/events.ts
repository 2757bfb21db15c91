import type { Event } from '../domain/event.ts';
import { keptEvents } from '../observe/marks.ts';
import type { Lxd } from '../ports/lxd.ts';
import { openCluster, type Project } from './project.ts';

export interface ToldEvent {
  /** The balancer whose controller tells it. */
  readonly by: string;
  readonly event: Event;
}

export interface Told {
  /** By their times, as far as the balancers' clocks agree. */
  readonly told: readonly ToldEvent[];
  /** Since the look before more came than are kept: so many are gone. */
  readonly missed: readonly { readonly by: string; readonly count: number }[];
}

/** Milliseconds. */
const pollEvery = 1000;

/** What the controllers saw and did: at first all that is kept, then what came since, again and again; each event once. */
export async function* events(project: Project): AsyncGenerator<Told> {
  await using lxd = await openCluster(project);
  const last = new Map<string, number>();
  for (;;) {
    yield await news(lxd, last);
    await project.doors.system.sleep(pollEvery);
  }
}

/** `last`: the number of the last event that was told of each balancer. */
async function news(lxd: Lxd, last: Map<string, number>): Promise<Told> {
  const told: ToldEvent[] = [];
  const missed: Told['missed'][number][] = [];
  for (const [by, kept] of keptEvents(await lxd.images.aliases())) {
    const newest = kept.at(-1)?.seq ?? 0;
    const before = last.get(by) ?? 0;
    const after = newest < before ? 0 : before; // its record was lost, and it counts anew
    const fresh = kept.filter(({ seq }) => seq > after);
    told.push(...fresh.map((event) => ({ by, event })));
    const count = (fresh[0]?.seq ?? 0) - after - 1;
    if (after > 0 && count > 0) missed.push({ by, count });
    last.set(by, newest);
  }
  return { told: told.sort((a, b) => a.event.at.localeCompare(b.event.at)), missed };
}
