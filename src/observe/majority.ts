import type { Failure } from '../domain/failure.ts';
import type { ObservedProvider } from '../ports/provider.ts';

/**
 * Why LXD, whose database needs most of its members, can tell nothing: half of these machines or more do not run. It would
 * only be waited for. Undefined where most of them run. `joined`: those that are members.
 */
export function minorityOf(joined: ObservedProvider['machines']): Failure | undefined {
  const running = joined.filter(({ state }) => state === 'running').length;
  if (running * 2 > joined.length) return undefined;
  const off = joined.filter(({ state }) => state !== 'running').map(({ name }) => name);
  return {
    code: 'unreachable',
    message: `the cluster has lost its majority (${running} of ${joined.length} machines run): what runs serves on, but nothing is repaired, and nothing can be changed`,
    hint: `bring ${off.join(', ')} back; \`relevo start\` starts machines that were made by it`,
  };
}
