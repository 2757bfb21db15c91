import { describe, expect, it } from 'vitest';
import { noticeText } from '../../src/cli/print/words.ts';
import type { Notice } from '../../src/domain/event.ts';
import { type ServerStat, serverStats } from '../../src/observe/haproxy.ts';
import { Promoter, type PromoterParts } from '../../src/reconcile/promoter.ts';
import { commandsFor, downFor, promotions, upFor, Watch } from '../../src/reconcile/promotion.ts';

type Beside = PromoterParts['haproxy'];

/** A HAProxy with two primaries and a backup of one service and a server of another, which does what it is told, and a promoter beside it. */
class Lab implements Beside {
  now = 0;
  readonly states: Record<string, string> = { 'web-1': 'UP', 'web-2': 'UP', 'web-3': 'UP', 'api-1': 'UP' };
  readonly checks: Record<string, string> = {};
  weight = 0;
  twin = 1;
  sessions = 0;
  answers = true;
  /** What HAProxy has against every change. */
  complaint: string | undefined;
  readonly changes: string[] = [];
  readonly cuts: string[] = [];
  readonly told: string[] = [];
  readonly notices: Notice[] = [];
  readonly promoter = new Promoter({
    haproxy: this,
    clock: { elapsed: () => this.now, now: () => new Date(this.now) },
    tell: (notice) => {
      this.notices.push(notice);
      this.told.push(`${notice.what}: ${noticeText(notice)}`);
    },
  });

  async stat(): Promise<string | undefined> {
    const row = (name: string, as: string, weight: number, track: string) =>
      [
        'web',
        as,
        this.sessions,
        this.states[name],
        weight,
        `198.19.0.1${name.at(-1)}:80`,
        this.checks[name],
        track,
      ].join();
    const rows = [
      ...['web-1', 'web-2'].map((name) => row(name, name, 1, '')),
      ['api', 'api-1', 0, this.states['api-1'], 1, '198.19.0.21:80', '', ''].join(),
      row('web-3', 'web-3', this.weight, ''),
      row('web-3', 'web-3-backup', this.twin, 'web/web-3'),
    ];
    const header = '# pxname,svname,scur,status,uweight,addr,check_status,tracked';
    return this.answers ? [header, ...rows, ''].join('\n') : undefined;
  }

  async change(commands: readonly string[]): Promise<string | undefined> {
    if (this.complaint !== undefined) return this.complaint;
    this.changes.push(...commands);
    this.weight = Number(/^set server web\/web-3 weight (\d+)$/.exec(commands[0] ?? '')?.[1]);
    return undefined;
  }

  async cut(address: string, port: number, quiet: number): Promise<boolean> {
    this.cuts.push(`${address} ${port} ${quiet}`);
    return true;
  }

  async pass(milliseconds: number): Promise<void> {
    for (const end = this.now + milliseconds; this.now < end; this.now += 50) await this.promoter.turn();
    await this.promoter.turn();
  }
}

async function lab(states: Record<string, string> = {}): Promise<Lab> {
  const made = new Lab();
  await made.pass(upFor);
  Object.assign(made.states, states);
  return made;
}

describe('promotion', () => {
  it('tells of the primaries whose places are taken, and of nobody else who is DOWN', async () => {
    const place = await lab({ 'api-1': 'DOWN' });
    await place.pass(60_000);
    place.states['web-1'] = 'DOWN';
    const since = new Date(place.now).toISOString();
    await place.pass(1000);
    expect(place.notices).toEqual([{ what: 'promoted', servers: ['web-3'], down: ['web-1'], since }]);
  });

  it('gives a backup a weight when a primary stays DOWN, once', async () => {
    const place = await lab({ 'web-1': 'DOWN' });
    await place.pass(downFor - 50);
    expect(place.changes).toEqual([]);
    await place.pass(10_000);
    expect(place.changes).toEqual(['set server web/web-3 weight 1']);
    expect(place.told).toEqual(['promoted: web-3: web-1 DOWN']);
  });

  it('takes it when the primaries have been UP for a while', async () => {
    const place = await lab({ 'web-1': 'DOWN' });
    await place.pass(1000);
    place.states['web-1'] = 'UP';
    await place.pass(upFor - 50);
    expect(place.weight).toBe(1);
    await place.pass(100);
    expect(place.weight).toBe(0);
    expect(place.told.at(-1)).toBe('demoted: web-3: the primaries are UP');
  });

  it('respects what is somebody’s will, and promotes nobody who is DOWN himself', async () => {
    for (const states of [{ 'web-1': 'MAINT' }, { 'web-1': 'DOWN', 'web-2': 'DOWN', 'web-3': 'DOWN' }]) {
      const place = await lab(states);
      await place.pass(60_000);
      expect(place.changes).toEqual([]);
    }
  });

  it.each(['DOWN', 'MAINT'])('passes to the next backup, and rests there, while the promoted one is %s', (state) => {
    const rows = (weights: Record<string, number>) => [
      'web,web-1,DOWN,1',
      `web,web-2,${state},${weights['web-2']}\nweb,web-2-backup,${state},1`,
      `web,web-3,UP,${weights['web-3']}\nweb,web-3-backup,UP,1`,
    ];
    const watch = new Watch();
    watch.see({ 'web-1': 'DOWN', 'web-2': state, 'web-3': 'UP' }, 0);
    const weights: Record<string, number> = { 'web-2': 1, 'web-3': 0 };
    for (let now = 10_000; now < 11_000; now += 100) {
      const servers = serverStats(['# pxname,svname,status,uweight', ...rows(weights)].join('\n'));
      for (const command of commandsFor(servers, promotions(servers, watch, now))) {
        const [, name = '', weight] = /web\/(\S+) weight (\d+)/.exec(command) ?? [];
        weights[name] = Number(weight);
      }
      expect(weights['web-3']).toBe(1);
    }
    expect(weights).toEqual({ 'web-2': 0, 'web-3': 1 });
  });

  it('is done again where HAProxy lost it, as after a restart', async () => {
    const place = await lab({ 'web-1': 'DOWN' });
    await place.pass(1000);
    place.weight = 0;
    await place.pass(50);
    expect(place.weight).toBe(1);
  });

  it('is tried again', async () => {
    const place = await lab({ 'web-1': 'DOWN' });
    place.complaint = 'No such server.';
    await place.pass(2000);
    expect(place.told).toHaveLength(1);
    expect(place.told[0]).toMatch(/^blind: /);
    place.complaint = undefined;
    await place.pass(50);
    expect(place.changes).toEqual(['set server web/web-3 weight 1']);
    expect(place.told.at(-1)).toBe('promoted: web-3: web-1 DOWN');
  });

  it('follows the weight that a load agent gives the other name', async () => {
    const place = await lab({ 'web-1': 'DOWN' });
    place.twin = 80;
    await place.pass(1000);
    expect(place.weight).toBe(80);
    place.twin = 33;
    await place.pass(50);
    expect(place.weight).toBe(33);
  });

  it('has no opinion where HAProxy does not answer', async () => {
    const place = await lab();
    expect(place.promoter.states).toEqual(place.states);
    place.answers = false;
    await place.pass(1000);
    expect([place.promoter.states, place.changes]).toEqual([undefined, []]);
  });
});

describe('an instance with further ports', () => {
  const csv = [
    '# pxname,svname,qcur,scur,status,uweight,addr,check_status',
    'web,web-1,0,1,DOWN,1,198.19.0.11:80,L7TOUT',
    'web,web-2,0,0,DRAIN,0,198.19.0.12:80,L7OK',
    'web,web-2-backup,0,0,UP,40,198.19.0.12:80,',
    'web.overload,web-1,1,2,no check,1,198.19.0.11:80,',
    'web:6001,web-1,3,4,DOWN,1,198.19.0.11:6001,',
    'web:6001,web-2,0,5,DRAIN,0,198.19.0.12:6001,',
    'web:6001,web-2-backup,0,6,UP,30,198.19.0.12:6001,',
    'web:6001.overload,web-1,0,7,no check,1,198.19.0.11:6001,',
    'web:6001.overload,web-2,0,8,no check,1,198.19.0.12:6001,',
    '',
  ].join('\n');
  const [first, second, ...more] = serverStats(csv);

  it('is one server, which has in flight what is so on any of them', () => {
    expect([first?.backend, first?.sessions, first?.queued, first?.address]).toEqual(['web', 14, 4, '198.19.0.11:80']);
    expect(first?.further).toEqual([{ backend: 'web:6001', address: '198.19.0.11:6001', weight: 1 }]);
    expect([second?.name, second?.status, second?.sessions, second?.twin]).toEqual(['web-2', 'UP', 19, { weight: 40 }]);
    expect(more).toEqual([]);
  });

  it('is promoted on each, and where one was forgotten, again there', () => {
    const backup = second as ServerStat;
    const promoted = commandsFor([backup], { promote: [backup], demote: [] });
    expect(promoted).toEqual(['set server web/web-2 weight 40', 'set server web:6001/web-2 weight 30']);
    const lost = commandsFor([{ ...backup, weight: 40 }], { promote: [], demote: [] });
    expect(lost).toEqual(['set server web:6001/web-2 weight 30']);
  });

  it('has its connections ended on each', async () => {
    const cuts: string[] = [];
    const beside: Beside = {
      stat: async () => stat,
      change: async () => undefined,
      cut: async (address, port) => cuts.push(`${address}:${port}`) > 0,
    };
    let stat = csv.replace('DOWN,1,198.19.0.11:80', 'UP,1,198.19.0.11:80');
    const clock = { elapsed: () => 0, now: () => new Date(0) };
    const told: string[] = [];
    const promoter = new Promoter({ haproxy: beside, clock, tell: ({ what }) => told.push(what) });
    await promoter.turn();
    stat = csv;
    await promoter.turn();
    expect([cuts, told]).toEqual([['198.19.0.11:80', '198.19.0.11:6001'], ['cut']]);
  });
});

describe('a server that fell silent', () => {
  it('has its connections ended, as long as there are any', async () => {
    const place = await lab({ 'web-1': 'DOWN' });
    place.checks['web-1'] = '* L7TOUT';
    await place.pass(500);
    expect(place.cuts).toEqual(['198.19.0.11 80 1000']);
    place.sessions = 1;
    await place.promoter.turn();
    expect(place.cuts).toHaveLength(2);
    expect([...place.promoter.silent]).toEqual(['web-1']);
  });

  it('keeps them where nobody else could answer, and where somebody refused', async () => {
    const all = await lab({ 'web-1': 'DOWN', 'web-2': 'DOWN', 'web-3': 'DOWN' });
    for (const name of Object.keys(all.states)) all.checks[name] = 'L4TOUT';
    const refused = await lab({ 'web-1': 'DOWN' });
    refused.checks['web-1'] = 'L4CON';
    for (const place of [all, refused]) {
      await place.pass(1000);
      expect(place.cuts).toEqual([]);
    }
  });
});

describe('what HAProxy says of its servers', () => {
  it('may hold commas, quotes and ends of lines', () => {
    const csv = `# pxname,svname,status,check_code,check_desc,last_chk\nweb,web-1,DOWN,404,Layer7 wrong status,"a, ""b""\nc"\nweb,web-2,UP,,,\n`;
    expect(serverStats(csv).map(({ name, status, why }) => [name, status, why])).toEqual([
      ['web-1', 'DOWN', 'Layer7 wrong status: 404 a, "b"\nc'],
      ['web-2', 'UP', ''],
    ]);
  });

  it('calls a backup UP whose weight is 0', () => {
    const csv = '# pxname,svname,status,uweight\nweb,web-1,DRAIN,0\nweb,web-3,DRAIN,0\nweb,web-3-backup,UP,1\n';
    expect(serverStats(csv).map(({ name, status }) => [name, status])).toEqual([
      ['web-1', 'DRAIN'],
      ['web-3', 'UP'],
    ]);
  });
});
