import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Arena } from '../rig/arena.ts';
import { ask } from '../rig/prober.ts';

const arena = new Arena('relevo-breaks', 1194);
const soon = { timeout: 20_000, interval: 200 };

afterAll(() => arena[Symbol.dispose]());

const inside = async (name: string, ...argv: string[]) => (await arena.told('exec', name, '--', ...argv)).stdout.trim();
const instance = (name: string) => arena.status().instances.find((each) => each.name === name);

/** Past the balancers: from its machine's neighbours' point of view. */
async function answerOf(name: string): Promise<string> {
  const { machines } = arena.status();
  const { machine, address } = instance(name) ?? {};
  const host = machines.find((each) => each.name === machine)?.address ?? '';
  const port = 20_000 + Number(address?.split('.')[3]) - 10;
  return ask({ host, port, signal: AbortSignal.timeout(1500) }).then(
    ({ status }) => String(status),
    () => 'none',
  );
}

/** Knocks at LXD's door every 10 ms until it is stopped; resolves to what was heard, in this order. */
function knocks(host: string): () => Promise<readonly string[]> {
  const heard: Promise<string>[] = [];
  const timer = setInterval(() => {
    const socket = connect({ host, port: 8443 });
    const said = new Promise<string>((resolve) => {
      socket.setTimeout(500, () => resolve('silent'));
      socket.on('connect', () => resolve('open'));
      socket.on('error', ({ code = '' }: NodeJS.ErrnoException) => resolve(code === 'EHOSTUNREACH' ? 'silent' : code));
    });
    heard.push(said.finally(() => socket.destroy()));
  }, 10);
  return () => {
    clearInterval(timer);
    return Promise.all(heard);
  };
}

/** From their machines: LXD has no part in it. */
async function controllers(action: 'start' | 'stop'): Promise<void> {
  const script = `read -r process < "/sys/fs/cgroup/lxc.payload.$1/init.scope/cgroup.procs"
nsenter --target "$process" --user --mount --uts --ipc --net --pid --cgroup systemctl ${action} relevo-controller`;
  const { balancers } = await arena.seen();
  await Promise.all(
    balancers.map(({ name, machine }) => arena.onMachine(machine, 'sh', '-ec', script, 'sh', `${arena.name}_${name}`)),
  );
}

const active = async () =>
  (JSON.parse(await arena.must('fault', 'list', '--active', '--json')) as { active: unknown[] }).active;

/** The last traces of a fault, its unit and its watcher on this host, go a moment after it. */
const nothingIsLeft = (timeout = soon.timeout) =>
  expect.poll(() => arena.leftovers(), { ...soon, timeout }).toEqual([]);

/**
 * LXD takes a member for offline 20 s after it last heard of it, and hears of each every 10 s: one that was away for less answers
 * first, is offline then, and comes back.
 */
async function allAnswerSteadily(): Promise<void> {
  let since = Date.now();
  const answering = async () => {
    if (!(await arena.seen()).machines.every(({ lxd }) => lxd === 'answers')) since = Date.now();
    return Date.now() - since;
  };
  await expect.poll(answering, { interval: 1000, timeout: 90_000 }).toBeGreaterThan(12_000);
}

interface Case {
  readonly fault: string;
  readonly target: string;
  /** What is so while it lasts, and is not before and afterwards; polled. */
  readonly sign: () => Promise<unknown>;
  readonly broken: unknown;
  readonly well: unknown;
}

const stopped = 'grep -l "^State:.T" /proc/[0-9]*/status | wc -l';
const states = (balancer: string) =>
  `echo "show stat -1 4 -1" | socat - /run/haproxy/admin.sock | grep ^web,web-1, | cut -d , -f 18 # ${balancer}`;
const serverOf = (balancer: string) => () => inside(balancer, 'sh', '-c', states(balancer));

const cases: readonly Case[] = [
  {
    fault: 'process.freeze',
    target: 'web/1',
    sign: async () => (await inside('web-1', 'sh', '-c', stopped)) !== '0',
    broken: true,
    well: false,
  },
  { fault: 'container.pause', target: 'web/1', sign: () => answerOf('web-1'), broken: 'none', well: '200' },
  { fault: 'network.drop', target: 'web/1:balancer/1', sign: serverOf('balancer-1'), broken: 'DOWN', well: 'UP' },
  { fault: 'network.reject', target: 'web/1:balancer/2', sign: serverOf('balancer-2'), broken: 'DOWN', well: 'UP' },
  { fault: 'server.mute', target: 'web/1', sign: () => answerOf('web-1'), broken: 'none', well: '200' },
  { fault: 'server.error', target: 'web/1', sign: () => answerOf('web-1'), broken: '500', well: '200' },
  {
    ...{ fault: 'disk.full', target: 'web/1', broken: false, well: true },
    sign: async () => (await arena.told('exec', 'web-1', '--', 'sh', '-c', 'echo 1 > /var/log/probe')).code === 0,
  },
  {
    ...{ fault: 'cpu.hog', target: 'web/1', broken: true, well: false },
    sign: async () => /perl/.test(await inside('web-1', 'sh', '-c', 'cat /proc/[0-9]*/comm')),
  },
  {
    ...{ fault: 'machine.off', target: 'virtualMachine3', broken: 'stopped', well: 'running' },
    sign: async () => arena.status().machines[2]?.state ?? 'absent',
  },
];

/** Gone by themselves, or mended by systemd and the controllers, within a blink: what was there before is not there after. */
const blinks = [
  ['process.kill', 'web/1', 'web-1', 'systemctl show -P MainPID apache2'],
  ['container.stop', 'web/1', 'web-1', 'stat -c %Z /proc/1'],
  ['haproxy.kill', 'balancer/1', 'balancer-1', 'systemctl show -P MainPID haproxy'],
  ['controller.kill', 'balancer/1', 'balancer-1', 'systemctl show -P MainPID relevo-controller'],
  ['balancer.stop', 'balancer/2', 'balancer-2', 'stat -c %Z /proc/1'],
] as const;

describe('faults on real machines', () => {
  beforeAll(async () => {
    arena.up();
    await arena.calm();
  });

  describe('without controllers, which would mend it before anybody has looked', () => {
    beforeAll(() => controllers('stop'));
    afterAll(async () => {
      await arena.heal();
      await controllers('start');
      await arena.calm();
    });

    it.each(cases)('$fault breaks it, and heals by command', async ({ fault, target, sign, broken, well }) => {
      await arena.heal();
      await expect.poll(sign, { ...soon, timeout: 60_000 }).toBe(well);
      await arena.inject(fault, target, 60);
      await expect.poll(sign, soon).toBe(broken);
      expect(await active()).toHaveLength(1);
      expect(await arena.must('fault', 'heal', fault, target)).toContain('healed');
      await expect.poll(sign, { ...soon, timeout: 60_000 }).toBe(well);
      await nothingIsLeft();
    });

    it('server.mute heals by itself when its time is over', async () => {
      await arena.heal();
      await allAnswerSteadily(); // the machine of the last row runs again, and serves before its LXD can be asked
      await expect.poll(() => answerOf('web-1'), { ...soon, timeout: 60_000 }).toBe('200');
      await arena.inject('server.mute', 'web/1', 20);
      await expect.poll(() => answerOf('web-1'), { ...soon, timeout: 15_000 }).toBe('none');
      await expect.poll(() => answerOf('web-1'), { ...soon, timeout: 60_000 }).toBe('200');
      await nothingIsLeft();
    });
  });

  it.each(blinks)('%s on %s kills it, and it comes back', async (fault, target, name, look) => {
    const before = await inside(name, 'sh', '-c', look);
    expect(before).toMatch(/^\d+$/);
    await arena.inject(fault, target, 60);
    const now = async () => (await arena.told('exec', name, '--', 'sh', '-c', look)).stdout.trim();
    await expect.poll(now, { ...soon, timeout: 60_000 }).toMatch(/^[1-9]\d*$/);
    expect(await now()).not.toBe(before);
    await arena.calm();
    await nothingIsLeft();
  });

  it('lxd.kill leaves the containers alone', async () => {
    const look = ['systemctl', 'show', '-P', 'MainPID', 'lxd'] as const;
    const before = await arena.onMachine('virtualMachine3', ...look);
    await arena.inject('lxd.kill', 'virtualMachine3', 60);
    await expect.poll(() => arena.onMachine('virtualMachine3', ...look), soon).not.toBe(before);
    await arena.calm();
  });

  it('machine.off is silent at once, so that nobody is left who refuses, and heals by itself', async () => {
    const state = async () => arena.status().machines[2]?.state ?? 'absent';
    const host = arena.status().machines[2]?.address ?? '';
    const stop = knocks(host);
    await arena.inject('machine.off', 'virtualMachine3', 30); // `state` is asked before it is over
    const heard = await stop();
    expect(heard[0]).toBe('open');
    expect(heard.at(-1)).toBe('silent');
    expect(heard).not.toContain('ECONNREFUSED');
    expect(await state()).not.toBe('running');
    await expect.poll(state, { ...soon, timeout: 90_000 }).toBe('running');
    await nothingIsLeft(90_000);
    await arena.calm();
  });

  it('refuses what makes no sense, before anything is touched', async () => {
    const code = async (...words: string[]) => (await arena.told('fault', 'inject', ...words)).code;
    expect(await code('container.stopp', 'web/1')).toBe(10);
    expect(await code('container.stop', 'web/9')).toBe(10);
    expect(await code('container.stop', 'virtualMachine1')).toBe(64);
    expect(await code('container.stop', 'web/1', '--for', '2d')).toBe(64);
    expect(await code('network.drop', 'web/1:web/1')).toBe(9);
    await arena.inject('cpu.hog', 'web/1', 20);
    expect(await code('cpu.hog', 'web/1')).toBe(9);
    expect((await arena.told('fault', 'heal', 'cpu.hog', 'web/2')).code).toBe(10);
    expect((await arena.told('fault', 'heal')).code).toBe(64);
    await arena.heal();
    await nothingIsLeft();
  });
});
