import { onMachine } from '../render/dialect.ts';
import { containerFunctions, containerValues, type Effect } from './fault.ts';
import type { BalancerTarget, InstanceTarget } from './target.ts';

/**
 * Its init is killed, and with it all that runs inside: no daemon need be asked, and none is told. Healing starts it where
 * nobody else has, and where it still is on this machine.
 */
export function stopped(target: InstanceTarget | BalancerTarget): Effect[] {
  const { machine } = target;
  const inject = `${containerFunctions}pid=$(init); kill -KILL "$pid"`;
  const heal = `${containerFunctions}
${onMachine(({ client }) => `client=${client}`)}
export HOME=/root
! runs || exit 0
state=$($client list --project "$project" --format csv --columns nsL "^$name$")
[ "$state" = "$name,STOPPED,$(hostname)" ] || exit 0
$client start "$name" --project "$project" || runs`; // somebody else may have been quicker
  return [{ kind: 'script', machine, inject, heal, values: containerValues(target) }];
}
