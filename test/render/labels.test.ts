import { globSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Labels, labelsConfig, labelsOf } from '../../src/render/labels.ts';

const one: { [K in keyof Labels]: fc.Arbitrary<Labels[K]> } = {
  ...{ kind: fc.string(), image: fc.string(), hash: fc.string(), service: fc.string(), role: fc.string() },
  ...{ health: fc.string(), config: fc.string(), files: fc.string(), checks: fc.string() },
  ...{ forwards: fc.string(), controller: fc.string(), complete: fc.boolean() },
  further: fc.array(fc.nat()),
  ...{ slot: fc.nat(), number: fc.nat(), port: fc.nat(), grace: fc.double({ min: 0, max: 1e6, noNaN: true }) },
};

it('what is written on an instance is what is read there, and nothing else', () => {
  fc.assert(
    fc.property(fc.record(one, { requiredKeys: [] }), (labels) => {
      const found = labelsOf({ ...labelsConfig(labels), 'boot.autostart': 'true', 'user.other': 'x' });
      expect(found).toEqual(labels);
    }),
  );
});

it('labels of instances are spelt nowhere else', () => {
  const others = globSync('src/{plan,render,observe,apply,reconcile,controller}/**/*.ts').filter(
    (path) => path !== 'src/render/labels.ts' && readFileSync(path, 'utf8').includes('user.relevo.'),
  );
  expect(others).toEqual([]);
});
