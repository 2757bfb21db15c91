import type { MachinePlan } from '../domain/desired.ts';
import { RelevoError } from '../domain/failure.ts';
import { isOnline } from '../domain/member.ts';
import type { Network } from '../domain/network.ts';
import { instanceNetwork } from '../domain/slots.ts';
import { aliasOf, freeLease } from '../observe/lease-record.ts';
import type { ExecOptions } from '../ports/lxd.ts';
import { callsNames } from '../render/calls.ts';
import { marksImage } from '../render/marks-image.ts';
import { bootstrapPreseed, clusterNetwork, joinPreseed } from '../render/preseed.ts';
import type { Context, OnLine } from './context.ts';
import { dialectOf } from './dialect.ts';
import { tidyRaft } from './raft.ts';

export async function bootstrap(context: Context, machine: MachinePlan): Promise<void> {
  const dialect = await dialectOf(context);
  const isThere = (await context.provider.existing?.()) === true;
  if (!isThere) {
    const pool = await context.provider.pool?.(machine.name);
    const stdin = bootstrapPreseed(machine.name, machine.address, instanceNetwork, callsNames, pool);
    await must(context, machine.name, dialect.init, { stdin, timeout: 120 });
  }
  if (!isThere || !(await trusts(context, machine.name))) await letIn(context, machine.name);
  const show = ['cat', dialect.certificate];
  await context.access.trust(await must(context, machine.name, show, { onlyLooks: true }));
  await context.provider.markJoined(machine.name);
}

/** An interrupted run may have come that far. */
async function trusts(context: Context, machine: string): Promise<boolean> {
  const certificate = await context.access.certificate();
  const list = [(await dialectOf(context)).client, 'query', '/1.0/certificates?recursion=1'];
  const known = JSON.parse(await must(context, machine, list, { onlyLooks: true })) as { certificate: string }[];
  return known.some((each) => each.certificate.trim() === certificate.trim());
}

/** From then on this host may do everything there. */
async function letIn(context: Context, machine: string): Promise<void> {
  const certificate = await context.access.certificate();
  const add = (await dialectOf(context)).trust('/run/relevo.crt', 'relevo');
  const argv = ['sh', '-ec', 'umask 077; cat > /run/relevo.crt; "$@"', 'sh', ...add];
  await must(context, machine, argv, { stdin: certificate });
}

/** A machine that an interrupted join left half known is taken out first. */
export async function join(context: Context, machine: MachinePlan): Promise<void> {
  const { root } = await context.cluster();
  const known = (await root.cluster.members()).some((member) => member.name === machine.name);
  const done = known && (await answersAsMember(context, machine.name));
  if (!done) {
    if (known) await root.cluster.removeMember(machine.name, { force: true });
    await tidyRaft(context);
    const token = await root.cluster.joinToken(machine.name);
    const stdin = joinPreseed(machine.address, token.reveal(), await context.provider.pool?.(machine.name));
    await must(context, machine.name, (await dialectOf(context)).init, { stdin, timeout: 120 });
  }
  await context.provider.markJoined(machine.name);
}

/** It carries nothing any more. A cluster that was there before keeps its members. */
export async function leave(context: Context, machine: string): Promise<void> {
  if (await context.provider.existing?.()) return;
  const { root } = await context.cluster();
  await root.cluster.removeMember(machine, { force: false });
  await tidyRaft(context);
}

/** Longest time until a machine that was started serves as a member again, milliseconds. */
const rejoinLimit = 60_000;

/** Resolves when the members can read what the started machine carries: till then nobody knows what is missing. */
export async function rejoin(context: Context, machine: string, onLine: OnLine): Promise<void> {
  if (!context.joined.includes(machine)) return;
  const began = context.clock.elapsed();
  onLine('waiting until it serves as a member again');
  for (;;) {
    const why = await notServing(context, machine);
    if (why === undefined) return;
    if (context.clock.elapsed() - began > rejoinLimit) {
      throw new RelevoError({ code: 'unreachable', message: `${machine} does not come back as a member: ${why}` });
    }
    await context.clock.sleep(200);
  }
}

async function notServing(context: Context, machine: string): Promise<string | undefined> {
  try {
    const { root, lxd } = await context.cluster();
    const member = (await root.cluster.members()).find(({ name }) => name === machine);
    if (!isOnline(member?.status)) return member?.message ?? 'not a member';
    const { unread } = await lxd.instances.survey();
    return unread.some(({ location }) => location === machine) ? 'its instances cannot be read' : undefined;
  } catch (error) {
    if (error instanceof RelevoError) return error.message; // no leader yet: more machines are starting
    throw error;
  }
}

async function answersAsMember(context: Context, machine: string): Promise<boolean> {
  const { certificate } = await dialectOf(context);
  const { code } = await context.provider.exec(machine, ['test', '-e', certificate]);
  return code === 0;
}

/** A project for the instances, and in it what all must agree on; from then on this command leads. */
export async function configure(context: Context): Promise<void> {
  const { root, lxd } = await context.cluster();
  const isNew = (await root.projects.get(context.desired.name)) === undefined;
  if (isNew) await root.projects.create(context.desired.name, confined(context.desired.network), 'relevo');
  await lxd.images.upload(marksImage.bytes, marksImage.alias);
  // where the record is gone, and not new, its last holder must be waited for: the lease does so
  if (isNew) await lxd.images.createAlias(aliasOf(freeLease));
  await context.lead();
}

/**
 * Who may do as it likes in this project (each controller) can do nothing to the machines: no devices but cables, no
 * disks but roots, no LXC or AppArmor lines, no nesting. It has networks of its own, none, so that nobody there can edit
 * the bridge, whose `raw.dnsmasq` would be a way to root. Source: LXD's doc/reference/projects.md.
 */
const confined = (network: Network) => ({
  ...{ 'features.images': 'true', 'features.profiles': 'true', 'features.storage.volumes': 'true' },
  'features.networks': 'true',
  'limits.networks': '0',
  restricted: 'true',
  'restricted.cluster.target': 'allow',
  'restricted.devices.disk': 'block',
  'restricted.devices.nic': 'allow',
  'restricted.networks.access': `${clusterNetwork},${network.interface}`,
});

async function must(
  context: Context,
  machine: string,
  argv: readonly string[],
  options?: ExecOptions,
): Promise<string> {
  const { code, stdout, stderr } = await context.provider.exec(machine, argv, options);
  if (code === 0) return stdout;
  const evidence = { title: argv.slice(0, 3).join(' '), lines: `${stdout}${stderr}`.trim().split('\n').slice(-15) };
  throw new RelevoError({ code: 'failed', message: `\`${argv[0]}\` failed on ${machine}`, evidence });
}
