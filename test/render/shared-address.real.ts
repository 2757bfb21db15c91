import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { handOver } from '../../src/render/handover.ts';
import type { Box } from '../rig/boxed-system.ts';
import { type SharedAddress, sharedAddress, until } from '../rig/shared-address.ts';
import { keepAsking, overHttp1, overHttp2, webSocket } from '../rig/visitors.ts';

/** On the machines' network itself, and behind machines that stand in for them. */
describe.each(['macvlan', 'routed'] as const)('balancers that share an address: %s', (link) => {
  let world: SharedAddress;
  let one: Box;
  let two: Box;
  /** On a connection of its own. */
  const ask = (address = world.vip) => overHttp1(address, world.port, new Agent())('/');
  /** All that users come to. */
  const shared = () => [world.vip, world.vip6].filter((address) => address !== undefined);

  beforeAll(async () => {
    world = await sharedAddress(link);
    [one, two] = world.balancers;
  }, 240_000);

  afterAll(() => world[Symbol.asyncDispose]());

  /** The second gives the address up, whoever of the two has it. */
  beforeEach(async () => {
    await two.must(['systemctl', 'restart', 'haproxy']);
    await world.heldBy('balancer-1');
    await until(async () => (await two.run(['systemctl', 'is-active', 'keepalived', 'relevo-watch'])).code === 0);
    await until(() =>
      ask().then(
        () => true,
        () => false,
      ),
    );
  });

  describe('the tools themselves', () => {
    test.each([
      ['keepalived', ['keepalived', '--config-test', '--use-file=/etc/keepalived/keepalived.conf']],
      ['nft', ['nft', '--check', '--file=/etc/haproxy/relevo/silence.nft']],
      [
        'systemd',
        ['systemd-analyze', 'verify', '--man=no', 'haproxy.service', 'keepalived.service', 'relevo-watch.service'],
      ],
    ])('%s has nothing to say against its file', async (_, argv) => {
      expect(await one.run(argv)).toEqual({ code: 0, stdout: '', stderr: '' });
    });
  });

  const mainPid = '$(systemctl show --property=MainPID --value haproxy)';

  describe('a HAProxy that hangs', () => {
    test.each([
      ['whole', 'systemctl kill --signal=STOP haproxy'],
      ['its worker only', `kill -STOP $(pgrep -P ${mainPid})`],
    ])('%s: the address moves, and HAProxy is started again', async (_, stop) => {
      await one.must(['sh', '-ec', stop]);
      expect(await world.heldBy('balancer-2')).toBeLessThan(8000); // 3000, on a machine that does nothing else
      await ask();
      await until(async () => (await one.run(['systemctl', 'is-active', 'haproxy', 'keepalived'])).code === 0);
      expect(await one.must(['journalctl', '-t', 'watch'])).toContain(
        'HAProxy does not answer on /run/haproxy/admin.sock',
      );
    });

    test('a reload, which takes a while, is none', async () => {
      const pid = await one.must(['sh', '-c', `echo ${mainPid}`]);
      for (let turn = 0; turn < 8; turn++) await one.must(['systemctl', 'reload', 'haproxy']);
      await sleep(3000); // the watch would have killed it by then
      expect(await one.must(['sh', '-c', `echo ${mainPid}`])).toBe(pid);
    });
  });

  describe('a balancer whose processes are frozen', () => {
    test('is left at once by those who know it, and found by no new client', async () => {
      await ask();
      one.freeze(true);
      await world.heldBy('balancer-1', 'balancer-2');
      await until(() => world.neighbour() === 'balancer-2');
      await sleep(3000); // as long as its kernel still answers
      for (const address of shared())
        for (let turn = 0; turn < 10; turn++) {
          world.forgetNeighbour(address);
          await ask(address);
          expect([address, world.neighbour(address)]).toEqual([address, 'balancer-2']);
        }
      one.freeze(false);
      await world.heldBy('balancer-1');
      await ask();
    });
  });

  describe('a split brain', () => {
    test('both hold the address, its users are with one of them, and the higher priority keeps it', async () => {
      await world.partition(true);
      await world.heldBy('balancer-1', 'balancer-2');
      await until(() => world.neighbour() === 'balancer-2');
      for (let turn = 0; turn < 10; turn++) {
        await ask();
        expect(world.neighbour()).toBe('balancer-2');
      }
      await world.partition(false);
      await world.heldBy('balancer-1');
      await until(() => world.neighbour() === 'balancer-1');
      await ask();
    });
  });

  describe('a handover', () => {
    test('loses nothing that ends within the limit', async () => {
      const { vip, vip6, port, tlsPort } = world;
      const askers = [
        ...shared().flatMap((address) => [1, 2, 3, 4].map(() => overHttp1(address, port))),
        ...[1, 2, 3].map(() => overHttp2(vip, tlsPort)),
        overHttp1(vip, port, new Agent()),
      ].map(keepAsking);
      const slow = [overHttp1(vip, port)('/slow/10'), overHttp2(vip, tlsPort)('/slow/10')];
      const socket = await webSocket(vip, port);
      const began = performance.now();
      await one.must(handOver(vip, 12, vip6));
      expect(performance.now() - began).toBeGreaterThan(11_000); // the WebSocket has until then
      await Promise.all([...slow, socket.ended, world.heldBy('balancer-2')]);
      await ask();
      for (const stop of askers) {
        const { asked, failures } = await stop();
        expect(failures).toEqual([]);
        expect(asked).toBeGreaterThan(50);
      }
    });

    test('takes no longer than what it waits for', async () => {
      const began = performance.now();
      await one.must(handOver(world.vip, 30));
      expect(performance.now() - began).toBeLessThan(10_000);
      await world.heldBy('balancer-2');
    });

    test('that is killed while new connections wait leaves a balancer that serves', async () => {
      const table = async () => (await one.run(['nft', 'list', 'table', 'inet', 'relevo_handover'])).code === 0;
      const over = one.run(handOver(world.vip, 3));
      await until(table);
      await one.must(['pkill', '-KILL', '-f', 'relevo_handover']);
      expect((await over).code).not.toBe(0);
      await until(async () => !(await table()));
      await ask();
    });

    test('lets what a balancer without the address has in flight end too, and its HAProxy after that', async () => {
      await world.heldBy('balancer-1');
      await two.must(handOver(world.vip, 30));
      expect((await two.must(['sh', '-c', `echo ${mainPid}`])).trim()).toBe('0');
      await ask();
    });
  });
});
