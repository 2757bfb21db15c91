import { isIP } from 'node:net';
import type { Scope } from '../engine/support.ts';
import type { User } from '../engine/user.ts';
import { type Element, textOf } from '../jmx/element.ts';
import type { Text } from '../text/template.ts';
import { cookieDate } from './cookie-date.ts';
import { isRenewed, Manager, type Renewal } from './manager.ts';
import { isTrue, namedBeansOf } from './settings.ts';
import type { HttpUrl } from './url.ts';

interface Cookie {
  readonly name: string;
  readonly value: Text | string;
  readonly domain: string;
  readonly path: string;
  readonly secure: boolean;
  /** The server named the domain: its subdomains get the cookie too. */
  readonly domainGiven: boolean;
}

interface PresetCookie {
  readonly name: Text;
  readonly value: Text;
  readonly domain: Text;
  readonly path: Text;
  readonly secure: boolean;
  readonly domainGiven: boolean;
}

/** More than any server has a reason to set. */
const most = 3000;

/** HTTP Cookie Manager. All policies read and send cookies as JMeter's `standard` does, which is RFC 6265. */
export class CookieManager extends Manager {
  readonly #presets: readonly PresetCookie[];
  readonly #renewal: Renewal;
  readonly #ignores: boolean;

  constructor(element: Element, scope: Scope) {
    super();
    this.#ignores = /^ignorecookies$/i.test(textOf(element, 'CookieManager.policy'));
    this.#renewal = {
      eachIteration: isTrue(textOf(element, 'CookieManager.clearEachIteration')),
      byGroup: isTrue(textOf(element, 'CookieManager.controlledByThreadGroup')),
    };
    this.#presets = namedBeansOf(element, 'CookieManager.cookies').map(({ name, bean }) => ({
      name: scope.template(textOf(bean, 'TestElement.name') || name),
      value: scope.template(textOf(bean, 'Cookie.value')),
      domain: scope.template(textOf(bean, 'Cookie.domain')),
      path: scope.template(textOf(bean, 'Cookie.path')),
      secure: isTrue(textOf(bean, 'Cookie.secure')),
      domainGiven: isTrue(textOf(bean, 'Cookie.domain_specified', 'false')),
    }));
  }

  /** The `Cookie` header of a request; undefined where it has none. */
  headerFor(user: User, url: HttpUrl): string | undefined {
    if (this.#ignores) return undefined;
    return this.#jar(user).headerFor(user, url);
  }

  /** Takes the values of `Set-Cookie`. */
  save(user: User, url: HttpUrl, values: readonly string[]): void {
    if (this.#ignores) return;
    const jar = this.#jar(user);
    for (const each of values) jar.set(each, url, user.run.clock.now());
  }

  #jar(user: User): Jar {
    const jar = user.slot(this, () => new Jar(this.#presetsFor(user), user.iteration));
    if (jar.iteration !== user.iteration) {
      jar.iteration = user.iteration;
      if (isRenewed(this.#renewal, user)) jar.cookies = this.#presetsFor(user);
    }
    return jar;
  }

  /** Values are evaluated when they are sent, as JMeter does. */
  #presetsFor(user: User): Cookie[] {
    return this.#presets.map(({ name, domain, path, ...rest }) => ({
      ...rest,
      name: name.of(user),
      domain: domain.of(user),
      path: path.of(user),
    }));
  }
}

/** The cookies of one user, the oldest first. */
class Jar {
  cookies: Cookie[];
  iteration: number;

  constructor(cookies: Cookie[], iteration: number) {
    this.cookies = cookies;
    this.iteration = iteration;
  }

  /** Also of those that have expired meanwhile: JMeter forgets a cookie only when it is set anew. */
  headerFor(user: User, url: HttpUrl): string | undefined {
    if (this.cookies.length === 0) return undefined;
    const path = url.path === '' ? '/' : url.path;
    const { host, secure } = url.peer;
    const sent = this.cookies.filter(
      (each) => (secure || !each.secure) && isForHost(each, host.toLowerCase()) && isBelow(path, each.path),
    );
    if (sent.length === 0) return undefined;
    sent.sort((a, b) => b.path.length - a.path.length);
    return sent
      .map(({ name, value }) => `${name}=${quoted(typeof value === 'string' ? value : value.of(user))}`)
      .join('; ');
  }

  set(header: string, url: HttpUrl, now: number): void {
    const read = readCookie(header, url, now);
    if (read === undefined) return;
    const { expires, ...cookie } = read;
    const { name, path, domain, value } = cookie;
    this.cookies = this.cookies.filter((each) => each.name !== name || each.path !== path || each.domain !== domain);
    const gone = value === '' || (expires !== 0 && expires <= now);
    if (!gone) this.cookies.push(cookie);
    if (this.cookies.length > most) this.cookies.shift();
  }
}

/** Undefined where it is none, or none that this host may set. `expires`: milliseconds since 1970; 0 where it does not. */
function readCookie(header: string, url: HttpUrl, now: number): (Cookie & { expires: number }) | undefined {
  const [pair = '', ...rest] = header.split(';');
  const equals = pair.indexOf('=');
  const name = pair.slice(0, Math.max(0, equals)).trim();
  if (name === '') return undefined;
  const attributes = new Map(rest.map(attributeOf));
  const host = url.peer.host.toLowerCase();
  const given = (attributes.get('domain') ?? '').toLowerCase();
  if (attributes.has('domain') && given === '') return undefined;
  const domain = given === '' || given.endsWith('.') ? host : given.replace(/^\./, '');
  if (domain !== host && !isSubdomain(host, domain)) return undefined;
  const path = attributes.has('path') ? attributes.get('path') || '/' : defaultPath(url.path);
  const value = pair
    .slice(equals + 1)
    .trim()
    .replace(/^"(.*)"$/, '$1');
  const expires = expiryOf(attributes, now);
  return {
    name,
    value,
    domain,
    path,
    secure: attributes.has('secure'),
    expires,
    domainGiven: attributes.has('domain'),
  };
}

function attributeOf(text: string): [name: string, value: string] {
  const equals = text.indexOf('=');
  const name = equals < 0 ? text : text.slice(0, equals);
  return [name.trim().toLowerCase(), equals < 0 ? '' : text.slice(equals + 1).trim()];
}

/** `Max-Age` counts where both are there. Whatever can't be read is as if it were absent. */
function expiryOf(attributes: ReadonlyMap<string, string>, now: number): number {
  const age = attributes.get('max-age');
  if (age !== undefined) return /^-?\d{1,10}$/.test(age) ? Math.max(1, now + Number(age) * 1000) : 0;
  const date = cookieDate(attributes.get('expires') ?? '');
  return date === undefined ? 0 : Math.max(1, date);
}

function defaultPath(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash <= 0 ? '/' : path.slice(0, slash);
}

function isForHost({ domain, domainGiven }: Cookie, host: string): boolean {
  const bare = domain.replace(/^\./, '').toLowerCase();
  return host === bare || (domainGiven && isSubdomain(host, bare));
}

const isSubdomain = (host: string, domain: string) => isIP(host) === 0 && host.endsWith(`.${domain}`);

function isBelow(path: string, cookiePath: string): boolean {
  const above = cookiePath.length > 1 && cookiePath.endsWith('/') ? cookiePath.slice(0, -1) : cookiePath;
  if (above === '' || above === '/') return path.startsWith(above);
  return path.startsWith(above) && (path.length === above.length || path[above.length] === '/');
}

const quoted = (value: string) => (/[ ",;\\]/.test(value) ? `"${value.replace(/["\\]/g, '\\$&')}"` : value);
