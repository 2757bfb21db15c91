import type { Path } from '../spec/source.ts';
import type { Compose } from './compose.ts';

interface Where {
  readonly at: Path;
  readonly what: string;
  /** A text that is a service's name and nothing else means that service. */
  readonly names: boolean;
}

/** A text in which services are called by their names, as they are called here. Says what somebody must fill in. */
export function referring(text: string, where: Where, { notes, hosts, gone }: Compose): string {
  const { at, what } = where;
  for (const name of gone) {
    if (!mentions(text, name, where.names)) continue;
    notes.add('open', at, what, `\`${name}\` is not here`, 'write the address where yours is');
  }
  for (const [name, here] of hosts) {
    const url = new RegExp(`^http://${escaped(name)}(:\\d+)?(?=/|$)`);
    if (url.test(text)) {
      const changed = text.replace(url, `http://${here}.internal`);
      notes.add('changed', at, what, `a service is called by ${changed}, through the balancers`);
      return changed;
    }
    if (mentions(text, name, where.names)) {
      const instead = `over HTTP it is http://${here}.internal`;
      notes.add('open', at, what, `\`${name}\` is no host name here`, instead);
    }
  }
  return text;
}

/** `db`, `db:5432`, `//user@db/…`. */
function mentions(text: string, name: string, whole: boolean): boolean {
  if (text === name) return whole;
  return new RegExp(`(^|//|[@,=\\s])${escaped(name)}(:\\d+|(?<=//${escaped(name)}|@${escaped(name)})(/|$))`).test(text);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
