import { noIntent } from '../domain/intent.ts';
import { isOffline } from '../domain/member.ts';
import type { Observed } from '../domain/observed.ts';
import type { View } from '../domain/view.ts';

/** What the command line plans from. It judges nothing: who is silent may be back. */
export function viewOf({ network, machineImage, machines, cluster }: Observed): View {
  const off = machines.filter(({ joined, state }) => joined && state !== 'running');
  const offline = (cluster?.members ?? []).filter(({ state }) => isOffline(state));
  const { instances = [], unread = [], servers = null, intent = noIntent } = cluster ?? {};
  const dark = [...off, ...offline].map(({ name }) => name);
  return {
    network,
    ...(machineImage && { machineImage }),
    dark,
    instances,
    unread,
    servers,
    intent,
    lost: [],
    failed: [],
  };
}
