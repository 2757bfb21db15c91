import type { Failure } from '../domain/failure.ts';
import type { ObservedProvider } from '../ports/provider.ts';

/**
 * Why LXD is not asked, whose database needs most of its voters, and why controllers hold back: half of these machines or
 * more do not run. Undefined where most of them run. `joined`: those that are members.
 */
export function minorityOf(joined: ObservedProvider['machines']): Failure | undefined {
  const running = joined.filter(({ state }) => state === 'running').length;
  if (running * 2 > joined.length) return undefined;
  const off = joined.filter(({ state }) => state !== 'running').map(({ name }) => name);
  return {
    code: 'unreachable',
    message: `${running} of ${joined.length} machines ${running === 1 ? 'runs' : 'run'}, which is no majority: running instances go on serving, but nothing fails over to other machines, and nothing can be changed`,
    hint: `bring ${off.join(', ')} back; \`relevo start\` starts machines that were made by it`,
  };
}
