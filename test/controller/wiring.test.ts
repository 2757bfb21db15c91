import { describe, expect, it } from 'vitest';
import { LivingCluster } from '../../src/controller/cluster.ts';
import { EventLog } from '../../src/controller/log.ts';
import { dependencies, type Parts } from '../../src/controller/wiring.ts';
import type { InstancePlan } from '../../src/domain/desired.ts';
import { RelevoError } from '../../src/domain/failure.ts';
import { intentMark } from '../../src/observe/marks.ts';
import type { ControllerConfig } from '../../src/plan/controller.ts';
import type { ConnectLxd, Lxd, LxdChange } from '../../src/ports/lxd.ts';
import { desiredFor, noAssets, specOf, text, worldAfter } from '../rig/world.ts';

const spec = specOf(text.replace('place: [m1]', 'place: [m1, m2], replicas: 2'));
const desired = desiredFor(spec, worldAfter(spec));
const [first, second] = desired.balancers as [(typeof desired.balancers)[0], (typeof desired.balancers)[0]];

/** A client that tells what was called; `answers` what its commands say. */
function recorder(answers: Lxd['instances']['exec']) {
  const calls: string[] = [];
  const record = (what: string) => async (name: string) => void calls.push(`${what} ${name}`);
  const lxd = {
    guardedBy: () => lxd,
    instances: {
      ...{ patchConfig: record('patch'), pushFile: record('push'), makeDirectory: record('mkdir') },
      exec: (...given: Parameters<typeof answers>) => {
        calls.push(`exec ${given[0]}`);
        return answers(...given);
      },
    },
  } as unknown as Lxd;
  return { calls, lxd };
}

function around(lxd: Lxd, sleep: (milliseconds: number) => Promise<void> = async () => {}) {
  const config = JSON.parse(first.controller.text.reveal()) as ControllerConfig;
  const parts = {
    ...{ self: first.name, nonce: 'one', config, assets: noAssets.controller, haproxy: {}, lxd },
    ...{ system: { sleep, elapsed: () => 50_000, run: async () => ({ code: 0, stdout: '', stderr: '' }) } },
    controllerFiles: async () => [],
  };
  return dependencies(parts as unknown as Parts);
}

const nothing = async () => ({ code: 0, stdout: '', stderr: '', whole: true });
const step = (balancer: typeof first) =>
  ({ kind: 'controller.configure', balancer, id: `controller ${balancer.name}`, reason: '', after: [] }) as const;

describe('a controller', () => {
  it('does not restart itself: it runs with what it would tell itself, and writes so', async () => {
    const { calls, lxd } = recorder(nothing);
    await around(lxd).act(
      desired,
      step(first),
      () => {},
      () => true,
    );
    expect(calls).toEqual([`patch ${first.name}`]);
  });

  it('tells the others, and has them start anew', async () => {
    const { calls, lxd } = recorder(nothing);
    await around(lxd).act(
      desired,
      step(second),
      () => {},
      () => true,
    );
    expect(calls).toEqual([`exec ${second.name}`, `patch ${second.name}`]);
  });

  it('counts the opinions of those balancers that have one', async () => {
    const { lxd } = recorder(async (name) => {
      if (name === 'balancer-3') throw new RelevoError({ code: 'failed', message: 'frozen' });
      if (name === 'balancer-4') return new Promise(() => {});
      return { code: 0, stdout: '# svname,status\nweb-1,UP\n', stderr: '', whole: true };
    });
    const states = await around(lxd, (ms) => new Promise((resolve) => void setTimeout(resolve, ms / 100))).othersStates(
      [...['balancer-2', 'balancer-3', 'balancer-4']],
    );
    expect(states).toEqual([{ 'web-1': 'UP' }]);
  });

  it('finds out inside when its last unit was started, on its own clock', async () => {
    const { lxd } = recorder(async () => {
      return { code: 0, stdout: 'now 1000\nInactiveExitTimestamp=@990\n', stderr: '', whole: true };
    });
    const limits: number[] = [];
    const patient = around(lxd, (limit) => {
      limits.push(limit);
      return new Promise(() => {});
    });
    const [instance] = desired.instances as [InstancePlan];
    expect(await patient.lookInside(instance)).toMatchObject({ answers: false, started: 40_000 });
    await patient.lookInside({ ...instance, check: { ...instance.check, timeout: 60 } });
    expect(limits).toEqual([900, 2300]);
  });
});

describe('the client of a controller', () => {
  it('tells of changes that matter', () => {
    const heard: ((change: LxdChange) => void)[] = [];
    const connect = (() => ({ changes: heard.push.bind(heard) })) as unknown as ConnectLxd;
    const living = new LivingCluster(connect, {} as never, 'shop', []);
    const told: string[] = [];
    living.changes(
      () => void told.push('change'),
      () => void told.push('lease'),
    );
    const say = (action: string, source: string) => heard.at(-1)?.({ kind: 'event', action, source });
    say('image-alias-updated', '/1.0/images/aliases/mark.lease?project=shop');
    say('instance-exec', '/1.0/instances/web-1?project=shop');
    expect(told).toEqual(['lease']);
    say('instance-stopped', '/1.0/instances/web-1?project=shop');
    say('image-alias-created', `/1.0/images/aliases/${intentMark}?project=shop`);
    heard.at(-1)?.({ kind: 'gap' });
    expect(told).toEqual(['lease', 'change', 'change', 'change']);
  });

  it('leaves out machines that fall silent, but never all of them', () => {
    const used: (readonly string[])[] = [];
    const connect = (() => ({ useOnly: used.push.bind(used) })) as unknown as ConnectLxd;
    const machines = ['m1', 'm2'].map((name) => ({ name, address: name }));
    const living = new LivingCluster(connect, {} as never, 'shop', machines);
    for (const [name, answered] of [
      ['m2', false],
      ['m2', false],
      ['m1', false],
      ['m1', false],
      ['m2', true],
      ['m1', true],
    ] as const)
      living.hear(name, answered);
    const [first, second] = ['https://m1:8443', 'https://m2:8443'];
    expect(used).toEqual([[first], [first, second], [second], [first, second]]);
  });
});

describe('the log of a controller', () => {
  it('begins anew where somebody damaged it', async () => {
    const written: string[] = [];
    const images = {
      readAlias: async () => ({ name: '', target: '', description: '{"half":' }),
      updateAlias: async ({ description }: { description: string }) => written.push(description) > 0,
    };
    const log = new EventLog('balancer-1', images as never, () => {});
    log.add({ at: '2026-01-01T00:00:00.000Z', type: 'noticed', what: 'back', machine: 'm1' });
    await log.flush();
    expect(written.map((text) => JSON.parse(text))).toMatchObject([[{ seq: 1, machine: 'm1' }]]);
  });
});
