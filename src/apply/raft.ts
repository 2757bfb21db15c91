import { RelevoError } from '../domain/failure.ts';
import type { Context } from './context.ts';
import { dialectOf } from './dialect.ts';

/**
 * While a member leaves, LXD's heartbeat may add it to the Raft of its database again: it has left there first, and is in the list
 * of members until it has removed what it carries. It would stay there for ever, and hold up the whole cluster when a machine with its
 * address joins (seen with 5.0.2: no heartbeats until that one's LXD was killed). Source: lxd/daemon.go, `hasNodesNotPartOfRaft`.
 */
export async function tidyRaft(context: Context): Promise<void> {
  const { root } = await context.cluster();
  const members = await root.cluster.members();
  const leader = members.find(({ roles }) => roles.includes('database-leader'))?.name;
  if (leader === undefined || !context.joined.includes(leader)) return; // somebody else's, or none just now
  const known = new Set(members.map(({ url }) => new URL(url).host));
  const dialect = await dialectOf(context);
  const phantoms = addressesIn(await run(context, leader, dialect.raftAddresses, true)).filter(
    (each) => !known.has(each),
  );
  for (const address of phantoms) await run(context, leader, dialect.removeRaftNode(address), false);
}

/** Rows of a table that is drawn with `|`. */
function addressesIn(table: string): string[] {
  return [...table.matchAll(/\|\s*([\d.]+:\d+)\s*\|/g)].flatMap(([, address]) => address ?? []);
}

/** `onlyLooks`: it may be asked again where the answer was lost. */
async function run(
  { provider }: Context,
  machine: string,
  argv: readonly string[],
  onlyLooks: boolean,
): Promise<string> {
  const { code, stdout, stderr } = await provider.exec(machine, argv, { timeout: 30, onlyLooks });
  if (code === 0) return stdout;
  const evidence = { title: argv.join(' '), lines: `${stdout}${stderr}`.trim().split('\n').slice(-10) };
  const message = `the members of LXD's database can't be told on ${machine}`;
  throw new RelevoError({ code: 'failed', message, evidence });
}
