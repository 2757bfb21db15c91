import { createHash } from 'node:crypto';
import type { Refusal, Scope } from '../engine/support.ts';
import type { User } from '../engine/user.ts';
import { type Element, textOf } from '../jmx/element.ts';
import type { Text } from '../text/template.ts';
import { headersOf } from './answer.ts';
import { encode } from './charset.ts';
import { Manager } from './manager.ts';
import { beansOf } from './settings.ts';
import type { HttpUrl } from './url.ts';

export interface Credentials {
  readonly user: string;
  readonly password: string;
  readonly realm: string;
  /** Sent before the server asks. */
  readonly preemptive: boolean;
}

interface Entry {
  readonly url: Text;
  readonly user: Text;
  readonly password: Text;
  readonly domain: Text;
  readonly realm: Text;
  readonly mechanism: string;
}

/** HTTP Authorization Manager. */
export class AuthManager extends Manager {
  readonly #entries: readonly Entry[];

  constructor(element: Element, scope: Scope) {
    super();
    this.#entries = beansOf(element, 'AuthManager.auth_list').map((bean) => ({
      url: scope.template(textOf(bean, 'Authorization.url')),
      user: scope.template(textOf(bean, 'Authorization.username')),
      password: scope.template(textOf(bean, 'Authorization.password')),
      domain: scope.template(textOf(bean, 'Authorization.domain')),
      realm: scope.template(textOf(bean, 'Authorization.realm')),
      mechanism: mechanismOf(bean),
    }));
  }

  /** Of the first entry whose URL the request's begins with, its default port written or not. */
  credentialsFor(user: User, url: HttpUrl): Credentials | undefined {
    const texts = [url.origin + url.path, twinOf(url)];
    const entry = this.#entries.find((each) => texts.some((text) => text?.startsWith(each.url.of(user)) === true));
    if (entry === undefined) return undefined;
    const domain = entry.domain.of(user);
    const name = entry.user.of(user);
    return {
      user: domain === '' ? name : `${domain.toUpperCase()}\\${name}`,
      password: entry.password.of(user),
      realm: entry.realm.of(user),
      preemptive: entry.mechanism !== 'DIGEST',
    };
  }
}

const mechanismOf = (bean: Parameters<typeof textOf>[0]) => textOf(bean, 'Authorization.mechanism') || 'BASIC';

export function inspectAuth(element: Element): Refusal[] {
  return beansOf(element, 'AuthManager.auth_list')
    .map(mechanismOf)
    .filter((mechanism) => !['BASIC', 'DIGEST', 'BASIC_DIGEST'].includes(mechanism))
    .map((mechanism) => ({ what: `mechanism ${mechanism}`, consequence: 'its requests would go without credentials' }));
}

function twinOf({ origin, path, hasPort, peer }: HttpUrl): string | undefined {
  const own = peer.secure ? 443 : 80;
  if (!hasPort) return `${origin}:${own}${path}`;
  return peer.port === own ? origin.slice(0, origin.lastIndexOf(':')) + path : undefined;
}

export function basic({ user, password }: Credentials): string {
  return `Basic ${encode(`${user}:${password}`, 'US-ASCII').toString('base64')}`;
}

export interface Challenged {
  readonly method: string;
  readonly target: string;
  readonly body: Buffer | undefined;
}

/**
 * What answers the challenges of a 401; undefined where nothing does. Digest is taken before Basic; `sent` was sent already, so
 * that the same again would be refused again.
 */
export function answerTo(
  head: string,
  credentials: Credentials,
  request: Challenged,
  sent: string,
): string | undefined {
  const challenges = headersOf(head, 'www-authenticate').flatMap(challengesOf);
  const mine = challenges.filter(({ realm }) => credentials.realm === '' || realm === credentials.realm);
  const digest = mine.find(({ scheme }) => scheme === 'digest');
  if (digest !== undefined && !sent.startsWith('Digest')) return digestOf(digest, credentials, request);
  const asksBasic = mine.some(({ scheme }) => scheme === 'basic');
  return asksBasic && sent === '' ? basic(credentials) : undefined;
}

interface Challenge {
  readonly scheme: string;
  readonly realm: string;
  readonly values: ReadonlyMap<string, string>;
}

/** One header may hold several: a new one begins with a word that no `=` follows. */
function challengesOf(text: string): Challenge[] {
  const found: { scheme: string; values: Map<string, string> }[] = [];
  for (const [, scheme, name, quoted, bare] of text
    .slice(0, 4096)
    .matchAll(/([\w-]+)(?=\s+[\w-]+\s*=|\s*(?:,|$))\s*|([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))[\s,]*/g)) {
    if (scheme !== undefined) found.push({ scheme: scheme.toLowerCase(), values: new Map() });
    else found.at(-1)?.values.set((name ?? '').toLowerCase(), bare ?? (quoted ?? '').replace(/\\(.)/g, '$1'));
  }
  return found.map(({ scheme, values }) => ({ scheme, values, realm: values.get('realm') ?? '' }));
}

const hashes: Readonly<Record<string, string>> = {
  md5: 'md5',
  'md5-sess': 'md5',
  'sha-256': 'sha256',
  'sha-512': 'sha512',
};

function digestOf({ values }: Challenge, credentials: Credentials, request: Challenged): string | undefined {
  const [realm, nonce, opaque] = ['realm', 'nonce', 'opaque'].map((name) => values.get(name));
  const algorithm = values.get('algorithm') ?? 'MD5';
  const hash = hashes[algorithm.toLowerCase()];
  if (realm === undefined || nonce === undefined || hash === undefined) return undefined;
  const digest = (data: string | Buffer) => createHash(hash).update(data).digest('hex');
  const offered = values
    .get('qop')
    ?.split(',')
    .map((each) => each.trim().toLowerCase());
  const qop = qopOf(offered, request);
  if (offered !== undefined && qop === undefined) return undefined;
  const cnonce = createHash('md5').update(`${nonce}:${credentials.user}:${Math.random()}`).digest('hex').slice(0, 16);
  const who = digest(
    encode(`${credentials.user}:${realm}:${credentials.password}`, values.get('charset') ?? 'ISO-8859-1'),
  );
  const first = algorithm.toLowerCase() === 'md5-sess' ? digest(`${who}:${nonce}:${cnonce}`) : who;
  const hashed = qop === 'auth-int' ? `:${digest(request.body ?? '')}` : '';
  const second = digest(`${request.method}:${request.target}${hashed}`);
  const middle = qop === undefined ? nonce : `${nonce}:00000001:${cnonce}:${qop}`;
  const fields = [
    `username="${quote(credentials.user)}", realm="${quote(realm)}", nonce="${quote(nonce)}", uri="${request.target}"`,
    `response="${digest(`${first}:${middle}:${second}`)}"`,
    ...(qop === undefined ? [] : [`qop=${qop}, nc=00000001, cnonce="${cnonce}"`]),
    `algorithm=${algorithm}`,
    ...(opaque === undefined ? [] : [`opaque="${quote(opaque)}"`]),
  ];
  return `Digest ${fields.join(', ')}`;
}

function qopOf(offered: readonly string[] | undefined, { body }: Challenged): string | undefined {
  if (body !== undefined && offered?.includes('auth-int') === true) return 'auth-int';
  return offered?.includes('auth') === true ? 'auth' : undefined;
}

const quote = (text: string) => text.replace(/["\\]/g, '\\$&');
