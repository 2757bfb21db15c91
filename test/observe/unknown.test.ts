import { describe, expect, it } from 'vitest';
import { renderStatus } from '../../src/cli/print/status.ts';
import { plain } from '../../src/cli/print/style.ts';
import { RelevoError } from '../../src/domain/failure.ts';
import { insideOf } from '../../src/observe/inside.ts';
import { type Eyes, observe } from '../../src/observe/observe.ts';
import { statusOf } from '../../src/observe/status.ts';
import { slotsIn } from '../../src/observe/whereabouts.ts';
import type { Lxd } from '../../src/ports/lxd.ts';
import { desiredFor, specOf, worldAfter } from '../rig/world.ts';

const spec = specOf(`version: 1
name: shop
machines: { hosts: [m1, m2, m3] }
services:
  web: { packages: [apache2], port: 80, replicas: 2, place: [m2, m3] }
balancer: { place: [m1, m2], replicas: 2, publish: 8080 }
`);
const world = worldAfter(spec);
const silence = new RelevoError({ code: 'unreachable', message: '`socat` in balancer-1 did not end within 5 s' });

/** LXD as far as `observe` asks it; `m3` is a machine whose LXD is silent, `hung` balancers whose exec does not end. */
function eyes({ hung = [] as readonly string[], dark = '', all = false, out = '' } = {}): Eyes {
  const { balancers } = desiredFor(spec, world);
  const listed = (world.cluster?.instances ?? []).map(({ name, machine, kind, slot, ...rest }) => ({
    ...{ name, location: machine, status: 'Running', devices: {}, profiles: [] },
    config: {
      ...{ 'user.relevo.kind': kind, 'user.relevo.slot': String(slot), 'user.relevo.complete': 'true' },
      ...{ 'user.relevo.service': rest.service, 'user.relevo.role': rest.role },
    },
  }));
  const reach = async <T>(name: string, answer: T) => {
    if (hung.includes(name)) throw silence;
    return answer;
  };
  const stat = (name: string) => `# pxname,svname,status\nweb,web-1,UP\nweb,web-2,${name === out ? 'MAINT' : 'UP'}\n`;
  const lxd = {
    project: () => lxd,
    projects: { get: async () => ({ name: 'shop', config: {}, description: '' }) },
    images: { list: async () => [], aliases: async () => [] },
    cluster: {
      members: async () =>
        ['m1', 'm2', 'm3'].map((name) => ({ name, url: '', status: 'Online', message: '', roles: [] })),
    },
    instances: {
      survey: async () => {
        if (all) throw silence;
        const isDark = ({ location }: { location: string }) => location === dark;
        return { read: listed.filter((each) => !isDark(each)), unread: listed.filter(isDark) };
      },
      exec: (name: string, argv: readonly string[]) =>
        reach(name, { code: 0, stdout: argv[0] === 'ip' ? 'one\n' : stat(name), stderr: '', whole: true }),
      readFile: (name: string) =>
        reach(name, new TextEncoder().encode(balancers.find((each) => each.name === name)?.final.text)),
    },
    [Symbol.asyncDispose]: async () => {},
  } as unknown as Lxd;
  return {
    provider: { observe: async () => ({ ...world, empty: false }) } as unknown as Eyes['provider'],
    access: { connect: async () => lxd } as unknown as Eyes['access'],
    cachedImages: async () => [],
    project: 'shop',
  };
}

const shown = async (given: Parameters<typeof eyes>[0]) =>
  renderStatus(statusOf(spec, await observe(eyes(given))), plain);

describe('what is observed of what does not answer', () => {
  it('leaves the rest as it is: a balancer hangs', async () => {
    const { cluster } = await observe(eyes({ hung: ['balancer-1'] }));
    expect(cluster?.mute).toEqual(['balancer-1']);
    expect(cluster?.servers).toEqual({ 'web-1': 'UP', 'web-2': 'UP' });
    expect(cluster?.instances).toHaveLength(4);
    const text = await shown({ hung: ['balancer-1'] });
    expect(text).toMatch(/balancer-1 .* running +silent +unknown/);
    expect(text).toMatch(/balancer-2 .* running +answers/);
  });

  it('is not hidden by one who answers: any balancer may have a server out of its rotation', async () => {
    for (const out of ['balancer-1', 'balancer-2']) {
      const { cluster } = await observe(eyes({ out }));
      expect(cluster?.servers).toEqual({ 'web-1': 'UP', 'web-2': 'MAINT' });
    }
  });

  it('is named, and its slot is what the balancers’ configuration says: LXD of a machine is silent', async () => {
    const { cluster } = await observe(eyes({ dark: 'm3' }));
    const before = world.cluster?.instances.find(({ machine }) => machine === 'm3');
    expect(cluster?.unread).toMatchObject([{ name: before?.name, machine: 'm3', slot: before?.slot }]);
    const text = await shown({ dark: 'm3' });
    expect(text).toMatch(/m3 .* running +silent/);
    expect(text).toMatch(new RegExp(`${before?.name} +web +unknown +m3 .* unknown +UP`));
  });

  it('is all of the cluster where nobody answers for it, and the machines are shown', async () => {
    const text = await shown({ all: true });
    expect(text).toMatch(/m3 .* running +unknown/);
    expect(text).toMatch(/the cluster can't be read: .* did not end within 5 s$/);
  });
});

describe('haproxy.cfg', () => {
  it('tells the slot of each server, from either side of a machine’s port', () => {
    for (const { final } of desiredFor(spec, world).balancers) {
      const slots = slotsIn(final.text);
      for (const { name, slot, kind } of world.cluster?.instances ?? [])
        if (kind === 'service') expect([name, slots.get(name)]).toEqual([name, slot]);
    }
  });
});

describe('a look inside', () => {
  const check = { protocol: 'http', status: '200-399' } as const;
  const stamps = (...at: number[]) => at.map((each) => `InactiveExitTimestamp=@${each}\n`).join('\n');

  it('tells whether it answers, and when the last unit was started', () => {
    expect(insideOf(`answer HTTP/1.1 204 No Content\r\nnow 1000\n${stamps(900, 993)}`, check)).toEqual({
      answers: true,
      works: false,
      age: 7000,
    });
    expect(insideOf(`answer HTTP/1.1 500 Oh\r\nnow 1000\n${stamps(900)}`, check)).toEqual({
      answers: false,
      works: false,
      age: 100_000,
    });
  });

  it('tells whether it is at work, and what an answer is worth', () => {
    expect(insideOf('works\nnow 1000\n', check)).toEqual({ answers: false, works: true });
    const answers = (line: string, other: Partial<typeof check>) =>
      insideOf(`answer ${line}\n`, { ...check, ...other }).answers;
    expect(answers('HTTP/1.1 401 Who', { status: '200-399,401' } as never)).toBe(true);
    expect(answers('HTTP/1.1 200 OK', { status: '204' } as never)).toBe(false);
    expect(answers('something', { protocol: 'https' } as never)).toBe(true);
    expect(answers('something', {})).toBe(false);
  });

  it('tells nothing that it does not know', () => {
    expect(insideOf('now 1000\n', check)).toEqual({ answers: false, works: false });
    expect(insideOf('', check)).toEqual({ answers: false, works: false });
  });
});
