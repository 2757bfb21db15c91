import { newSample } from '../engine/leaf.ts';
import type { Sampler, Scope } from '../engine/support.ts';
import type { User } from '../engine/user.ts';
import type { Element } from '../jmx/element.ts';
import type { Sample } from '../sample.ts';
import type { Text } from '../text/template.ts';
import { AuthManager } from './auth.ts';
import { CacheManager } from './cache.ts';
import { Connections } from './connections.ts';
import { CookieManager } from './cookies.ts';
import { DnsCacheManager } from './dns.ts';
import { HttpFailure } from './failure.ts';
import { HeaderManager, Headers } from './headers.ts';
import { type Prepared, prepare } from './prepare.ts';
import { urlOf } from './query.ts';
import { failed } from './result.ts';
import { Settings, type Values } from './settings.ts';
import { Visit } from './visit.ts';
import type { Managers, RequestContext } from './visiting.ts';

/** All HTTP requests of a user share its connections. */
const connectionsOwner = {};

/** HTTP Request. */
export class HttpSampler implements Sampler, RequestContext {
  readonly label: Text;
  readonly managers: Managers;
  readonly askServer: boolean;
  response = true;
  readonly #settings: Settings;
  readonly #headers: Headers;
  readonly #target: URL | undefined;
  /** Where nothing depends on the user or the moment. */
  #constant: { readonly values: Values; readonly prepared: Prepared } | undefined = undefined;

  constructor(element: Element, scope: Scope) {
    this.label = scope.template(element.name);
    this.#settings = new Settings(element, scope);
    this.#target = scope.target;
    this.askServer = scope.askServer === true;
    const managers = scope.configs.map((each) => (kinds.has(each.kind) ? scope.config(each) : undefined));
    this.#headers = new Headers(managers.filter((each) => each instanceof HeaderManager));
    this.managers = {
      cookies: managers.findLast((each) => each instanceof CookieManager),
      cache: managers.findLast((each) => each instanceof CacheManager),
      auth: managers.findLast((each) => each instanceof AuthManager),
      dns: managers.findLast((each) => each instanceof DnsCacheManager),
    };
  }

  needs(response: boolean): void {
    this.response = response;
  }

  async sample(user: User): Promise<Sample | undefined> {
    const label = this.label.constant ?? this.label.of(user);
    try {
      const { values, prepared } = this.#constant ?? this.#prepare(user);
      const visit = new Visit(this, user, label, values, this.#headers, connectionsOf(user));
      return (await visit.fetch(prepared, false, 0))?.sample;
    } catch (error) {
      if (!(error instanceof HttpFailure)) throw error;
      return failed({ ...newSample(label, user.run.clock.now()), url: error.url }, error);
    }
  }

  #prepare(user: User): { values: Values; prepared: Prepared } {
    const values = this.#settings.of(user);
    const url = urlOf(values, this.#target);
    const ask = { values, headers: this.#headers.of(user), method: values.method, url, following: false };
    const sources = { files: user.run.files, random: () => user.run.random() };
    const made = { values, prepared: prepare({ ...ask, askServer: this.askServer }, sources) };
    if (this.#settings.isConstant && this.#headers.isConstant && values.files.length === 0) this.#constant = made;
    return made;
  }
}

const kinds = new Set(['HeaderManager', 'CookieManager', 'CacheManager', 'AuthManager', 'DNSCacheManager']);

/** Where each iteration is another person's, connections and TLS sessions begin anew with it. */
function connectionsOf(user: User): Connections {
  const kept = user.slot(connectionsOwner, () => new KeptConnections(user));
  if (kept.iteration !== user.iteration) {
    kept.iteration = user.iteration;
    if (user.newEachIteration === true) kept.connections.reset();
  }
  return kept.connections;
}

class KeptConnections implements Disposable {
  readonly connections: Connections;
  iteration: number;

  constructor({ run, signal, iteration }: User) {
    this.connections = new Connections(run.clock, signal);
    this.iteration = iteration;
  }

  [Symbol.dispose](): void {
    this.connections[Symbol.dispose]();
  }
}
