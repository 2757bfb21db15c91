import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callsPort } from '../../src/domain/network.ts';
import { figure } from '../rig/figures.ts';
import { ask, type Outcome, probe } from '../rig/prober.ts';
import { Project } from '../rig/project.ts';

const project = new Project('relevo-call', 1247, 'test/e2e/call');
const { port } = project;

beforeAll(() => project.up());
afterAll(() => project[Symbol.dispose]());

const must = project.must.bind(project);
const seen = project.seen.bind(project);

async function allUp(): Promise<void> {
  const end = Date.now() + 120_000;
  for (;;) {
    const { instances, balancers } = await seen();
    const whole =
      instances.length === 6 && balancers.length === 2 && balancers.every(({ haproxy }) => haproxy === 'answers');
    if (whole && instances.every(({ server }) => server?.startsWith('UP'))) return;
    expect(Date.now(), 'it does not become whole again').toBeLessThan(end);
    await sleep(500);
  }
}

/** The visitors' requests to `web`, each of which calls `api`, while something happens. */
async function during(what: string, ...acts: (readonly [string, ...string[]])[]): Promise<Outcome> {
  await allUp();
  const end = new AbortController();
  const load = probe(port, { seconds: 150, perSecond: 40, path: () => '/api/', until: end.signal });
  await sleep(2000);
  for (const words of acts) await must(...words);
  await sleep(8000);
  end.abort();
  const outcome = await load;
  const { sent, ok, lost, worst } = outcome;
  figure(`calls, ${what}: ${sent - ok} of ${sent} lost ${JSON.stringify(lost)}, worst ${worst} ms`);
  await must('fault', 'heal', '--all');
  return outcome;
}

/** Milliseconds: 2.1 s where nothing else runs (docs/haproxy.md), and 2 s more where a SYN has to be repeated once more. */
const worstAnswer = 5000;

const lostOf = ({ sent, ok }: Outcome) => sent - ok;

/** Whether anybody answers there, from this host. */
function opens(host: string): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(callsPort, host);
    const end = (opened: boolean) => {
      socket.destroy();
      done(opened);
    };
    socket.setTimeout(1500, () => end(false));
    socket.on('connect', () => end(true));
    socket.on('error', () => end(false));
  });
}

describe('services that call one another', () => {
  it('reach all instances of the other by its name, from every machine', async () => {
    await allUp();
    const answers = await Promise.all(Array.from({ length: 30 }, () => ask({ port, path: '/api/' })));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ server }) => server))).toEqual(new Set(['web-1', 'web-2', 'web-3']));
    const told = answers.map(({ body }) => JSON.parse(body) as { server: string; host: string });
    expect(new Set(told.map(({ server }) => server))).toEqual(new Set(['api-1', 'api-2']));
    expect(told[0]).toMatchObject({ host: 'api.internal' });
    expect(await ask({ port, path: '/shop/' })).toMatchObject({ status: 404 });
  });

  it('are the only ones who do', async () => {
    const outside = await ask({ port, headers: { host: 'api.internal' } });
    expect(outside.body).toContain('"server": "web-');
    const { machines } = await seen();
    const addresses = machines.map(({ address }) => address as string);
    expect(await Promise.all(addresses.map(opens))).toEqual([false, false, false]);
  });

  it('lose nothing with an instance, and nothing with a machine that has no balancer', async () => {
    expect(
      lostOf(await during('instance stopped', ['fault', 'inject', 'container.stop', 'api/1', '--for', '30s'])),
    ).toBe(0);
    const off = await during('machine without a balancer off', [
      'fault',
      'inject',
      'machine.off',
      'gamma',
      '--for',
      '30s',
    ]);
    expect(lostOf(off)).toBe(0);
  });

  it('go on within seconds when the balancer that they ask is gone', async () => {
    const { balancers } = await seen();
    const other = balancers.find(({ holder }) => holder !== true)?.name.split('-')[1];
    const stopped = await during('balancer stopped', [
      'fault',
      'inject',
      'balancer.stop',
      `balancer/${other}`,
      '--for',
      '30s',
    ]);
    expect(lostOf(stopped)).toBeLessThan(10);
    expect(stopped.worst).toBeLessThan(worstAnswer);
    const machine = balancers.find(({ holder }) => holder === true)?.machine ?? '';
    const off = await during("the holder's machine off", ['fault', 'inject', 'machine.off', machine, '--for', '30s']);
    expect(lostOf(off)).toBeLessThan(20);
    expect(off.worst).toBeLessThan(worstAnswer);
  });

  it('lose nothing when a balancer moves as planned', async () => {
    await allUp();
    const machine = (await seen()).balancers[0]?.machine ?? '';
    expect(
      lostOf(
        await during('machine with a balancer drained', ['drain', machine, '--yes'], ['restore', machine, '--yes']),
      ),
    ).toBe(0);
  });
});
