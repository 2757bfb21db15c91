import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import type { RelevoError } from '../../src/domain/failure.ts';
import { faultNamed, faults } from '../../src/faults/catalogue.ts';
import { chainsAgainst } from '../../src/faults/cut.ts';
import { type Effect, type Fault, targetWords } from '../../src/faults/fault.ts';
import type { TargetKind } from '../../src/faults/target.ts';
import { targetOf } from './scene.ts';

type Script = Extract<Effect, { kind: 'script' }>;

/** Two of each kind that have nothing in common. */
const samples: Readonly<Record<TargetKind, readonly [string, string]>> = {
  instance: ['web/2', 'api/1'],
  balancer: ['balancer/1', 'balancer/2'],
  machine: ['m1', 'm3'],
  cut: ['web/1:balancer/1', 'api/1:balancer/2'],
};
const kinds = Object.keys(samples) as TargetKind[];

const cases = faults.flatMap((fault) => fault.takes.map((kind) => [fault.name, kind, fault] as const));
const misfits = faults.flatMap((fault) =>
  kinds.filter((kind) => !fault.takes.includes(kind)).map((kind) => [fault.name, kind, fault] as const),
);

function scriptsOf(fault: Fault, target: string): Script[] {
  return fault.effects(targetOf(target)).filter((effect) => effect.kind === 'script');
}

function accepted(program: string, argv: readonly string[], input: string): void {
  const { status, stderr } = spawnSync(program, argv, { input, encoding: 'utf8' });
  expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
}

/** What a shell script reads that it does not set itself. */
function wanting(script: string): string[] {
  const found = (pattern: RegExp) => [...script.matchAll(pattern)].flatMap(([, names = '']) => names.trim().split(' '));
  const set = [...found(/\b([a-z_]+)=/g), ...found(/\bread -r ([a-z_ ]+)/g), ...found(/\bfor ([a-z_]+) in\b/g)];
  return [...new Set(found(/\$\{?([a-z_]+)/g))].filter((name) => !set.includes(name));
}

describe('a fault', () => {
  it.each(misfits)('%s takes no %s', (name, kind, fault) => {
    const [text] = samples[kind];
    const words = fault.takes.map((each) => targetWords[each]).join(' or ');
    try {
      fault.effects(targetOf(text));
      expect.unreachable();
    } catch (error) {
      const expected = { code: 'usage', message: `${name} does not take ${text}`, hint: `it takes ${words}` };
      expect((error as RelevoError).failure).toEqual(expected);
    }
  });

  it('is found by its name, and guessed', () => {
    expect(faultNamed('lxd.kill').name).toBe('lxd.kill');
    expect(() => faultNamed('lxd.kil')).toThrow('there is no fault lxd.kil');
    expect(new Set(faults.map(({ name }) => name)).size).toBe(faults.length);
  });
});

describe('the scripts of a fault', () => {
  it.each(cases)('%s (%s) are the same whatever the target: it comes in by variables', (_, kind, fault) => {
    const [one, other] = samples[kind].map((text) =>
      scriptsOf(fault, text).map(({ inject, heal }) => ({ inject, heal })),
    );
    expect(one).toEqual(other?.slice(0, one?.length));
    for (const { inject, heal } of one ?? [])
      expect(inject + heal).not.toMatch(/web-|api-|balancer-|shop|m[123]\b|809[89]|198\.1[89]/);
  });

  it.each(cases)('%s (%s) are ones that sh understands, and have what they read', (_, kind, fault) => {
    for (const { inject, heal, values } of samples[kind].flatMap((text) => scriptsOf(fault, text))) {
      for (const script of [inject, heal]) {
        accepted('sh', ['-n'], script);
        const given = Object.keys({ ...values, id: '', seconds: '' });
        expect(wanting(script).filter((name) => !given.includes(name))).toEqual([]);
      }
    }
  });

  it('disk.full runs others in each mount namespace, which sh understands', () => {
    for (const { values } of scriptsOf(faultNamed('disk.full'), 'web/1'))
      for (const script of [values['fill'], values['empty']]) {
        accepted('sh', ['-n'], script ?? '');
        expect(wanting(script ?? '')).toEqual([]);
      }
  });

  it.each(['server.mute', 'server.error'])('%s has a server that Perl understands', (name) => {
    for (const { values } of scriptsOf(faultNamed(name), 'web/1'))
      accepted('perl', ['-c', '-'], values['program'] ?? '');
  });
});

const longTexts = ['program', 'fill', 'empty', 'chains', 'ends'];

/** Where, and with which values; long texts are looked at elsewhere. */
function brief(fault: string, target: string): unknown[] {
  return faultNamed(fault)
    .effects(targetOf(target))
    .map((effect) => {
      if (effect.kind !== 'script') return [effect.machine, effect.kind];
      const values = Object.entries(effect.values).filter(([name]) => !longTexts.includes(name));
      return [effect.machine, Object.fromEntries(values)];
    });
}

const named = (name: string) => ({ name, project: 'shop', container: `shop_${name}` });
const web = named('web-2');
const api = { ...named('api-1'), unit: 'relevo-api.service', port: '8098' };
const first = named('balancer-1');

describe('the effects of a fault', () => {
  const expected: readonly (readonly [string, string, readonly unknown[]])[] = [
    ['process.kill', 'web/2', [['m2', { ...web, unit: '', port: '8099' }]]],
    ['process.kill', 'api/1', [['m3', api]]],
    ['process.freeze', 'web/2', [['m2', { ...web, unit: '', port: '8099' }]]],
    ['process.freeze', 'api/1', [['m3', api]]],
    ['container.stop', 'web/2', [['m2', web]]],
    ['container.stop', 'balancer/1', [['m1', first]]],
    ['container.pause', 'web/2', [['m2', web]]],
    ['container.pause', 'balancer/1', [['m1', first]]],
    ['machine.off', 'm3', [['m3', 'power-cut']]],
    ['haproxy.kill', 'balancer/1', [['m1', { ...first, unit: 'haproxy.service' }]]],
    ['balancer.stop', 'balancer/2', [['m2', named('balancer-2')]]],
    ['controller.kill', 'balancer/1', [['m1', { ...first, unit: 'relevo-controller.service' }]]],
    ['lxd.kill', 'm3', [['m3', {}]]],
    ['disk.full', 'web/2', [['m2', web]]],
    ['disk.full', 'balancer/1', [['m1', first]]],
    ['cpu.hog', 'web/2', [['m2', web]]],
    ['cpu.hog', 'balancer/1', [['m1', first]]],
    ['cpu.hog', 'm3', [['m3', {}]]],
    ['server.mute', 'web/2', [['m2', { ...web, port: '8099', verdict: 'drop' }]]],
    ['server.error', 'web/2', [['m2', { ...web, port: '8099', verdict: 'reject with tcp reset' }]]],
    ...['network.drop', 'network.reject'].flatMap((name) => [
      [
        name,
        'web/2:balancer/1',
        [
          ['m2', web],
          ['m1', first],
        ],
      ] as const,
      [
        name,
        'm1:web/2',
        [
          ['m1', {}],
          ['m1', first],
          ['m2', web],
        ],
      ] as const,
      [
        name,
        'm3:m1',
        [
          ['m3', {}],
          ['m1', {}],
          ['m1', first],
        ],
      ] as const,
    ]),
  ];

  it.each(expected)('%s on %s', (fault, target, effects) => {
    expect(brief(fault, target)).toEqual(effects);
  });

  it('are known of every fault and every kind of target that it takes', () => {
    const known = expected.map(([fault, target]) => `${fault} ${targetOf(target).kind}`);
    expect(cases.filter(([name, kind]) => !known.includes(`${name} ${kind}`))).toEqual([]);
  });
});

/** The chains of each effect. */
function chains(fault: string, target: string): (string | undefined)[] {
  return scriptsOf(faultNamed(fault), target).map(({ values }) => values['chains']);
}

const chain = (hook: string, rules: string) => `chain ${hook} { type filter hook ${hook} priority -160; ${rules}; };`;
const everywhere = (rules: string) => ['input', 'forward', 'output'].map((hook) => chain(hook, rules)).join(' ');

describe('the rules of a cut', () => {
  it('forbid both directions in all hooks, before other rules', () => {
    expect(chainsAgainst([{ address: '198.18.7.13', port: 20003 }], ['drop'])).toBe(
      'chain input { type filter hook input priority -160; ' +
        'ip saddr 198.18.7.13 tcp sport 20003 drop; ip daddr 198.18.7.13 tcp dport 20003 drop; }; ' +
        'chain forward { type filter hook forward priority -160; ' +
        'ip saddr 198.18.7.13 tcp sport 20003 drop; ip daddr 198.18.7.13 tcp dport 20003 drop; }; ' +
        'chain output { type filter hook output priority -160; ' +
        'ip saddr 198.18.7.13 tcp sport 20003 drop; ip daddr 198.18.7.13 tcp dport 20003 drop; };',
    );
  });

  it('keep each of the two from the addresses by which it reaches the other from its machine, and from no later ones', () => {
    expect(chains('network.drop', 'web/1:balancer/1')).toEqual([
      everywhere('ip saddr 198.18.7.2 drop; ip daddr 198.18.7.2 drop'),
      everywhere('ip saddr 198.18.7.13 tcp sport 20003 drop; ip daddr 198.18.7.13 tcp dport 20003 drop'),
    ]);
    const [, fromSecond] = chains('network.drop', 'web/2:balancer/2'); // both on m2
    expect(fromSecond).toMatch(/^chain input \{ [^{}]*ip saddr 198.19.0.14 drop; ip daddr 198.19.0.14 drop;/);
  });

  it('keep a machine’s balancers from the other as well, and the other from them', () => {
    const fromThird = everywhere('ip saddr 198.18.7.13 drop; ip daddr 198.18.7.13 drop');
    expect(chains('network.drop', 'm3:m1')).toEqual([
      everywhere(
        'ip saddr 198.18.7.11 drop; ip daddr 198.18.7.11 drop; ip saddr 198.18.7.2 drop; ip daddr 198.18.7.2 drop',
      ),
      ...[fromThird, fromThird],
    ]);
  });

  it('refuse TCP by a reset and the rest by ICMP, where it is not to vanish', () => {
    const [, rules] = chains('network.reject', 'm1:m3');
    expect(rules).toBe(
      everywhere(
        'ip saddr 198.18.7.13 meta l4proto tcp reject with tcp reset; ' +
          'ip daddr 198.18.7.13 meta l4proto tcp reject with tcp reset; ' +
          'ip saddr 198.18.7.13 reject; ip daddr 198.18.7.13 reject',
      ),
    );
  });
});
