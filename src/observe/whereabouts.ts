import { slotAt } from '../domain/slots.ts';

/** The slot of each server, from the addresses in a balancer's haproxy.cfg: known also while nobody can read the instance. */
export function slotsIn(config: string): ReadonlyMap<string, number> {
  const lines = config.matchAll(/^\s*server (\S+) ([\d.]+):(\d+)/gm);
  return new Map([...lines].map(([, name = '', address = '', port = '']) => [name, slotAt(address, Number(port))]));
}

/** What can't be read, with its slot where the configuration tells it. */
export function withSlots<T extends { readonly name: string }>(
  unread: readonly T[],
  config: string | undefined,
): readonly (T & { readonly slot?: number })[] {
  const slots = slotsIn(config ?? '');
  return unread.map((each) => {
    const slot = slots.get(each.name);
    return slot === undefined ? each : { ...each, slot };
  });
}
