import type { User } from '../engine/user.ts';
import { type Element, textOf } from '../jmx/element.ts';
import { type Answer, headerOf } from './answer.ts';
import type { Header } from './headers.ts';
import { isRenewed, Manager, type Renewal } from './manager.ts';
import { isTrue, wholeNumber } from './settings.ts';

interface Entry {
  readonly modified: string | undefined;
  readonly tag: string | undefined;
  /** Milliseconds since 1970 up to which it is fresh; undefined: it is asked for again. */
  readonly expires: number | undefined;
  /** The entry itself stands under another key, which the named headers of the request are part of. */
  readonly vary: string | undefined;
}

const year = 365 * 24 * 60 * 60 * 1000;

/** HTTP Cache Manager: what JMeter keeps of answers is when they expire and how to ask whether they changed. */
export class CacheManager extends Manager {
  readonly #renewal: Renewal;
  readonly #useExpires: boolean;
  readonly #size: number;

  constructor(element: Element) {
    super();
    this.#useExpires = isTrue(textOf(element, 'useExpires'));
    this.#size = Math.max(0, wholeNumber(textOf(element, 'maxSize', '5000'), 5000));
    this.#renewal = {
      eachIteration: isTrue(textOf(element, 'clearEachIteration')),
      byGroup: isTrue(textOf(element, 'CacheManager.controlledByThread')),
    };
  }

  /** Nothing needs to be asked for. */
  isFresh(user: User, url: string, headers: readonly Header[]): boolean {
    const expires = find(this.#cache(user), url, headers)?.expires;
    return expires !== undefined && expires > user.run.clock.now();
  }

  /** Lines that ask only for what has changed. */
  conditions(user: User, url: string, headers: readonly Header[]): string[] {
    const entry = find(this.#cache(user), url, headers);
    const lines: string[] = [];
    if (entry?.modified !== undefined) lines.push(`If-Modified-Since: ${entry.modified}`);
    if (entry?.tag !== undefined) lines.push(`If-None-Match: ${entry.tag}`);
    return lines;
  }

  /** Takes an answer to GET; `headers` are all that were sent. */
  save(user: User, url: string, { head, status }: Answer, headers: readonly Header[]): void {
    const vary = headerOf(head, 'vary');
    if (vary === '*' || !((status >= 200 && status <= 299) || status === 304)) return;
    const [modified, tag] = [headerOf(head, 'last-modified'), headerOf(head, 'etag')];
    const [control, expires] = [headerOf(head, 'cache-control'), headerOf(head, 'expires')];
    if ([modified, tag, control, expires].every((each) => each === undefined || each.trim() === '')) return;
    if (this.#useExpires && control?.includes('no-store') === true) return;
    const now = user.run.clock.now();
    const until = this.#useExpires
      ? expiryOf({ modified, control, expires, date: headerOf(head, 'date') }, now)
      : undefined;
    const cache = this.#cache(user);
    const entry = { modified, tag, expires: until, vary: undefined };
    if (vary !== undefined) {
      this.#put(cache, url, { ...entry, vary });
      this.#put(cache, varyKey(url, vary, headers), entry);
    } else if (!cache.entries.has(url)) this.#put(cache, url, entry);
  }

  #put({ entries }: Cache, key: string, entry: Entry): void {
    entries.delete(key);
    entries.set(key, entry);
    for (const oldest of entries.keys()) {
      if (entries.size <= this.#size) break;
      entries.delete(oldest);
    }
  }

  #cache(user: User): Cache {
    const cache = user.slot(this, (): Cache => ({ entries: new Map(), iteration: user.iteration }));
    if (cache.iteration !== user.iteration) {
      cache.iteration = user.iteration;
      if (isRenewed(this.#renewal, user)) cache.entries.clear();
    }
    return cache;
  }
}

interface Cache {
  readonly entries: Map<string, Entry>;
  iteration: number;
}

function find({ entries }: Cache, url: string, headers: readonly Header[]): Entry | undefined {
  const entry = entries.get(url);
  return entry?.vary === undefined ? entry : entries.get(varyKey(url, entry.vary, headers));
}

/** Names are compared as they are written, as in JMeter. */
function varyKey(url: string, vary: string, headers: readonly Header[]): string {
  const names = [...new Set(vary.split(/,\s*/))];
  const values = names.map((name) => [name, headers.filter(([each]) => each === name).map(([, value]) => value)]);
  return `vary-${vary}-${JSON.stringify(values)}-${url}`;
}

interface Freshness {
  readonly modified: string | undefined;
  readonly control: string | undefined;
  readonly expires: string | undefined;
  readonly date: string | undefined;
}

function expiryOf({ modified, control, expires, date }: Freshness, now: number): number | undefined {
  const given = expires === undefined ? undefined : Date.parse(expires) || undefined;
  if (control?.includes('no-cache') === true) return given;
  const age = /max-age=(\d{1,12})/.exec(control ?? '')?.[1];
  if (age !== undefined) return now + Number(age) * 1000;
  if (expires !== undefined) return given;
  // JMeter's guess: a tenth of the time for which it had not changed, or a year.
  const unchanged = Date.parse(date ?? '') - Date.parse(modified ?? '');
  return now + (Number.isNaN(unchanged) ? year : Math.round(unchanged * 0.1));
}
