import type { Event } from '../domain/event.ts';
import type { LxdAlias } from '../ports/lxd.ts';

/**
 * What all must agree on lies in LXD's own database, as aliases of an image that is there for nothing else
 * (`src/render/marks-image.ts`): creating one is atomic in the whole cluster, changing one by its ETag is a compare-and-swap in
 * one transaction (600 concurrent writes through three members: one winner each), and either takes a tenth of a second, also
 * while a member is gone. Verified on LXD 5.0.2.
 */
const prefix = 'mark.';

export const leaseMark = `${prefix}lease`;
export const intentMark = `${prefix}intent`;
const releasePrefix = `${prefix}release.`;
const eventsPrefix = `${prefix}events.`;

export const eventsMark = (balancer: string) => `${eventsPrefix}${balancer}`;

/** Of a service: which revision's release command has succeeded last. */
export const releaseMark = (service: string) => `${releasePrefix}${service}`;

/** Revisions by service. */
export function releasesIn(aliases: readonly LxdAlias[]): Record<string, string> {
  const own = aliases.filter(({ name }) => name.startsWith(releasePrefix));
  return Object.fromEntries(own.map(({ name, description }) => [name.slice(releasePrefix.length), description]));
}

export function isMark(alias: string): boolean {
  return alias.startsWith(prefix);
}

/** What controllers keep of their events, by balancer. */
export function keptEvents(aliases: readonly LxdAlias[]): Map<string, Event[]> {
  const own = aliases.filter(({ name }) => name.startsWith(eventsPrefix));
  return new Map(own.map(({ name, description }) => [name.slice(eventsPrefix.length), eventsIn(description)]));
}

/** What can't be understood is dropped: somebody wrote there by hand. */
export function eventsIn(text: string): Event[] {
  try {
    const events: unknown = JSON.parse(text);
    return Array.isArray(events) ? events.filter((each) => Number.isInteger(each?.seq)) : [];
  } catch {
    return [];
  }
}
