import { describe, expect, it } from 'vitest';
import { up } from '../../src/app/up.ts';
import type { EventBody } from '../../src/domain/event.ts';
import { VirtualCluster } from '../rig/virtual-cluster.ts';

const text = `version: 1
name: shop
machines: { hosts: [m1, m2, m3] }
services:
  web: { packages: [apache2], port: 80, replicas: 3 }
balancer: { place: [m1], publish: 8080 }
`;

/** A site of which the LXD of m3 is silent for so many seconds and one machine was booted so long ago; then `up` again. */
async function upBeside({ silent, upFor, booted = 'm3' }: { silent: number; upFor: number; booted?: string }) {
  const cluster = await VirtualCluster.after(text);
  const { clock, world } = cluster;
  const member = world.members.get('m3');
  if (member === undefined) throw new Error('no m3');
  member.lxd = false;
  const began = clock.elapsed();
  clock.after(silent * 1000, () => {
    member.lxd = true;
  });
  const { project } = cluster.command(text);
  const { provider } = project.doors;
  const notes: EventBody[] = [];
  const observe = async () => {
    const observed = await provider.observe();
    const age = upFor + (clock.elapsed() - began) / 1000;
    return {
      ...observed,
      machines: observed.machines.map((each) => (each.name === booted ? { ...each, upFor: age } : each)),
    };
  };
  const looking = {
    ...{ ...project, doors: { ...project.doors, provider: { ...provider, observe } } },
    emit: (event: EventBody) => {
      if (event.type === 'note') notes.push(event);
    },
  };
  const done = up(looking, { given: true, ask: async () => {} });
  const failure = await clock.until(done.then((outcome) => outcome.failure).catch((error) => error.failure));
  return { failure, notes, seconds: (clock.elapsed() - began) / 1000 };
}

describe('up', () => {
  it('waits for LXD on a machine that booted just now, and says so', async () => {
    const { failure, notes, seconds } = await upBeside({ silent: 40, upFor: 5 });
    expect(failure).toBeUndefined();
    expect(notes).toEqual([{ type: 'note', about: 'booting', machines: ['m3'] }]);
    expect(seconds).toBeGreaterThan(40);
  });

  it('looks again where an LXD is silent for a moment', async () => {
    const { failure, notes } = await upBeside({ silent: 6, upFor: 3600 });
    expect(failure).toBeUndefined();
    expect(notes).toEqual([]);
  });

  it('waits no longer than a boot takes', async () => {
    const { failure, seconds } = await upBeside({ silent: 600, upFor: 5 });
    expect(failure?.message).toContain('LXD on m3 does not answer');
    expect(seconds).toBeGreaterThan(110);
    expect(seconds).toBeLessThan(200);
  });

  it.each([
    ['one that has run for long', { upFor: 3600 }],
    ['one whose clock was set back since', { upFor: -50 }],
    ['one that is silent beside one that booted just now, and answers', { upFor: 5, booted: 'm2' }],
  ])('waits no longer than for a pause for %s', async (_, boot) => {
    const { failure, notes, seconds } = await upBeside({ silent: 600, ...boot });
    expect(failure?.message).toContain('LXD on m3 does not answer');
    expect(notes).toEqual([]);
    expect(seconds).toBeLessThan(40);
  });

  it('waits for machines that the whole host’s boot brings, those that are off as well', async () => {
    const cluster = await VirtualCluster.after(text);
    const { clock, world } = cluster;
    for (const name of ['m2', 'm3']) {
      world.powerOff(name);
      clock.after(30_000, () => world.powerOn(name));
    }
    const command = cluster.command(text);
    const notes: EventBody[] = [];
    const booting = { ...command.project, boots: true, emit: (event: EventBody) => void notes.push(event) };
    const { failure, changed } = await clock.until(up(booting, { given: true, ask: async () => {} }));
    expect([failure, changed]).toEqual([undefined, 0]);
    expect(notes[0]).toEqual({ type: 'note', about: 'booting', machines: [] });
  });
});
