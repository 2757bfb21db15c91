import type { User } from '../engine/user.ts';
import type { Sample } from '../sample.ts';
import type { AuthManager } from './auth.ts';
import type { CacheManager } from './cache.ts';
import type { CookieManager } from './cookies.ts';
import type { DnsCacheManager } from './dns.ts';
import type { Prepared } from './prepare.ts';
import type { Values } from './settings.ts';
import type { HttpUrl } from './url.ts';

/** What a sampler's requests have in common, whoever makes them. */
export interface RequestContext {
  readonly managers: Managers;
  readonly askServer: boolean;
  /** Somebody looks at the response. */
  readonly response: boolean;
}

/** Managers that reach a request: of each kind the outermost, as in JMeter. */
export interface Managers {
  readonly cookies: CookieManager | undefined;
  readonly cache: CacheManager | undefined;
  readonly auth: AuthManager | undefined;
  readonly dns: DnsCacheManager | undefined;
}

/** One sample of a user: its request, and those that follow from the answer. */
export interface Visiting {
  readonly user: User;
  readonly label: string;
  readonly values: Values;
  /** A request to another URL than the sampler's own. Throws HttpFailure. */
  prepare(url: HttpUrl, method: string, following: boolean): Prepared;
  /** Undefined where the cache has it. `following`: the caller goes on with redirects. Never rejects. */
  fetch(prepared: Prepared, following: boolean, depth: number): Promise<Visited | undefined>;
}

/** What one request brought, and what follows from it. */
export interface Visited {
  readonly sample: Sample;
  readonly url: HttpUrl;
  readonly method: string;
  /** Where a redirect leads to. */
  readonly location: string | undefined;
  /** The decoded body, where somebody wanted it, and its media type. */
  readonly content: Buffer | undefined;
  readonly media: string;
}
