import { newSample } from '../engine/leaf.ts';
import type { User } from '../engine/user.ts';
import type { Sample } from '../sample.ts';
import { type Answer, headerOf } from './answer.ts';
import { answerTo, basic, type Credentials } from './auth.ts';
import type { Connections, Route } from './connections.ts';
import { charsetInPage, contentOf, contentTypeOf, HttpResponse, md5Of, shownHead } from './content.ts';
import { HttpFailure } from './failure.ts';
import type { Header, Headers } from './headers.ts';
import { downloadPage } from './page.ts';
import type { Wanted } from './parser.ts';
import { type Added, headWith, linesOf, type Prepared, prepare } from './prepare.ts';
import { followRedirects, isRedirect, nextByItself } from './redirects.ts';
import { systemResolver } from './resolve.ts';
import { failed, fill } from './result.ts';
import { isTrue, type Values, wholeNumber } from './settings.ts';
import { sourceOf } from './source.ts';
import type { HttpUrl } from './url.ts';
import type { RequestContext, Visited, Visiting } from './visiting.ts';

/** One sample of a user: its request, and all that follow from the answer. */
export class Visit implements Visiting {
  readonly user: User;
  readonly label: string;
  readonly values: Values;
  readonly #sampler: RequestContext;
  readonly #connections: Connections;
  readonly #headersOf: Headers;
  #headers: readonly Header[] | undefined = undefined;

  constructor(
    sampler: RequestContext,
    user: User,
    label: string,
    values: Values,
    headers: Headers,
    connections: Connections,
  ) {
    this.#sampler = sampler;
    this.user = user;
    this.label = label;
    this.values = values;
    this.#headersOf = headers;
    this.#connections = connections;
  }

  /** A request to another URL than the sampler's own. Throws HttpFailure. */
  prepare(url: HttpUrl, method: string, following: boolean): Prepared {
    const { user, values } = this;
    this.#headers ??= this.#headersOf.of(user);
    const sources = { files: user.run.files, random: () => user.run.random() };
    const { askServer } = this.#sampler;
    return prepare({ values, headers: this.#headers, method, url, following, askServer }, sources);
  }

  /** Undefined where the cache has it. `following`: somebody else goes on with redirects. */
  async fetch(prepared: Prepared, following: boolean, depth: number): Promise<Visited | undefined> {
    const visited = await this.#request(prepared);
    if (visited === undefined) return undefined;
    const { sample, location } = visited;
    if (sample.code.startsWith('Non HTTP')) return visited;
    if (location !== undefined && !following && isTrue(this.values.follow)) {
      return { ...visited, sample: await followRedirects(this, visited, depth), location: undefined };
    }
    if (!isTrue(this.values.embedded) || !sample.success || sample.type !== 'text') return visited;
    return { ...visited, sample: await downloadPage(this, visited, depth) };
  }

  async #request(prepared: Prepared): Promise<Visited | undefined> {
    const { user } = this;
    const { cache, cookies } = this.#sampler.managers;
    const sample = newSample(this.label, user.run.clock.now());
    sample.url = prepared.url.text;
    const isGet = prepared.method === 'GET';
    if (isGet && cache?.isFresh(user, prepared.url.text, pairs(prepared.first)) === true) return undefined;
    const credentials = this.#credentialsFor(prepared);
    let added = this.#addedTo(prepared, credentials);
    let answer = await this.#exchange(prepared, added);
    let last = prepared;
    if (answer.status === 401 && credentials !== undefined)
      [answer, added] = await this.#retry(answer, last, added, credentials);
    if (isTrue(this.values.auto)) [answer, last] = await this.#redirected(answer, last, added);
    fill(sample, answer);
    if (answer.failure === undefined) sample.url = last.url.text;
    const { url, method } = last;
    const { media } = contentTypeOf(answer.contentType);
    if (answer.failure !== undefined) return { sample, url, method, media, location: undefined, content: undefined };
    const sent =
      this.#sampler.response || cache !== undefined
        ? linesOf({ ...last, cookie: undefined }, { ...added, cookie: undefined })
        : [];
    const isRead = this.#sampler.response || isTrue(this.values.embedded);
    const content = isRead ? await this.#read(sample, answer, sent) : undefined;
    if (answer.setCookies !== undefined) cookies?.save(user, last.url, answer.setCookies);
    if (isGet) cache?.save(user, last.url.text, answer, pairs(sent));
    const location = this.#locationOf(sample, answer, last);
    return { sample, url, method, media, location, content };
  }

  #credentialsFor({ authorized, url }: Prepared): Credentials | undefined {
    return authorized ? undefined : this.#sampler.managers.auth?.credentialsFor(this.user, url);
  }

  /** Undefined where nothing is added, so that the head can be sent as it is. */
  #addedTo({ url, first }: Prepared, credentials: Credentials | undefined): Added | undefined {
    const { cookies, cache } = this.#sampler.managers;
    const cookie = cookies?.headerFor(this.user, url);
    const conditions = cache?.conditions(this.user, url.text, pairs(first)) ?? none;
    const authorization = credentials?.preemptive === true ? basic(credentials) : undefined;
    if (cookie === undefined && conditions.length === 0 && authorization === undefined) return undefined;
    return { cookie, conditions, authorization };
  }

  #exchange(prepared: Prepared, added: Added | undefined): Promise<Answer> {
    const { body, keepAlive, timeout, method } = prepared;
    return this.#connections.exchange(this.#routeOf(prepared), {
      head: headWith(prepared, added),
      body,
      keepAlive,
      wanted: this.#wanted(method === 'HEAD'),
      timeout,
    });
  }

  /** Requests that are made once have one, unless users have resolvers of their own. */
  #routeOf(prepared: Prepared): Route {
    const { dns } = this.#sampler.managers;
    if (dns !== undefined) return { ...this.#newRoute(prepared.url), resolver: dns.resolverFor(this.user) };
    prepared.route ??= this.#newRoute(prepared.url);
    return prepared.route;
  }

  #newRoute({ origin, peer }: HttpUrl): Route {
    const { source, connectTimeout } = this.values;
    const from = source.trim() === '' ? undefined : sourceOf(source.trim(), this.values.sourceType);
    return {
      peer,
      key: from === undefined ? origin : `${origin} ${from}`,
      connectTimeout: wholeNumber(connectTimeout),
      localAddress: from,
      resolver: systemResolver,
    };
  }

  #wanted(toHead: boolean): Wanted {
    const { response, managers } = this.#sampler;
    const body = response || isTrue(this.values.embedded);
    const head = response || managers.cache !== undefined;
    return wants[(toHead ? 4 : 0) + (head ? 2 : 0) + (body ? 1 : 0)] as Wanted;
  }

  /** Answers the challenge of a 401; the same answer again where nothing answers it. */
  async #retry(
    answer: Answer,
    prepared: Prepared,
    added: Added | undefined,
    credentials: Credentials,
  ): Promise<[Answer, Added | undefined]> {
    const { method, url, body } = prepared;
    const request = { method, target: url.target, body };
    const authorization = answerTo(answer.head, credentials, request, added?.authorization ?? '');
    if (authorization === undefined) return [answer, added];
    const again = { ...added, authorization };
    const next = await this.#exchange(prepared, again);
    next.connected ||= answer.connected;
    return [next, again];
  }

  /** Goes where the answer leads to, within the same sample. */
  async #redirected(first: Answer, prepared: Prepared, added: Added | undefined): Promise<[Answer, Prepared]> {
    let answer = first;
    let last = prepared;
    const been = new Set<string>();
    for (;;) {
      const next = nextByItself(answer, last, been);
      if (next === undefined) return [answer, last];
      if (next instanceof HttpFailure) {
        answer.failure = next;
        return [answer, last];
      }
      last = this.prepare(next.url, next.method, !next.withBody);
      const { connected } = answer;
      answer = await this.#exchange(last, added);
      answer.connected ||= connected;
    }
  }

  /** Undoes the content codings, and keeps the response where somebody looks at it. */
  async #read(sample: Sample, answer: Answer, sent: readonly string[]): Promise<Buffer | undefined> {
    const { response } = this.#sampler;
    try {
      const decoded = contentOf(answer);
      const body = decoded instanceof Promise ? await decoded : decoded;
      const { charset, media } = contentTypeOf(answer.contentType);
      sample.encoding = charset === '' && media === 'text/html' ? charsetInPage(body) : charset;
      if (response) {
        const kept = isTrue(this.values.md5) && body.length > 0 ? md5Of(body) : body;
        sample.response = new HttpResponse(shownHead(answer.head), `${sent.join('\n')}\n`, kept, sample.encoding);
      }
      return body;
    } catch (error) {
      if (!(error instanceof HttpFailure)) throw error;
      failed(sample, error);
      return undefined;
    }
  }

  #locationOf(sample: Sample, { status, head }: Answer, { method, url }: Prepared): string | undefined {
    if (!isRedirect(status, method)) return undefined;
    const location = headerOf(head, 'location');
    if (location === undefined) {
      const why = `Missing location header in redirect for ${method} ${url.text} HTTP/1.1`;
      failed(sample, new HttpFailure('java.lang.IllegalArgumentException', why));
    }
    return location;
  }
}

const none: readonly string[] = [];

const wants: readonly Wanted[] = Array.from({ length: 8 }, (_, bits) => ({
  toHead: (bits & 4) !== 0,
  head: (bits & 2) !== 0,
  body: (bits & 1) !== 0,
}));

/** Header lines as names and values. */
const pairs = (lines: readonly string[]): Header[] =>
  lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]);
