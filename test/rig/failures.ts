import type { Arena, Deed } from './arena.ts';

/** What a run is measured against; milliseconds and seconds. */
export interface Goal {
  /** `in flight`: what was on a balancer, or on the last server, when it died. */
  readonly lost: 0 | 'in flight';
  readonly worst: number;
  readonly down?: number;
  readonly capacity?: number;
  readonly repaired?: number;
  /** The longest in which nobody was answered. */
  readonly silence?: number;
}

export interface Failure {
  readonly name: string;
  readonly deed: Deed;
  /** The machine that is powered off. */
  readonly victim?: (arena: Arena) => Promise<string>;
  readonly goal: Goal;
  /** The textbook's single balancer has nothing to set against it. */
  readonly oursOnly?: true;
  /** Seconds of load; 14 unless told. */
  readonly seconds?: number;
  /** With a cold backup instead of a warm one. */
  readonly cold?: true;
  /** In the bench and the long tests only: another row, or another test of every day, shows nearly the same. */
  readonly rare?: true;
}

const quick: Goal = { lost: 0, worst: 400, capacity: 3, repaired: 5 };
const mute: Goal = { lost: 0, worst: 2300, down: 2, repaired: 15 };
const inFlight: Goal = { lost: 'in flight', worst: 1300, silence: 500 };
const calm: Goal = { lost: 0, worst: 400 };

const inject =
  (fault: string, target: string): Deed =>
  (arena) =>
    arena.inject(fault, target);

const powerOff = (victim: (arena: Arena) => Promise<string>) => ({
  victim,
  deed: async (arena: Arena) => arena.inject('machine.off', await victim(arena)),
});

const allPrimaries =
  (fault: string): Deed =>
  async (arena) =>
    Math.min(...(await Promise.all([1, 2].map((number) => arena.inject(fault, `web/${number}`)))));

/** From both balancers. */
const cutOff =
  (fault: string, target: string): Deed =>
  async (arena) => {
    const all = await Promise.all([1, 2].map((number) => arena.inject(fault, `${target}:balancer/${number}`)));
    return Math.min(...all);
  };

/** A machine that carries a primary, and is not the one of LXD's leader; the address is elsewhere. */
async function plainMachine(arena: Arena): Promise<string> {
  const leader = await arena.databaseLeader();
  const primaries = (await arena.seen()).instances.filter(({ role }) => role === 'primary');
  return withoutAddress(arena, primaries.find(({ machine }) => machine !== leader)?.machine ?? '');
}

async function withoutAddress(arena: Arena, machine: string): Promise<string> {
  const holder = (await arena.seen()).balancers.find((each) => each.holder);
  if (holder?.machine === machine) await arena.must('exec', holder.name, '--', 'systemctl', 'restart', 'keepalived');
  return machine;
}

async function holdersMachine(arena: Arena): Promise<string> {
  return (await arena.seen()).balancers.find((each) => each.holder)?.machine ?? '';
}

/** Counted from its beginning. */
async function command(arena: Arena, ...all: readonly [string, ...string[]][]): Promise<number> {
  const began = Date.now();
  for (const words of all) await arena.must(...words);
  return began;
}

async function leaderOf(arena: Arena): Promise<string> {
  const lines = (await arena.must('events', '--json', '-n', '1000')).trim().split('\n');
  const events = lines.map((line) => JSON.parse(line) as { type: string; what?: string; by: string });
  const by = events.findLast(({ type, what }) => type === 'noticed' && what === 'leads')?.by ?? '';
  const position = (await arena.seen()).balancers.findIndex(({ name }) => name === by);
  return `balancer/${position + 1}`;
}

const reloadAll = 'for _ in $(seq 100); do systemctl reload haproxy; sleep 0.05; done';

/** What controllers restart is spread: they give the same instance more and more time. */
export const failures: readonly Failure[] = [
  { name: 'web process killed', deed: inject('process.kill', 'web/1'), goal: { ...quick, capacity: 1 } },
  { name: 'cut, rejected', deed: cutOff('network.reject', 'web/1'), goal: { ...quick, repaired: 15 } },
  { name: 'container stopped', deed: inject('container.stop', 'web/2'), goal: quick },
  {
    name: 'HAProxy killed',
    deed: async (arena) => arena.inject('haproxy.kill', await arena.holder()),
    goal: inFlight,
    oursOnly: true,
  },
  { name: 'cut, dropped', deed: cutOff('network.drop', 'web/2'), goal: mute, rare: true },
  { name: 'machine off', ...powerOff(plainMachine), goal: quick },
  {
    name: "balancer's container stopped",
    deed: async (arena) => arena.inject('balancer.stop', await arena.holder()),
    goal: inFlight,
    oursOnly: true,
    rare: true,
  },
  { name: 'process frozen', deed: inject('process.freeze', 'web/1'), goal: mute },
  {
    name: "machine of LXD's leader off",
    ...powerOff(async (arena) => withoutAddress(arena, await arena.databaseLeader())),
    goal: { ...quick, repaired: 10 },
  },
  { name: 'all primaries at once', deed: allPrimaries('container.stop'), goal: { lost: 0, worst: 700 } },
  { name: 'container paused', deed: inject('container.pause', 'web/2'), goal: mute, rare: true },
  { name: "balancer's machine off", ...powerOff(holdersMachine), goal: inFlight, oursOnly: true },
  {
    name: 'controller killed, mid-repair',
    deed: async (arena) => {
      const leader = await leaderOf(arena);
      const [at] = await Promise.all([
        arena.inject('container.stop', 'web/1'),
        arena.inject('controller.kill', leader),
      ]);
      return at;
    },
    goal: calm,
    oursOnly: true,
  },
  { name: 'accepts, never answers', deed: inject('server.mute', 'web/1'), goal: mute, rare: true },
  {
    name: "LXD's leader killed, mid-repair",
    deed: async (arena) => {
      const leader = await arena.databaseLeader();
      const [at] = await Promise.all([arena.inject('container.stop', 'web/2'), arena.inject('lxd.kill', leader)]);
      return at;
    },
    goal: calm,
    oursOnly: true,
  },
  {
    name: '100 reloads',
    deed: async (arena) => {
      const name = (await arena.seen()).balancers.find((each) => each.holder)?.name ?? '';
      return command(arena, ['exec', name, '--', 'sh', '-ec', reloadAll]);
    },
    goal: calm,
    rare: true,
    oursOnly: true,
  },
  {
    name: 'scale 2 → 6 → 2',
    deed: (arena) => command(arena, ['scale', 'web=6', '--yes'], ['scale', 'web=2', '--yes']),
    goal: calm,
    rare: true,
    oursOnly: true,
  },
  {
    name: 'drain and restore of a machine',
    deed: (arena) => command(arena, ['drain', 'virtualMachine3', '--yes'], ['restore', 'virtualMachine3', '--yes']),
    goal: calm,
    rare: true,
    oursOnly: true,
  },
  {
    name: 'rolling restart',
    deed: (arena) => command(arena, ['restart', 'web']),
    goal: calm,
    oursOnly: true,
    rare: true,
  },
  {
    name: 'planned handover of the address',
    deed: async (arena) => {
      const machine = await holdersMachine(arena);
      return command(arena, ['drain', machine, '--yes'], ['restore', machine, '--yes']);
    },
    goal: { lost: 0, worst: 1300 },
    oursOnly: true,
    rare: true,
  },
  {
    name: 'all primaries, the backup is cold',
    deed: allPrimaries('container.stop'),
    goal: { lost: 'in flight', worst: 3000, silence: 3000 },
    cold: true,
  },
];
