import { Resolver as SystemAsker } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Scope } from '../engine/support.ts';
import type { User } from '../engine/user.ts';
import { type Element, itemsOf, textOf } from '../jmx/element.ts';
import type { Text } from '../text/template.ts';
import { unknownHost } from './failure.ts';
import { Manager } from './manager.ts';
import { type Resolver, systemResolver } from './resolve.ts';
import { beansOf, isTrue } from './settings.ts';

interface Kept {
  readonly hosts: Map<string, Promise<readonly string[]> | readonly string[]>;
  iteration: number;
}

/** DNS Cache Manager: each user asks by itself, and keeps what it was told. */
export class DnsCacheManager extends Manager {
  readonly #static: readonly { readonly name: Text; readonly addresses: Text }[];
  readonly #servers: readonly Text[];
  readonly #clearEachIteration: boolean;

  constructor(element: Element, scope: Scope) {
    super();
    this.#clearEachIteration = isTrue(textOf(element, 'DNSCacheManager.clearEachIteration'));
    this.#static = beansOf(element, 'DNSCacheManager.hosts').map((bean) => ({
      name: scope.template(textOf(bean, 'StaticHost.Name')),
      addresses: scope.template(textOf(bean, 'StaticHost.Address')),
    }));
    const custom = isTrue(textOf(element, 'DNSCacheManager.isCustomResolver'));
    const servers = itemsOf(element, 'DNSCacheManager.servers').map(({ value }) => value);
    this.#servers = custom
      ? servers.filter((each) => typeof each === 'string').map((each) => scope.template(each))
      : [];
  }

  resolverFor(user: User): Resolver {
    const kept = user.slot(this, (): Kept => ({ hosts: new Map(), iteration: user.iteration }));
    if (kept.iteration !== user.iteration) {
      kept.iteration = user.iteration;
      if (this.#clearEachIteration) kept.hosts.clear();
    }
    return (host) => {
      if (isIP(host) !== 0) return [host];
      const known = kept.hosts.get(host);
      if (known !== undefined) return known;
      const asked = this.#resolve(host, user);
      kept.hosts.set(host, asked);
      asked.catch(() => kept.hosts.delete(host));
      return asked;
    };
  }

  async #resolve(host: string, user: User): Promise<readonly string[]> {
    const entry = this.#static.find(({ name }) => name.of(user).toLowerCase() === host.toLowerCase());
    if (entry === undefined) return this.#ask(host, user);
    const addresses = entry.addresses.of(user).split(/\s*,\s*/);
    return (await Promise.all(addresses.map((each) => this.#ask(each, user)))).flat();
  }

  async #ask(host: string, user: User): Promise<readonly string[]> {
    if (this.#servers.length === 0 || isIP(host) !== 0) return systemResolver(host);
    const asker = new SystemAsker({ timeout: 5000, tries: 3 });
    try {
      asker.setServers(this.#servers.map((each) => each.of(user)));
      return await asker.resolve4(host);
    } catch (error) {
      throw unknownHost(error as Error, host);
    }
  }
}
