import { spawnSync } from 'node:child_process';
import { afterAll, describe, expect, it } from 'vitest';
import { load, lost, type Outcomes } from '../rig/load.ts';
import { Project } from '../rig/project.ts';

const project = new Project('relevo-pair', 1187);

const holders = () => project.status().balancers.filter((each) => each.holder);
const holder = () => holders()[0]?.name ?? 'nobody';

/** Requests that were on the balancer when it died can't be saved; no other may fail. */
function lostInFlight(outcomes: Outcomes): number {
  const failed = lost(outcomes);
  for (const each of failed) expect(each).toMatch(/socket hang up|ECONNRESET|ECONNREFUSED/);
  return failed.reduce((sum, each) => sum + Number.parseInt(each, 10), 0);
}

async function underLoad(act: () => Promise<unknown>): Promise<Outcomes> {
  const stop = load(project.port);
  await act();
  return stop();
}

afterAll(() => project[Symbol.dispose]());

describe('two balancers with one address', () => {
  it('are both there, and one of them holds it', () => {
    project.edit('place: [virtualMachine1]', 'place: [virtualMachine1, virtualMachine2]\n  replicas: 2');
    project.up();
    const { balancers, address } = project.status();
    expect(balancers.map(({ name, state }) => [name, state])).toEqual([
      ['balancer-1', 'running'],
      ['balancer-2', 'running'],
    ]);
    expect(new Set(balancers.map(({ machine }) => machine)).size).toBe(2);
    expect(holders()).toHaveLength(1);
    expect(address).toMatch(/^198\.18\.\d+\.10$/);
    expect(project.relevo('plan').code).toBe(0);
  });

  it('lose nothing but what was in flight when HAProxy is killed', async () => {
    const before = holder();
    const outcomes = await underLoad(() => project.beside('exec', before, '--', 'pkill', '-9', '-x', 'haproxy'));
    expect(lostInFlight(outcomes)).toBeLessThan(5);
    expect(holders()).toHaveLength(1);
    expect(holder()).not.toBe(before);
  });

  it('follow a change of the configuration and of the servers under load', async () => {
    project.edit('algorithm: roundrobin', 'algorithm: leastconn');
    project.edit('replicas: 2 # on', 'replicas: 3 # on');
    const outcomes = await underLoad(() => project.beside('up', '--yes'));
    expect(lost(outcomes)).toEqual([]);
    expect(holders()).toHaveLength(1);
  });

  it('become one and two again, and nobody notices', async () => {
    const change = async (from: string, to: string) => {
      project.edit(from, to);
      expect(await project.beside('up', '--yes')).toBe(0);
    };
    // the one that shall go must have something to give away
    if (holder() === 'balancer-1') project.relevo('exec', 'balancer-1', '--', 'systemctl', 'restart', 'keepalived');
    expect(holder()).toBe('balancer-2');
    const outcomes = await underLoad(async () => {
      await change('\n  replicas: 2', '\n  replicas: 1');
      await change('\n  replicas: 1', '\n  replicas: 2');
    });
    expect(lost(outcomes)).toEqual([]);
    expect(holders()).toHaveLength(1);
    expect(project.status().balancers).toHaveLength(2);
  });

  it('go on when the machine of the one that holds the address is gone', async () => {
    const [{ name, machine } = { name: '', machine: '' }] = holders();
    const stop = load(project.port);
    const { status } = spawnSync('lxc', ['stop', '--force', machine, '--project', `relevo-${project.name}`]);
    expect(status).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 3000));
    expect(lostInFlight(await stop())).toBeLessThan(10);
    project.up();
    expect(holders()).toHaveLength(1);
    expect(holder()).not.toBe(name);
  });
});
