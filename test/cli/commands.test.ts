import { describe, expect, it } from 'vitest';
import { idleHost, VirtualCluster } from '../rig/virtual-cluster.ts';
import { type TerminalOptions, VirtualTerminal } from '../rig/virtual-terminal.ts';

const text = `version: 1
name: shop
machines: { hosts: [m1, m2, m3] }
services:
  web: { packages: [apache2], port: 80, replicas: 2, backups: 1, place: [m2, m3] }
balancer: { place: [m1, m2], replicas: 2, publish: 8080 }
`;
const path = '/home/ana/relevo.yaml';

/** A user's desk: her file, and a cluster in which nothing stands yet, or in which `up` has ended. */
async function desk(before: 'bare' | 'up' = 'up') {
  const cluster = before === 'up' ? await VirtualCluster.after(text) : new VirtualCluster();
  const files = new Map([[path, text]]);
  const type = (line: string, options: Partial<TerminalOptions> = {}) =>
    new VirtualTerminal(cluster, line.split(' '), { files, ...options });
  return {
    ...{ cluster, files, type },
    async relevo(line: string, options?: Partial<TerminalOptions>) {
      const terminal = type(line, options);
      const code = await cluster.clock.until(terminal.code);
      return { code, terminal, stdout: terminal.stdout, stderr: terminal.stderr };
    },
  };
}

describe('plan', () => {
  it('counts all that an empty world needs as created', async () => {
    const { relevo } = await desk('bare');
    const { code, stdout } = await relevo('plan');
    expect(code).toBe(2);
    expect(stdout.trim().split('\n').at(-1)).toMatch(/^\d+ to create$/);
  });

  it('keeps nothing, and no more does an `up` that is declined', async () => {
    const { relevo, cluster, files } = await desk('bare');
    files.set(path, text.replace('publish: 8080', 'publish: 8080, stats: true'));
    const before = JSON.stringify([...files]);
    await relevo('plan');
    await relevo('up', { answers: ['n'] });
    expect(cluster.host.keptSecrets).toBe(0);
    expect(cluster.world.instances).toEqual([]);
    expect(JSON.stringify([...files])).toBe(before);
    await relevo('up --yes');
    expect(cluster.host.keptSecrets).toBeGreaterThan(0);
  });
});

describe('start', () => {
  it('after a power cut of the whole host starts what makes machines, as its hint says', async () => {
    const { relevo, cluster } = await desk();
    const { world, clock } = cluster;
    const mended: string[] = [];
    const members = [...world.members.values()];
    const lxd = { what: 'LXD runs', state: 'missing', detail: 'it does not', fix: 'systemctl start lxd' } as const;
    const host = {
      ...idleHost,
      check: async () => (mended.length === 0 ? [lxd] : []),
      mend: async () => {
        mended.push('lxd');
        for (const member of members) member.lxd = false; // as long as they boot
        clock.sleep(30_000).then(() => members.map((member) => Object.assign(member, { lxd: true })));
      },
    };
    const alone = await relevo('start', { host });
    expect(alone).toMatchObject({ code: 9, stderr: expect.stringContaining('pass --yes') });
    expect((await relevo('start --yes', { host })).code).toBe(0);
    expect(mended).toEqual(['lxd']);
  });
});

describe('up', () => {
  it('shows the plan, asks, shows each step, and what there is then', async () => {
    const { relevo } = await desk('bare');
    const { code, stdout, terminal } = await relevo('up', { answers: ['y'] });
    expect(code).toBe(0);
    expect(terminal.asked).toEqual(['Go on? [y/N] ']);
    const order = ['+ create web-1', 'to create', '… m2   ', '✓ m2   ', 'Done', 'http://127.0.0.1:8080/', 'ADDRESS'];
    const places = order.map((words) => stdout.indexOf(words));
    expect(places.every((place) => place >= 0)).toBe(true);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  it('as JSON is one journal: numbers without a gap, and who is where in each event', async () => {
    const { relevo } = await desk('bare');
    const { code, terminal } = await relevo('up --yes --json');
    expect(code).toBe(0);
    const { events } = terminal;
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(events.at(-1)).toMatchObject({ type: 'finished', ok: true, url: 'http://127.0.0.1:8080/' });
    const made = events.find((event) => event.type === 'step-succeeded' && event.kind === 'instance.create');
    expect(made).toMatchObject({
      instance: expect.stringMatching(/^web-\d$/),
      machine: expect.stringMatching(/^m[23]$/),
    });
  });

  it('changes nothing where the answer is no, and nothing where nobody can answer', async () => {
    const { relevo, cluster } = await desk('bare');
    const no = await relevo('up', { answers: ['n'] });
    expect(no).toMatchObject({ code: 9, stderr: expect.stringContaining('not confirmed, so nothing was changed') });
    const alone = await relevo('up');
    expect(alone).toMatchObject({ code: 9, stderr: expect.stringContaining('pass --yes') });
    expect(cluster.host.machines.size).toBe(0);
  });

  it('has nothing to do where all is as the file says, and asks nobody', async () => {
    const { relevo } = await desk();
    expect(await relevo('up')).toMatchObject({ code: 0, stdout: 'Up to date  http://127.0.0.1:8080/\n' });
  });

  it('interrupted says what was not finished and how to go on, and ends with the signal’s code', async () => {
    const { type, cluster } = await desk('bare');
    const terminal = type('up --yes --json');
    await cluster.clock.run(8000);
    terminal.signal('SIGTERM');
    expect(await cluster.clock.until(terminal.code)).toBe(143);
    expect(terminal.events.at(-1)).toMatchObject({ type: 'finished', ok: false, failure: { code: 'interrupted' } });
    const made = cluster.host.machines.size;
    await cluster.clock.run(60_000);
    expect(cluster.host.machines.size).toBe(made);
  });

  it('of who is not root goes through sudo, which gets the secrets’ names and no value', async () => {
    const { relevo, files, cluster } = await desk('bare');
    files.set(path, text.replace('port: 80,', 'port: 80, command: serve, secrets: { KEY: { env: SHOP_KEY } },'));
    const { code, terminal } = await relevo('up --yes', { uid: 1000, env: { SHOP_KEY: 'hush' } });
    expect(code).toBe(7); // sudo's
    expect(terminal.handedOver).toEqual([
      ['sudo', '--preserve-env=NO_COLOR,CI,SHOP_KEY', '--', 'node', 'relevo', 'up', '--yes'],
    ]);
    expect(cluster.host.machines.size).toBe(0);
  });
});

describe('a health check that changes', () => {
  it('is written on the instances that answer it, and nothing is left to do', async () => {
    const { relevo, files, cluster } = await desk();
    const mark = () => cluster.world.instance('web-1').config['user.relevo.health'];
    const before = mark();
    files.set(path, text.replace('port: 80,', 'port: 80, health: { path: /up },'));
    expect(await relevo('up --yes')).toMatchObject({ code: 0 });
    expect([before, mark()]).toEqual([expect.stringContaining('http '), expect.stringContaining('http ')]);
    expect(mark()).not.toBe(before);
    expect(await relevo('plan')).toMatchObject({ code: 0, stdout: 'Up to date\n' });
  });
});

describe('a limit on disk', () => {
  it('is refused where the pool can give none, before anything is done', async () => {
    const { relevo, files } = await desk();
    files.set(path, text.replace('port: 80,', 'port: 80, limits: { disk: 2GiB },'));
    for (const command of ['plan', 'up --yes']) {
      const { code, terminal } = await relevo(command);
      expect([code, terminal.stderr]).toEqual([9, expect.stringContaining("can't be given a limit on disk")]);
    }
  });
});

describe('plan and status', () => {
  it('look, and change nothing', async () => {
    const { relevo } = await desk();
    expect(await relevo('plan')).toMatchObject({ code: 0, stdout: 'Up to date\n' });
    const { stdout } = await relevo('status --json');
    expect(JSON.parse(stdout)).toMatchObject({ name: 'shop', instances: [{}, {}, {}], balancers: [{}, {}] });
  });

  it('tell what a changed file would do', async () => {
    const { relevo, files } = await desk();
    files.set(path, text.replace('replicas: 2, backups', 'replicas: 3, backups'));
    const { code, stdout } = await relevo('plan --json');
    expect(code).toBe(2);
    expect(JSON.parse(stdout).steps).toContainEqual(
      expect.objectContaining({ kind: 'instance.create', title: 'create web-4', instance: 'web-4' }),
    );
  });
});

describe('scale', () => {
  it('writes the number into the file once it is agreed on', async () => {
    const { relevo, files, cluster } = await desk();
    const no = await relevo('scale web=3', { answers: ['n'] });
    expect(no.code).toBe(9);
    expect(files.get(path)).toBe(text);
    expect(await relevo('scale web=3', { answers: ['yes'] })).toMatchObject({ code: 0 });
    expect(files.get(path)).toBe(text.replace('replicas: 2, backups', 'replicas: 3, backups'));
    expect(cluster.world.instances.map(({ name }) => name)).toContain('web-4');
  });

  it('says which service there is not', async () => {
    const { relevo } = await desk();
    expect(await relevo('scale shop=3 --yes --json')).toMatchObject({ code: 10 });
  });
});

describe('restart', () => {
  it('restarts one after another', async () => {
    const { relevo } = await desk();
    const { code, terminal } = await relevo('restart web --json');
    expect(code).toBe(0);
    const ended = terminal.events.filter(({ type }) => /^step-(started|succeeded)$/.test(type));
    expect(ended.map((event) => `${event.type} ${'instance' in event ? event.instance : ''}`)).toEqual(
      ['web-1', 'web-2', 'web-3'].flatMap((name) => [`step-started ${name}`, `step-succeeded ${name}`]),
    );
  });
});

describe('drain and restore', () => {
  it('move everything off a machine, and let it carry its part again', async () => {
    const { relevo, cluster } = await desk();
    const on = (machine: string) =>
      cluster.world.instances.filter(({ location, name }) => location === machine && /^web-\d+$/.test(name)).length;
    expect(on('m3')).toBeGreaterThan(0);
    expect(await relevo('drain m3 --yes')).toMatchObject({ code: 0 });
    expect(on('m3')).toBe(0);
    expect(await relevo('restore m3 --yes')).toMatchObject({ code: 0 });
    expect(on('m3')).toBeGreaterThan(0);
  });
});

describe('halt and start', () => {
  it('power all machines off, and on again', async () => {
    const { relevo } = await desk();
    expect(await relevo('halt')).toMatchObject({ code: 0, stdout: 'halted: m1, m2, m3\n' });
    expect(await relevo('status')).toMatchObject({ code: 0, stdout: expect.stringContaining('stopped') });
    expect(await relevo('start')).toMatchObject({ code: 0 });
    expect(await relevo('plan')).toMatchObject({ code: 0 });
  });
});

describe('without the majority of the machines', () => {
  it('status and plan say so', async () => {
    const { relevo, cluster } = await desk();
    cluster.world.powerOff('m2');
    cluster.world.powerOff('m3');
    const lost = '1 of 3 machines runs, which is no majority';
    expect(await relevo('status')).toMatchObject({ code: 0, stdout: expect.stringContaining(lost) });
    const { code, stdout } = await relevo('plan');
    expect([code, stdout]).toEqual([2, expect.stringContaining(lost)]);
    expect(stdout).toContain('start machine');
    expect(await relevo('events')).toMatchObject({ code: 8, stderr: expect.stringContaining(lost) });
    expect((await relevo('start')).code).toBe(0);
    expect((await relevo('status')).stdout).not.toContain('majority');
  });
});

describe('events', () => {
  it('tell what controllers did, each once, with the machine and since when', async () => {
    const { relevo, type, cluster } = await desk();
    await cluster.clock.run(10_000);
    const following = type('events --follow --json -n 0');
    await cluster.clock.run(5000);
    cluster.world.powerOff('m3');
    await cluster.clock.run(30_000);
    const lost = following.events.filter((event) => event.type === 'noticed' && event.what === 'lost');
    expect(lost).toHaveLength(cluster.world.balancers.length);
    expect(lost[0]).toMatchObject({ machine: 'm3', since: expect.stringMatching(/^2026-/) });
    expect(lost[0]?.message).toBe('m3 does not answer, and none of its servers is UP');
    const keys = following.events.map((event) => `${'by' in event ? event.by : ''} ${event.seq}`);
    expect(new Set(keys).size).toBe(keys.length);
    const { stdout } = await relevo('events -n 1000');
    expect(stdout).toMatch(/balancer-\d +• lost: m3 does not answer/);
    expect(stdout).toContain('leads from now on (epoch');
  });
});

describe('logs', () => {
  it('name whose line it is', async () => {
    const { relevo } = await desk();
    expect(await relevo('logs web-1')).toMatchObject({ code: 0, stdout: 'web-1 no entries\n' });
    expect(await relevo('logs cart')).toMatchObject({ code: 10 });
  });
});

describe('a command line that makes no sense', () => {
  it('is told as every failure is', async () => {
    const { relevo } = await desk('bare');
    expect(await relevo('stauts')).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('did you mean `status`?'),
    });
    const { code, stdout } = await relevo('up --jason --json');
    expect([code, JSON.parse(stdout).failure.code]).toEqual([64, 'usage']);
  });

  it('of a file that is not there names it as it was typed', async () => {
    const { relevo } = await desk('bare');
    const { code, stderr } = await relevo('plan -f shop/relevo.yaml');
    expect([code, stderr]).toEqual([10, expect.stringContaining('there is no file shop/relevo.yaml')]);
  });
});
