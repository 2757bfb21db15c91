import { describe, expect, test } from 'vitest';
import type { HaproxyServer } from '../../src/render/haproxy.ts';
import { type Backend, startBackend } from '../rig/backend.ts';
import { figure } from '../rig/figures.ts';
import { type Haproxy, startHaproxy } from '../rig/haproxy.ts';
import { type HaproxyVersion, haproxyVersions } from '../rig/haproxy-versions.ts';
import { type Load, type Outcome, probe } from '../rig/prober.ts';
import { startPromoter } from '../rig/promoter.ts';
import { type Given, setupOf } from './samples.ts';

/** What most tutorials show, with HAProxy's own defaults for all else. */
const textbook = (servers: readonly HaproxyServer[]) => ({
  text: `global
    log /dev/log local0 info
    stats socket /run/haproxy/admin.sock mode 600 level admin
defaults
    mode http
    timeout connect 5s
    timeout client 50s
    timeout server 50s
frontend web
    bind :8080
    default_backend web
backend web
    balance roundrobin
    option httpchk GET /healthz
${servers.map(({ name, address, role }) => `    server ${name} ${address} check${role === 'backup' ? ' backup' : ''}\n`).join('')}`,
});

/** Milliseconds that a busy machine may add; what an idle one takes is in docs/haproxy.md. */
const slack = 1200;

type Stack = AsyncDisposableStack;

interface Lab {
  readonly haproxy: Haproxy;
  readonly backends: readonly [Backend, Backend, Backend];
}

/** Two primaries and a backup. */
async function lab(stack: Stack, version: HaproxyVersion, given: Given | 'textbook'): Promise<Lab> {
  const start = async (name: string) => stack.use(await startBackend(name));
  const backends = [await start('web-1'), await start('web-2'), await start('spare')] as const;
  const primaries = backends.slice(0, 2).map(({ name, address }): HaproxyServer => ({ name, address }));
  const spare = { name: 'spare', address: backends[2].address, role: 'backup' as const };
  const setup =
    given === 'textbook' ? textbook([...primaries, spare]) : setupOf({ servers: [...primaries, spare], ...given });
  const haproxy = stack.use(await startHaproxy(version, setup));
  await haproxy.until(async () => Object.values(await haproxy.column('status')).every((state) => state === 'UP'));
  return { haproxy, backends: [...backends] };
}

async function run(version: HaproxyVersion, given: Given | 'textbook', load: (lab: Lab) => Load) {
  await using stack = new AsyncDisposableStack();
  const place = await lab(stack, version, given);
  if (given !== 'textbook') stack.use(startPromoter(place.haproxy));
  const outcome = await probe(place.haproxy.port, load(place));
  return { ...place, outcome };
}

function tell(version: string, what: string, { sent, ok, lost, worst, servers }: Outcome): void {
  figure(
    `${version} | ${what} | sent ${sent} ok ${ok} lost ${JSON.stringify(lost)} worst ${worst} ms ${JSON.stringify(servers)}`,
  );
}

const stopOne = ({ backends: [first] }: Lab): Load => ({ seconds: 4, at: [[500, () => first.stop()]] });
const muteOne = ({ backends: [first] }: Lab): Load => ({
  seconds: 4,
  perSecond: 100,
  at: [
    [
      500,
      () => {
        first.manner = 'mute';
      },
    ],
  ],
});

/** Ids that servers got whole more than once, over all of them. */
function twice(backends: readonly Backend[]): string[] {
  const counts = new Map<string, number>();
  for (const [id, times] of backends.flatMap(({ received }) => [...received]))
    counts.set(id, (counts.get(id) ?? 0) + times);
  return [...counts].filter(([, times]) => times > 1).map(([id]) => id);
}

describe.each(haproxyVersions)('HAProxy %s', (version) => {
  test('a server that stops costs requests with the textbook configuration, and none with ours', async () => {
    const { outcome: before } = await run(version, 'textbook', stopOne);
    tell(version, 'stop, textbook', before);
    expect(before.sent - before.ok).toBeGreaterThan(0);
    const { outcome } = await run(version, {}, stopOne);
    tell(version, 'stop, ours', outcome);
    expect(outcome.lost).toEqual({});
    expect(outcome.worst).toBeLessThan(slack + 400);
  });

  test('who waits for a server that accepts and never answers is sent elsewhere when it is DOWN', async () => {
    const { outcome, haproxy } = await run(version, {}, (place) => {
      const load = muteOne(place);
      const down = () => place.haproxy.until(async () => (await place.haproxy.column('status'))['web-1'] === 'DOWN');
      return {
        ...load,
        at: [...(load.at ?? []), [501, async () => figure(`${version} | mute, DOWN after ${await down()} ms`)]],
      };
    });
    tell(version, 'mute, ours', outcome);
    expect(haproxy.port).toBeGreaterThan(0);
    expect(outcome.lost).toEqual({});
    expect(outcome.worst).toBeLessThan(slack + 2300);
  });

  test('all primaries at once: the backup answers, and steps back when they return', async () => {
    const load = ({ backends: [first, second] }: Lab): Load => ({
      seconds: 16, // who was promoted steps back 5 s after the primaries are UP again
      at: [
        [500, () => Promise.all([first.stop(), second.stop()])],
        [5000, () => Promise.all([first.start(), second.start()])],
      ],
    });
    tell(version, 'all primaries at once, textbook', (await run(version, 'textbook', load)).outcome);
    const { outcome, backends } = await run(version, {}, load);
    tell(version, 'all primaries at once', outcome);
    expect(outcome.lost).toEqual({});
    expect(outcome.worst).toBeLessThan(slack + 700);
    expect(outcome.servers['spare']).toBeGreaterThan(300);
    const last = Math.max(...[...backends[2].received.keys()].map((id) => Number(id.split('-')[1])));
    expect(last).toBeLessThan(outcome.sent - 200);
  });

  test('a promoted backup is a server like the others', async () => {
    await using stack = new AsyncDisposableStack();
    const first = stack.use(await startBackend('web-1'));
    const spare = stack.use(await startBackend('spare'));
    const servers = [first, spare].map(({ name, address }) => ({ name, address, role: 'primary' as const }));
    const haproxy = stack.use(await startHaproxy(version, setupOf({ servers })));
    const { servers: answered } = await probe(haproxy.port, { seconds: 0.5 });
    expect(Object.keys(answered).sort()).toEqual(['spare', 'web-1']);
  });

  describe('a POST reaches a server at most once', () => {
    const faults: readonly [string, (place: Lab) => Load][] = [
      ['a server stops', (place) => stopOne(place)],
      [
        'a server is mute, and then stops',
        (place) => ({ ...muteOne(place), at: [...(muteOne(place).at ?? []), [2500, () => place.backends[0].stop()]] }),
      ],
      [
        'a server reads requests and cuts the connection',
        ({ backends: [first] }) => ({ seconds: 2, at: [[300, () => set(first, 'reset')]] }),
      ],
      [
        'servers stop and start again and again',
        ({ backends: [first, second] }) => ({
          seconds: 4,
          at: Array.from({ length: 6 }, (_, index) => {
            const backend = index % 4 < 2 ? first : second;
            return [300 + index * 500, () => (index % 2 === 0 ? backend.stop() : backend.start())] as const;
          }),
        }),
      ],
    ];
    test.each(faults)('%s', async (what, load) => {
      const { outcome, backends } = await run(version, {}, (place) => ({ ...load(place), method: 'POST' }));
      tell(version, `POST, ${what}`, outcome);
      expect(twice(backends)).toEqual([]);
      expect(outcome.ok).toBeGreaterThan(outcome.sent / 3);
    });

    test('unless the service says that twice does no harm: then none is lost', async () => {
      const idempotent = { service: { idempotent: true } };
      const { outcome, backends } = await run(version, idempotent, ({ backends: [first] }) => ({
        seconds: 2,
        method: 'POST',
        at: [[300, () => set(first, 'reset')]],
      }));
      tell(version, 'idempotent POST, a server reads requests and cuts the connection', outcome);
      expect(outcome.lost).toEqual({});
      expect(twice(backends).length).toBeGreaterThan(0);
    });
  });

  test('a GET that a server read and then cut is asked again', async () => {
    const load = ({ backends: [first] }: Lab): Load => ({ seconds: 2, at: [[300, () => set(first, 'reset')]] });
    tell(version, 'GET, reset, textbook', (await run(version, 'textbook', load)).outcome);
    const { outcome } = await run(version, {}, load);
    tell(version, 'GET, a server reads requests and cuts the connection', outcome);
    expect(outcome.lost).toEqual({});
  });
});

function set(backend: Backend, manner: Backend['manner']): void {
  backend.manner = manner;
}
