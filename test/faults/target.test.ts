import { describe, expect, it } from 'vitest';
import type { RelevoError } from '../../src/domain/failure.ts';
import { faultNamed } from '../../src/faults/catalogue.ts';
import { type InstanceTarget, resolveTarget, type Scene } from '../../src/faults/target.ts';
import { scene, sceneWith, targetOf } from './scene.ts';

/** Why it is refused: `code: message (hint)`. */
function refusal(text: string, where: Scene = scene): string {
  try {
    resolveTarget(text, where);
  } catch (error) {
    const { code, message, hint } = (error as RelevoError).failure;
    return `${code}: ${message} (${hint})`;
  }
  return 'it was found';
}

describe('a target that is an instance', () => {
  it('is the Nth of its service, and knows where others reach it', () => {
    expect(targetOf('web/1')).toEqual({
      ...{ kind: 'instance', text: 'web/1', name: 'web-1', project: 'shop', machine: 'm3', state: 'running' },
      ...{ port: 8099, further: [], unit: '' },
      endpoints: [
        { address: '198.19.0.13', within: 'm3' },
        { address: '198.18.7.13', port: 20003 },
      ],
    });
  });

  it('has a unit where the file has its command, and a second port for the load agent', () => {
    expect(targetOf('api/1')).toMatchObject({
      unit: 'relevo-api.service',
      endpoints: [
        { address: '198.19.0.16', within: 'm3' },
        { address: '198.18.7.13', port: 20006 },
        { address: '198.18.7.13', port: 10006 },
      ],
    });
  });

  it('has a port of its machine for each of its own', () => {
    const where = sceneWith(({ name }) => (name === 'web-1' ? { further: [6001, 9000] } : {}));
    const { endpoints } = resolveTarget('web/1', where) as InstanceTarget;
    expect(endpoints.map(({ port }) => port)).toEqual([undefined, 20003, 30003, 40003]);
    const [mute] = faultNamed('server.mute').effects(resolveTarget('web/1', where) as InstanceTarget);
    expect(mute).toMatchObject({ values: { ports: '8099,6001,9000' } });
  });

  it('keeps its place while another one can’t be read, and is refused while it can’t itself', () => {
    const where = { ...scene, instances: scene.instances.filter(({ name }) => name !== 'web-1'), unread: ['web-1'] };
    expect(resolveTarget('web/2', where)).toMatchObject({ name: 'web-2' });
    expect(refusal('web/1', where)).toMatch(/^refused: web-1 can't be read just now/);
  });

  it('counts primaries first, whatever their numbers, and nothing that is half made', () => {
    const named = (where: Scene, ...texts: string[]) =>
      texts.map((text) => (resolveTarget(text, where) as { name: string }).name);
    const three = ['web/1', 'web/2', 'web/3'];
    expect(named(scene, ...three)).toEqual(['web-1', 'web-2', 'web-3']);
    const swapped = sceneWith(({ name }) => (name === 'web-1' ? { role: 'backup' } : { role: 'primary' }));
    expect(named(swapped, ...three)).toEqual(['web-2', 'web-3', 'web-1']);
    const halfMade = sceneWith(({ name }) => ({ complete: name !== 'web-1' }));
    expect(named(halfMade, 'web/1', 'web/2')).toEqual(['web-2', 'web-3']);
    expect(refusal('web/3', halfMade)).toMatch(/^not-found/);
  });
});

describe('a target that is a balancer or a machine', () => {
  it('is reached on the bridge, and on the machines’ network by an address of its own', () => {
    expect(targetOf('balancer/2')).toEqual({
      ...{ kind: 'balancer', text: 'balancer/2', name: 'balancer-2', project: 'shop', machine: 'm2', state: 'running' },
      endpoints: [{ address: '198.19.0.12', within: 'm2' }, { address: '198.18.7.3' }],
    });
  });

  it('takes the balancers on it along, by their outer addresses', () => {
    expect(targetOf('m3')).toEqual({
      ...{ kind: 'machine', text: 'm3', name: 'm3', state: 'running', balancers: [] },
      endpoints: [{ address: '198.18.7.13' }],
    });
    expect(targetOf('m1')).toMatchObject({
      endpoints: [{ address: '198.18.7.11' }, { address: '198.18.7.2' }],
      balancers: [{ name: 'balancer-1', machine: 'm1' }],
    });
  });

  it('but only those that run', () => {
    const stopped = sceneWith(({ kind }) => (kind === 'balancer' ? { state: 'stopped' } : {}));
    expect(resolveTarget('m1', stopped)).toMatchObject({ endpoints: [{ address: '198.18.7.11' }], balancers: [] });
  });
});

describe('a cut', () => {
  it('is between any two that stand apart', () => {
    expect(targetOf('web/1:balancer/1')).toEqual({
      kind: 'cut',
      text: 'web/1:balancer/1',
      between: [targetOf('web/1'), targetOf('balancer/1')],
    });
    expect(targetOf('m1:m3')).toMatchObject({ between: [{ name: 'm1' }, { name: 'm3' }] });
    expect(targetOf('m1:web/1')).toMatchObject({ between: [{ name: 'm1' }, { name: 'web-1' }] });
  });

  it('may be between two on one machine', () => {
    expect(targetOf('web/1:web/3')).toMatchObject({ between: [{ machine: 'm3' }, { machine: 'm3' }] });
  });

  it.each(['web/1:m3', 'm3:web/1', 'balancer/2:m2'])('is refused between a part and its machine: %s', (text) => {
    const [a, b] = text.split(':');
    expect(refusal(text)).toBe(
      `refused: ${a} and ${b} are parts of one machine (name two that stand apart, or pause one: container.pause)`,
    );
  });

  it('is refused from itself', () => {
    const hint = 'name two that stand apart, or pause one: container.pause';
    expect(refusal('web/1:web/1')).toBe(`refused: web/1 can't be cut from itself (${hint})`);
  });
});

describe('a target that is not there, or does not run', () => {
  it.each([
    ['web/9', 'there is no web/9 (there are: web/1 (web-1), web/2 (web-2), web/3 (web-3))'],
    ['web/0', 'there is no web/0 (there are: web/1 (web-1), web/2 (web-2), web/3 (web-3))'],
    ['web/', 'there is no web/ (there are: web/1 (web-1), web/2 (web-2), web/3 (web-3))'],
    ['api/-1', 'there is no api/-1 (there are: api/1 (api-1))'],
    ['balancer/3', 'there is no balancer/3 (there are: balancer/1 (balancer-1), balancer/2 (balancer-2))'],
    ['wep/1', 'the file has no service wep (did you mean `web`?)'],
    ['database/1', 'the file has no service database (there are: web/1, api/1, balancer/1)'],
    [
      'virtualMachine1',
      'there is no target virtualMachine1 (targets are SERVICE/N, balancer/N, and the machines m1, m2, m3)',
    ],
    ['web/1/2', 'there is no target web/1/2 (targets are SERVICE/N, balancer/N, and the machines m1, m2, m3)'],
    ['web/1:', 'there is no target  (targets are SERVICE/N, balancer/N, and the machines m1, m2, m3)'],
    ['m1:m2:m3', 'm1:m2:m3 names more than two (a cut is between two of them: web/1:balancer/1)'],
  ])('%s', (text, reason) => {
    expect(refusal(text)).toBe(`not-found: ${reason}`);
  });

  it('is told from a project that is not up', () => {
    const empty = { ...scene, instances: [] };
    expect(refusal('web/1', empty)).toBe('not-found: there is no web/1 (bring it up with `relevo up`)');
  });

  it.each([
    ['stopped', 'only what runs can be broken'],
    ['unknown', 'its machine does not answer'],
  ] as const)('is refused while it is %s', (state, hint) => {
    const where = { ...sceneWith(() => ({ state })), machines: scene.machines.map((each) => ({ ...each, state })) };
    expect(refusal('web/2', where)).toBe(`refused: web-2 does not run (${hint})`);
    expect(refusal('balancer/1', where)).toBe(`refused: balancer-1 does not run (${hint})`);
    expect(refusal('m1', where)).toBe(`refused: m1 does not run (${hint})`);
    expect(refusal('m1:m2', where)).toBe(`refused: m1 does not run (${hint})`);
  });
});
