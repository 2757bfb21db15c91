import { spawnSync } from 'node:child_process';
import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Box } from '../rig/boxed-system.ts';
import { type SharedAddress, sharedAddress, until } from '../rig/shared-address.ts';
import { ip, type StandInHost } from '../rig/stand-in-host.ts';
import { overHttp1 } from '../rig/visitors.ts';

/** Two hosts on a network that drops frames of strangers; each stands in for its balancer, with the real keepalived. */
let world: SharedAddress;
let one: Box;
let two: Box;
let hostOne: StandInHost;
let hostTwo: StandInHost;

/** On a connection of its own, answered within so many milliseconds. */
const ask = (limit = 2000) =>
  Promise.race([
    overHttp1(world.vip, world.port, new Agent())('/'),
    sleep(limit).then(() => Promise.reject(new Error('no answer'))),
  ]);
const answers = () =>
  ask(150).then(
    () => true,
    () => false,
  );

beforeAll(async () => {
  world = await sharedAddress('routed');
  [one, two] = world.balancers;
  [hostOne, hostTwo] = world.hosts as [StandInHost, StandInHost];
}, 240_000);

afterAll(() => world[Symbol.asyncDispose]());

/** The second gives the address up, whoever of the two has it. */
beforeEach(async () => {
  await two.must(['systemctl', 'restart', 'haproxy']);
  await world.heldBy('balancer-1');
  await until(async () => (await two.run(['systemctl', 'is-active', 'keepalived', 'relevo-watch'])).code === 0);
  await until(answers);
  await until(() => hostOne.leads().length === 2 && hostTwo.leads().length === 1);
});

describe('a host that stands in for its balancer', () => {
  test('leads to what its balancer has, and nothing else', async () => {
    const own = (number: number) => world.vip.replace(/\d+$/, String(number));
    expect(hostOne.leads().sort()).toEqual([world.vip, own(2)].sort());
    expect(hostTwo.leads()).toEqual([own(3)]);
    expect(world.neighbour()).toBe('balancer-1');
  });

  test('is left for the other one when its balancer dies', async () => {
    await ask();
    await one.must(['systemctl', 'kill', '--signal=KILL', 'haproxy', 'keepalived']);
    const began = performance.now();
    await until(answers);
    expect(performance.now() - began).toBeLessThan(4000); // 1500, on a machine that does nothing else
    await until(() => world.neighbour() === 'balancer-2' && hostTwo.leads().includes(world.vip));
    expect(hostOne.leads()).not.toContain(world.vip);
  });

  test('is left at once when it loses its power', async () => {
    await ask();
    one.freeze(true);
    ip('-n', hostOne.name, 'link', 'set', 'ens3', 'down');
    const began = performance.now();
    await until(answers);
    expect(performance.now() - began).toBeLessThan(3000); // 1000, on a machine that does nothing else
    ip('-n', hostOne.name, 'link', 'set', 'ens3', 'up');
    ip('-n', hostOne.name, 'route', 'replace', 'default', 'via', world.vip.replace(/\d+$/, '1'));
    one.freeze(false);
  });

  test('goes on while its program is away, and takes it up again', async () => {
    await hostOne.killLink();
    for (let turn = 0; turn < 5; turn++) {
      world.forgetNeighbour();
      await ask();
    }
    hostOne.startLink();
    await sleep(1500); // as long as it takes until a silent balancer is left
    expect(hostOne.leads()).toHaveLength(2);
    await ask();
  });

  test('that was away while the address moved, leaves it', async () => {
    await hostOne.killLink();
    await one.must(['systemctl', 'restart', 'haproxy']);
    await world.heldBy('balancer-2');
    hostOne.startLink();
    await until(() => !hostOne.leads().includes(world.vip));
    await until(answers);
    await until(() => world.neighbour() === 'balancer-2');
    await sleep(1000);
    await ask();
  });

  test('lets nobody take what is not the balancers’', async () => {
    const gateway = world.vip.replace(/\d+$/, '1');
    await one.must(['ip', 'address', 'add', `${gateway}/32`, 'dev', 'eth1']);
    await sleep(1500); // it asks three times a second
    expect(hostOne.leads()).not.toContain(gateway);
    expect(ip('-n', hostOne.name, 'neigh', 'show', 'proxy')).not.toContain(`${gateway} `);
    await one.must(['ip', 'address', 'delete', `${gateway}/32`, 'dev', 'eth1']);
    await until(answers); // the server was there
  });

  test('hears no instance that claims the address, nor one that claims to be the bridge', async () => {
    const thief = `${hostTwo.name}-thief`;
    ip('netns', 'add', thief);
    try {
      hostTwo.plug(thief, 'i7p80');
      ip('-n', thief, 'address', 'add', `${world.vip}/32`, 'dev', 'eth1');
      const claim =
        "use Socket; socket(my $s, 17, SOCK_RAW, 0); my ($i, $m, $ip) = @ARGV; my $mac = pack('H12', $m =~ tr/://dr); bind($s, pack('SnlSCCa8', 17, 0x0806, $i, 0, 0, 0, '')); send($s, \"\\xff\" x 6 . $mac . pack('nnnCCn', 0x0806, 1, 0x0800, 6, 4, 1) . $mac . inet_aton($ip) . \"\\0\" x 6 . inet_aton($ip), 0) or die";
      const read = (what: string) =>
        spawnSync('ip', ['netns', 'exec', thief, 'cat', `/sys/class/net/eth1/${what}`], {
          encoding: 'utf8',
        }).stdout.trim();
      const said = spawnSync('ip', [
        'netns',
        'exec',
        thief,
        'perl',
        '-e',
        claim,
        read('ifindex'),
        read('address'),
        world.vip,
      ]);
      expect(said.status).toBe(0);
      spawnSync('ip', [
        ...['netns', 'exec', thief, 'perl', '-e', claim, read('ifindex'), read('address'), '198.19.0.1'],
      ]);
      const gateway = await two.must(['ip', 'neigh', 'show', '198.19.0.1', 'dev', 'eth1']);
      expect(gateway).toMatch(/lladdr/);
      expect(gateway).not.toContain(read('address'));
      await sleep(1500);
      expect(hostTwo.leads()).not.toContain(world.vip);
      await ask();
    } finally {
      ip('netns', 'delete', thief);
    }
  });
});
